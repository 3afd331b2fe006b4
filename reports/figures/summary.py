"""A run in numbers: the one place where counts, findings, conformance and the exit code of a report come from.

The results are counted as they come, from a running run or from its folder; what is kept does not grow with their number.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, repeat

from msgspec import Struct

from rtconform.conformance.records import Event, Manifest, Result
from rtconform.conformance.runs.baseline import STATES, EntryUse, Ledger
from rtconform.conformance.runs.errata import Erratum, errata_of, shipped_errata
from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.verdicts import EXIT_CONFORMANT, EXIT_NOT_CONFORMANT, FINDINGS, VERDICTS, FindingKind, Verdict
from rtconform.reference.coder.rules import RULES
from rtconform.reports.figures.edits import EditsCount, EditsTally
from rtconform.reports.text import clean


class RuleCount(Struct, frozen=True):
    """Cases that a rule is at work in (not_applicable aside), those of them answered right, and those in which it was broken.

    A case may be neither right nor a breach of this rule: it broke another one, or had no answer.
    """

    cases: int
    right: int
    broken: int


class SuiteCount(Struct, frozen=True):
    """One suite's cases: `missing` of them have no result (they are in `counts` as unanswered).

    `missing_ids` names the missing ones as far as the run folder knows them; `latency_ms` is the sum over all results;
    `excused`: of `counts`, what a baseline or an erratum covers.
    """

    name: str
    version: str
    digest: str
    cases: int
    counts: dict[Verdict, int]
    missing: int
    missing_ids: tuple[str, ...]
    latency_ms: float
    excused: dict[Verdict, int] = {}


class Finding(Struct, frozen=True):
    """What was found out about the vendor beside its verdicts; `cases` names the cases concerned."""

    kind: FindingKind
    detail: str
    cases: tuple[str, ...]


class Known(Struct, frozen=True):
    """What a baseline did: `cases` failing cases are covered, `new` are not; `reddens`: an entry forbids exit code 0."""

    file: str
    cases: int
    new: int
    reddens: bool
    entries: tuple[EntryUse, ...]


class SetAside(Struct, frozen=True):
    """A case that did not stand and does not count: an erratum withdrew or corrected it."""

    case: str
    verdict: Verdict
    erratum: Erratum


class Summary(Struct, frozen=True):
    """A run in numbers.

    `counts` has every verdict and `rules` every rule at work, both in the order of their tables. `asked`: the cases not
    declared unsupported. `written` is how many results there were: a report of a run that still goes on stops there.
    `stopped` says why the run ended early; `finished_at` None: it did not write its end. `known` describes the baseline, where
    there is one; with it the exit code may be 0 though the run is not conformant. `set_aside`: what does not count by an erratum.
    `edits`: an editor's numbers. `part`: what of its suites the run asked, where that was not all (`--only`, a shard): such a run
    is never called conformant, and its exit code is 0 where all that was asked stands.
    """

    conformant: bool
    exit_code: int
    cases: int
    asked: int
    counts: dict[Verdict, int]
    suites: tuple[SuiteCount, ...]
    rules: dict[str, RuleCount]
    written: int
    finished_at: dt.datetime | None
    stopped: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    known: Known | None = None
    set_aside: tuple[SetAside, ...] = ()
    edits: EditsCount | None = None
    part: str = ""

    @property
    def unanswered(self) -> int:
        """How many cases had no answer because the run ended first."""
        return self.counts["unanswered"]


def summarise(run: RunFolder, errata: Iterable[Erratum] | None = None) -> Summary:
    """The numbers of a finished or interrupted run, under these errata (None: those shipped).

    Raises DocumentError where a record of it can't be read.
    """
    tally = Tally(run.manifest, errata)
    for result in run.results():
        tally.add(result)
    return tally.summary(run.events())


def because(summary: Summary) -> tuple[str, ...]:
    """Why the run is not conformant, a sentence each; empty where it is."""
    aside = Counter(item.verdict for item in summary.set_aside)
    counting = {verdict: number - aside[verdict] for verdict, number in summary.counts.items()}
    reasons = [
        f"{number:,} {verdict}: {VERDICTS[verdict].means}"
        for verdict, number in counting.items()
        if number and not VERDICTS[verdict].conformant
    ]
    kinds = dict.fromkeys(finding.kind for finding in summary.findings)
    reasons += [f"{kind}: {FINDINGS[kind].means}" for kind in kinds if not FINDINGS[kind].conformant]
    if summary.finished_at is None and not summary.unanswered:
        reasons.append("The run did not reach its end: the sample was not asked again. Continue it with --resume.")
    if summary.asked == 0:
        reasons.append("No case was asked, so nothing was shown.")
    if summary.part:
        reasons.append(f"The run asked {summary.part}: it shows nothing about the others.")
    return tuple(reasons)


Excuse = Callable[[Result], str]
"""Why a result that does not stand does not count as a failure of this run, as a sentence; empty where it counts."""


def excuse(manifest: Manifest, summary: Summary) -> Excuse:
    """What baseline and errata say of each result, for a writer that shows the results one by one."""
    set_aside = {item.case: erratum_text(item) for item in summary.set_aside}
    ledger = _ledger(manifest)
    file = manifest.baseline.file if manifest.baseline else ""

    def of(result: Result) -> str:
        if VERDICTS[result.verdict].conformant:
            return ""
        known = f"known failure, listed in {file}" if ledger and ledger.covers(result) else ""
        return set_aside.get(result.id, known)

    return of


def erratum_text(item: SetAside) -> str:
    """Why a case was set aside."""
    erratum = item.erratum
    suite = item.case.partition(":")[0]
    return f"{item.case} ({item.verdict}) does not count: {erratum.kind} since {suite} {erratum.since}: {erratum.why}"


def remarks(summary: Summary) -> tuple[str, ...]:
    """What a reader must know beside the counts: the baseline, and what an erratum set aside; a sentence each."""
    lines = [erratum_text(item) for item in summary.set_aside]
    if summary.known is not None:
        known = summary.known
        lines.append(f"Baseline {known.file}: {known.cases:,} failing cases are known, {known.new:,} are not.")
        lines += [
            f"Baseline: {use.by} {use.what} ({use.state}): {STATES[use.state]}"
            for use in known.entries
            if use.state in ("expired", "passes again")
        ]
    return tuple(lines)


def run_failures(summary: Summary) -> Iterator[tuple[str, str]]:
    """What fails the whole run and no single case, for formats that know cases only: a name and a sentence each."""
    for finding in summary.findings:
        yield finding.kind, f"{FINDINGS[finding.kind].means} {clean(finding.detail)}"
    for use in summary.known.entries if summary.known else ():
        if use.state in ("expired", "passes again"):
            yield f"baseline {use.by} {use.what}", f"{use.state}: {STATES[use.state]}"
    if summary.asked == 0:
        yield "no_case_asked", "No case was asked, so nothing was shown."


def outcome(summary: Summary) -> str:
    """The run in a few words, which never call conformant what is so but for known failures."""
    if summary.conformant:
        return "conformant, but its baseline is out of date" if summary.exit_code else "conformant"
    if summary.exit_code == 0 and summary.known is not None and summary.known.cases:
        return f"not conformant; all {summary.known.cases:,} failing cases are known"
    return (
        f"not shown to be conformant: it was asked {summary.part}"
        if summary.part and summary.exit_code == 0
        else "not conformant"
    )


def counted_results(run: RunFolder, summary: Summary) -> Iterator[Result]:
    """The results that `summary` counts, in the order in which they were written."""
    return islice(run.results(), summary.written)


def not_standing(run: RunFolder, summary: Summary) -> Iterator[Result]:
    """Those of them that do not stand, without what an erratum sets aside."""
    return filter(stands_against(summary), counted_results(run, summary))


def stands_against(summary: Summary) -> Callable[[Result], bool]:
    """Whether a result does not stand, and no erratum sets it aside."""
    set_aside = {item.case for item in summary.set_aside}
    return lambda result: not VERDICTS[result.verdict].conformant and result.id not in set_aside


MOST_MISSING = 100_000
"""How many cases of a suite without a result are listed one by one: a folder may say that it lacks any number."""


def missing_cases(suite: SuiteCount) -> Iterator[str]:
    """One id for each case of the suite without a result, as many as are listed; empty where the run folder does not know it."""
    yield from suite.missing_ids
    yield from repeat("", min(suite.missing, MOST_MISSING) - len(suite.missing_ids))


class Tally:
    """Takes a run's results one by one, in the order in which they are written, under these errata (None: those shipped)."""

    def __init__(self, manifest: Manifest, errata: Iterable[Erratum] | None = None) -> None:
        self.manifest = manifest
        self.missing_ids = dict.fromkeys(manifest.only)
        self.verdicts: dict[str, Counter[Verdict]] = {}
        self.latency_ms: dict[str, float] = {}
        self.at_work = Counter[str]()
        self.right = Counter[str]()
        self.broken = Counter[str]()
        self.excused: dict[str, Counter[Verdict]] = {}
        self.written = 0
        self.errata = errata_of(manifest.suites, shipped_errata() if errata is None else errata)
        self.set_aside: list[SetAside] = []
        self.ledger = _ledger(manifest)
        self.known = 0
        self.edits = EditsTally()

    def add(self, result: Result) -> None:
        """Count one result."""
        self.written += 1
        self._hold(result)
        self.missing_ids.pop(result.id, None)
        self.verdicts.setdefault(result.suite, Counter())[result.verdict] += 1
        self.latency_ms[result.suite] = self.latency_ms.get(result.suite, 0.0) + (result.latency_ms or 0.0)
        if result.verdict == "not_applicable":
            return
        if result.id not in self.errata:
            self.edits.add(result)
        rules = {*result.expected.rules, *result.rules}
        self.at_work.update(rules)
        if result.verdict == "fail":
            self.broken.update(set(result.rules))
        elif VERDICTS[result.verdict].conformant:
            self.right.update(rules)

    def summary(self, recorded: Iterable[Event]) -> Summary:
        """The numbers, with the run's events."""
        suites = tuple(_suites(self))
        counts: dict[Verdict, int] = {verdict: sum(suite.counts[verdict] for suite in suites) for verdict in VERDICTS}
        cases = sum(counts.values())
        asked = cases - counts["not_applicable"]
        events = _Events()
        for event in recorded:
            events.add(event)
        failing = sum(number for verdict, number in counts.items() if not VERDICTS[verdict].conformant) - len(self.set_aside)
        known = _known(self, failing)
        sound = (
            asked > 0 and events.finished_at is not None and all(FINDINGS[finding.kind].conformant for finding in events.findings)
        )
        good = sound and not known.new and not known.reddens if known else sound and failing == 0
        part = _part(self.manifest)
        return Summary(
            conformant=sound and failing == 0 and not part,
            exit_code=EXIT_CONFORMANT if good else EXIT_NOT_CONFORMANT,
            cases=cases,
            asked=asked,
            counts=counts,
            suites=suites,
            rules=_rules(self),
            findings=tuple(events.findings),
            written=self.written,
            finished_at=events.finished_at,
            stopped=tuple(events.stopped) if counts["unanswered"] else (),
            known=known,
            set_aside=tuple(self.set_aside),
            edits=self.edits.count(),
            part=part,
        )

    def _hold(self, result: Result) -> None:
        """Hold a result against errata and baseline."""
        if VERDICTS[result.verdict].conformant:
            if self.ledger and result.verdict != "not_applicable":
                self.ledger.stands(result)
            return
        if erratum := self.errata.get(result.id):
            self.set_aside.append(SetAside(result.id, result.verdict, erratum))
        elif self.ledger and self.ledger.covers(result):
            self.known += 1
        else:
            return
        self.excused.setdefault(result.suite, Counter())[result.verdict] += 1


