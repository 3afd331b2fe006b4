"""Two runs side by side: what broke, what was fixed, what is new, what is gone, what is answered differently.

Both records are read once, in step. Runs write their results in the order of the suites, so that only the cases that one of
them has met so far have to be held; of each kind of change no more are kept than a person could read.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Literal

from msgspec import Struct

from rtconform.conformance.records import Manifest, SuiteRecord
from rtconform.conformance.verdicts import EXIT_CONFORMANT, EXIT_NOT_CONFORMANT, VERDICTS, FindingKind, Verdict
from rtconform.reference.errors import UserError
from rtconform.reports.comparison.recorded import Recorded, Seen

Change = Literal["regressed", "repaired", "withdrawn", "new", "gone", "expectation", "changed", "still_wrong", "same"]

CHANGES: dict[Change, str] = {
    "regressed": "It is wrong now and was not (it was right, or not asked); or it was right and is declared unsupported now.",
    "repaired": "It is right now and was not: it was wrong, or declared unsupported.",
    "withdrawn": "It was wrong, and is declared unsupported now.",
    "new": "Only the new run has it.",
    "gone": "Only the old run has it.",
    "expectation": "The reference expects another answer than it did: nothing can be said about the vendor.",
    "changed": "It is right as before, with another answer.",
    "still_wrong": "It was wrong and still is.",
    "same": "Nothing changed.",
}
"""Every change of a case with its meaning, in the order in which reports list them."""

MOST_KEPT = 5000
"""Cases kept of each change; more are counted."""


class Ran(Struct, frozen=True):
    """A run that is compared: of which vendor, when, and what came of it."""

    path: str
    vendor: str
    version: str
    started_at: str
    conformant: bool
    finished: bool
    counts: dict[Verdict, int]


class Changed(Struct, frozen=True):
    """A case that changed: verdict and answer then and now (None: that run does not have it, or does not tell the answer).

    `causes`: what is wrong now, by id; `explanation`: the judge's, of now, or of then where there is no now.
    """

    id: str
    suite: str
    change: Change
    title: str
    was: Verdict | None
    now: Verdict | None
    expected: str | None
    answered_then: str | None
    answered_now: str | None
    causes: tuple[str, ...]
    explanation: str


class CauseCount(Struct, frozen=True):
    """A cause of regressions, and how many cases it broke."""

    id: str
    sentence: str
    cases: int


class Comparison(Struct, frozen=True, tag_field="schema", tag="rtconform.comparison/1"):
    """What changed from one run to another. `regressed` says whether anything broke: a case, or a finding not there before.

    `counts` has every change, `changes` the first cases of each but `same`; `causes` what the regressions come from, most
    cases first; `remarks` what a reader has to know, a sentence each.
    """

    regressed: bool
    exit_code: int
    rule_set: str
    old: Ran
    new: Ran
    suites: tuple[str, ...]
    counts: dict[Change, int]
    causes: tuple[CauseCount, ...]
    findings_new: tuple[FindingKind, ...]
    findings_gone: tuple[FindingKind, ...]
    changes: tuple[Changed, ...]
    remarks: tuple[str, ...] = ()


def compare(old: Recorded, new: Recorded, suites: tuple[str, ...] = ()) -> Comparison:
    """What changed from `old` to `new`, in the named suites (empty: in all). Raises UserError where they can't be compared."""
    chosen = comparable(old.manifest, new.manifest, suites)
    tally = _Tally()
    for then, now in _pairs(_of_suites(old, chosen), _of_suites(new, chosen)):
        tally.add(*_with_unanswered(then, now, old.manifest, new.manifest))
    before = {finding.kind: None for finding in old.summary.findings}
    after = {finding.kind: None for finding in new.summary.findings}
    findings_new = tuple(kind for kind in after if kind not in before)
    regressed = bool(tally.counts["regressed"] or findings_new)
    return Comparison(
        regressed=regressed,
        exit_code=EXIT_NOT_CONFORMANT if regressed else EXIT_CONFORMANT,
        rule_set=new.manifest.rule_set,
        old=_ran(old),
        new=_ran(new),
        suites=chosen,
        counts={change: tally.counts[change] for change in CHANGES},
        causes=tuple(CauseCount(cause, tally.sentences[cause], number) for cause, number in tally.causes.most_common()),
        findings_new=findings_new,
        findings_gone=tuple(kind for kind in before if kind not in after),
        changes=tuple(changed for change in CHANGES for changed in tally.kept.get(change, ())),
        remarks=tuple(_remarks(old, new)),
    )


def comparable(old: Manifest, new: Manifest, suites: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The names of the suites to compare. Raises UserError with what differs, and what could be compared nonetheless."""
    if old.rule_set != new.rule_set:
        raise UserError(
            f"can't compare: the old run was judged by rule set {old.rule_set}, the new one by {new.rule_set}; "
            "nothing in them is comparable: run one of the two again"
        )
    then = {suite.name: suite for suite in old.suites}
    now = {suite.name: suite for suite in new.suites}
    every = tuple(dict.fromkeys((*now, *then)))
    if unknown := [name for name in suites if name not in every]:
        raise UserError(f"--suite {', '.join(unknown)}: in neither run; there are: {', '.join(every)}")
    faults = {name: fault for name in every if name in then and name in now and (fault := _fault(then[name], now[name]))}
    if not any(name in then and name in now for name in every):
        raise UserError(f"can't compare: no suite is in both runs (old: {', '.join(then)}; new: {', '.join(now)})")
    wrong = [fault for name, fault in faults.items() if not suites or name in suites]
    if wrong:
        rest = [name for name in every if name in then and name in now and name not in faults]
        hint = f"comparable: {', '.join(rest)} (give --suite {','.join(rest)})" if rest else "no suite of theirs is comparable"
        raise UserError(f"can't compare: {'; '.join(wrong)}; {hint}")
    return suites or every


def _fault(then: SuiteRecord, now: SuiteRecord) -> str:
    """Why the cases of two runs of a suite are not the same; empty where they are, as far as both have them."""
    if then.digest == now.digest:
        return ""
    if then.version != now.version:
        return f"suite {then.name} is version {then.version} in the old run and {now.version} in the new one"
    if then.seed != now.seed:
        return f"suite {then.name} was drawn with seed {then.seed} in the old run and {now.seed} in the new one"
    if then.cases == now.cases:
        return f"suite {then.name} has other cases in the new run under the same version {then.version}"
    return ""


def _of_suites(run: Recorded, suites: tuple[str, ...]) -> Iterator[Seen]:
    return (seen for seen in run.seen() if seen.suite in suites)


def _pairs(old: Iterator[Seen], new: Iterator[Seen]) -> Iterator[tuple[Seen | None, Seen | None]]:
    """Each case as the one and as the other run has it, whatever the order; what only one has comes last."""
    waiting_then: dict[str, Seen] = {}
    waiting_now: dict[str, Seen] = {}
    for then, now in zip_longest(old, new):
        if then is not None and now is not None and then.id == now.id:
            yield then, now
            continue
        if then is not None:
            if then.id in waiting_now:
                yield then, waiting_now.pop(then.id)
            else:
                waiting_then[then.id] = then
        if now is not None:
            if now.id in waiting_then:
                yield waiting_then.pop(now.id), now
            else:
                waiting_now[now.id] = now
    yield from ((then, None) for then in waiting_then.values())
    yield from ((None, now) for now in waiting_now.values())


def _with_unanswered(then: Seen | None, now: Seen | None, old: Manifest, new: Manifest) -> tuple[Seen | None, Seen | None]:
    """A case that a run was to ask and has no result of is unanswered there, not absent."""
    if then is None and now is not None and _asks(old, new, now):
        return Seen(now.id, now.suite, "unanswered"), now
    if now is None and then is not None and _asks(new, old, then):
        return then, Seen(then.id, then.suite, "unanswered", explanation=VERDICTS["unanswered"].means, causes=(_UNANSWERED,))
    return then, now


_UNANSWERED = ("unanswered", VERDICTS["unanswered"].means)


def _asks(run: Manifest, other: Manifest, seen: Seen) -> bool:
    """Whether `run` was to ask a case that `other` has."""
    if run.only:
        return seen.id in run.only
    digests = {suite.name: suite.digest for suite in other.suites}
    return any(suite.name == seen.suite and suite.digest == digests.get(suite.name) for suite in run.suites)


@dataclass
class _Tally:
    counts: Counter[Change] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    sentences: dict[str, str] = field(default_factory=dict)
    kept: dict[Change, list[Changed]] = field(default_factory=dict)

    def add(self, then: Seen | None, now: Seen | None) -> None:
        change = change_of(then, now)
        self.counts[change] += 1
        if change == "same":
            return
        if change == "regressed" and now is not None:
            causes = dict(now.causes or (_WITHDRAWN,))
            self.causes.update(causes.keys())
            self.sentences = {**causes, **self.sentences}
        kept = self.kept.setdefault(change, [])
        if len(kept) < MOST_KEPT:
            kept.append(_changed(change, then, now))


_WITHDRAWN = ("withdrawn", "Declares cases unsupported that it answered right.")


def change_of(then: Seen | None, now: Seen | None) -> Change:
    """What became of a case; `then` or `now` None: that run does not have it."""
    if then is None:
        return "new"
    if now is None:
        return "gone"
    if then.expected is not None and now.expected is not None and then.expected != now.expected:
        return "expectation"
    was, stands = _standing(then.verdict), _standing(now.verdict)
    if was != stands:
        return _MOVES[was, stands]
    if was == "wrong":
        return "still_wrong"
    known = then.answered is not None and now.answered is not None
    return "changed" if known and _lines(then) != _lines(now) else "same"


Standing = Literal["right", "wrong", "not asked"]
_MOVES: dict[tuple[Standing, Standing], Change] = {
    ("right", "wrong"): "regressed",
    ("right", "not asked"): "regressed",
    ("not asked", "wrong"): "regressed",
    ("wrong", "right"): "repaired",
    ("not asked", "right"): "repaired",
    ("wrong", "not asked"): "withdrawn",
}


def _standing(verdict: Verdict) -> Standing:
    if verdict == "not_applicable":
        return "not asked"
    return "right" if VERDICTS[verdict].conformant else "wrong"


def _lines(seen: Seen) -> list[str]:
    """The lines of an answer: nobody cares for their order."""
    return sorted((seen.answered or "").split("; "))


def _changed(change: Change, then: Seen | None, now: Seen | None) -> Changed:
    last = now or then
    assert last is not None  # noqa: S101 - a case is in one of the runs
    return Changed(
        id=last.id,
        suite=last.suite,
        change=change,
        title=last.title or (then.title if then else ""),
        was=then.verdict if then else None,
        now=now.verdict if now else None,
        expected=last.expected,
        answered_then=then.answered if then else None,
        answered_now=now.answered if now else None,
        causes=tuple(cause for cause, _ in last.causes),
        explanation=last.explanation,
    )


def _ran(run: Recorded) -> Ran:
    vendor = run.manifest.vendor
    return Ran(
        path=str(run.path),
        vendor=vendor.name,
        version=vendor.version,
        started_at=run.manifest.started_at.strftime("%Y-%m-%d %H:%M UTC"),
        conformant=run.summary.conformant,
        finished=run.summary.finished_at is not None,
        counts=run.summary.counts,
    )


def _remarks(old: Recorded, new: Recorded) -> Iterator[str]:
    if old.manifest.vendor.name != new.manifest.vendor.name:
        yield "The two runs are of different vendors: read old and new as the one and the other."
    for which, run in (("old", old), ("new", new)):
        if run.manifest.only:
            yield f"The {which} run asked only {len(run.manifest.only):,} cases, named with --only."
        if run.summary.finished_at is None:
            yield f"The {which} run did not reach its end: cases without a result count as unanswered."
        if run.report is not None:
            yield f"Of the {which} run there is only a report.json, without passing answers: how these changed is not known."