def _part(manifest: Manifest) -> str:
    if manifest.only:
        many = len(manifest.only)
        return f"only {many:,} {'case' if many == 1 else 'cases'} of its suites"
    return f"only part {manifest.shard[0]} of {manifest.shard[1]} of its suites" if manifest.shard else ""


def _ledger(manifest: Manifest) -> Ledger | None:
    return Ledger(manifest.baseline, manifest.started_at.date()) if manifest.baseline else None


def _known(tally: Tally, failing: int) -> Known | None:
    manifest = tally.manifest
    if manifest.baseline is None or tally.ledger is None:
        return None
    uses = tally.ledger.uses(tally.right, whole=not manifest.only)
    reddens = any(use.state in ("expired", "passes again") for use in uses)
    return Known(manifest.baseline.file, tally.known, failing - tally.known, reddens, uses)


@dataclass
class _Events:
    findings: dict[Finding, None] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)
    finished_at: dt.datetime | None = None

    def add(self, event: Event) -> None:
        if event.finding is not None:
            self.findings[Finding(event.finding, event.detail, event.cases)] = None
        if event.kind in ("gave_up", "interrupted"):
            self.stopped.append(event.detail)
        if event.kind == "finished":
            self.finished_at = event.at


def _suites(tally: Tally) -> Iterator[SuiteCount]:
    manifest = tally.manifest
    recorded = {suite.name: suite for suite in manifest.suites}
    missing_ids = _by_suite(tuple(tally.missing_ids), tuple(recorded))
    for name in dict.fromkeys((*recorded, *tally.verdicts, *missing_ids)):
        suite = recorded.get(name)
        found = tally.verdicts.get(name, Counter[Verdict]())
        ids = missing_ids.get(name, ())
        missing = len(ids) if manifest.only or suite is None else max(0, suite.cases - found.total())
        counts: dict[Verdict, int] = {verdict: found[verdict] for verdict in VERDICTS}
        counts["unanswered"] += missing
        yield SuiteCount(
            name=name,
            version=suite.version if suite else "",
            digest=suite.digest if suite else "",
            cases=found.total() + missing,
            counts=counts,
            missing=missing,
            missing_ids=ids,
            latency_ms=tally.latency_ms.get(name, 0.0),
            excused=dict(tally.excused.get(name, {})),
        )


def _by_suite(ids: tuple[str, ...], suites: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Ids that were asked for alone and have no result, by suite: an id opens with its suite's name."""
    found: dict[str, tuple[str, ...]] = {}
    for case_id in ids:
        name = case_id.partition(":")[0]
        suite = name if name in suites or not suites else suites[0]
        found[suite] = (*found.get(suite, ()), case_id)
    return found


def _rules(tally: Tally) -> dict[str, RuleCount]:
    known = [rule_id for rule_id in RULES if rule_id in tally.at_work]
    others = sorted(rule_id for rule_id in tally.at_work if rule_id not in RULES)
    return {
        rule_id: RuleCount(tally.at_work[rule_id], tally.right[rule_id], tally.broken[rule_id]) for rule_id in (*known, *others)
    }
