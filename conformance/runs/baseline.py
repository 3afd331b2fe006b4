"""Baselines: failures that a team knows and has decided to live with for a while, each with a reason and a last day.

A baseline changes no verdict and makes no run conformant. It changes the exit code only: 0 where every failure is one that is
listed and not expired, and every entry is still needed. So a pipeline turns red for what is new, and cannot forget the rest.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from rtconform.conformance.cause import Cause, Kind
from rtconform.conformance.coder.judge import MALFORMED
from rtconform.conformance.records import Baseline, KnownFailure, Result
from rtconform.reference.coder.rules import RULES
from rtconform.reference.regular_file import shown
from rtconform.reference.toml_tables import TomlFile

Words = Annotated[str, Meta(min_length=1, max_length=500)]
By = Literal["case", "rule", "cause"]
State = Literal["needed", "expired", "passes again", "not asked"]

STATES: dict[State, str] = {
    "needed": "It covers failures of this run.",
    "expired": "Its last day is over: fix the coder, or decide again. It covers nothing.",
    "passes again": "What it lists was asked and no longer fails: remove the entry.",
    "not asked": "This run asked nothing that it could cover.",
}
"""What can be said of an entry after a run; expired ones and those that pass again end the run with exit code 1."""

_NOT_LISTED = ("unanswered", "unrecorded")
_KINDS = tuple(kind.replace("_", "-") for kind in get_args(Kind) if kind not in _NOT_LISTED)

_WITH_DETAIL = ("invalid/", "DOC-MALFORMED/coded/", "DOC-MALFORMED/out-of-scope/")
"""What opens causes that end in what is wrong with a document; without that end all of them are meant."""

_OF_EDITORS = ("missed", "false-denial")
"""What opens the cause of a claim editor's that has no rule, and closes one that has."""


class _Entry(Struct, frozen=True):
    reason: Words
    expires: dt.date
    case: Words | None = None
    rule: Words | None = None
    cause: Words | None = None


_ADVICE = {
    "reason": "say why this failure is accepted",
    "expires": "the last day on which it is, for instance expires = 2027-03-31",
}


def load_baseline(path: Path) -> Baseline:
    """The baseline in a TOML file. Raises UserError, or TomlError with every fault and its line."""
    file = TomlFile(path)
    file.unknown_keys(file.root, ["known"])
    tables = file.root.get("known")
    if not isinstance(tables, list) or not tables:
        file.fault("no entry: begin each with [[known]] and give case, rule or cause, reason and expires", "known")
        tables = []
    entries: dict[tuple[str, str], KnownFailure] = {}
    for number, raw in enumerate(tables):
        for entry in _entry(file, raw, number):
            if (entry.by, entry.what) in entries:
                file.fault(f"{entry.by} {entry.what} is listed twice; keep one entry", "known", str(number), entry.by)
            entries[entry.by, entry.what] = entry
    file.check()
    return Baseline(file=shown(path), digest=hashlib.sha256(file.content).hexdigest(), known=tuple(entries.values()))


def _entry(file: TomlFile, raw: object, number: int) -> Iterator[KnownFailure]:
    place = ("known", str(number))
    entry = file.table(_Entry, raw, *place, advice=_ADVICE)
    if entry is None:
        return
    given = {by: what for by in get_args(By) if (what := getattr(entry, by)) is not None}
    if len(given) != 1:
        file.fault(f"give one of case, rule and cause, not {len(given)} of them", *place)
        return
    ((by, what),) = given.items()
    if fault := _FAULTS[by](what):
        file.fault(fault, *place, by)
        return
    yield KnownFailure(by, what, entry.reason, entry.expires)


def _case_fault(what: str) -> str:
    return "" if ":" in what else f"{what!r} is not the id of a case: an id begins with its suite, as in boundaries:…"


def _rule_fault(what: str) -> str:
    if what in RULES or what == MALFORMED:
        return ""
    close = get_close_matches(what.upper(), RULES, n=1)
    return f"no rule {what!r}{f'; did you mean {close[0]}?' if close else ''}; `rtconform rules` lists them"


def _cause_fault(what: str) -> str:
    rule, _, kind = what.rpartition("/")
    if what.startswith(_WITH_DETAIL):
        return ""
    if rule in _OF_EDITORS:
        return "" if kind else f"{what!r} is not a cause: write it as reports do, for instance missed/deleted-g6015"
    if rule and (fault := _rule_fault(rule)):
        return fault
    if kind in _KINDS or (rule and kind.startswith(("held", *_OF_EDITORS))):
        return ""
    return f"{what!r} is not a cause: write RULE/kind as reports do, with one of the kinds {', '.join(_KINDS)}"


_FAULTS = {"case": _case_fault, "rule": _rule_fault, "cause": _cause_fault}


class EntryUse(Struct, frozen=True):
    """An entry of a baseline after a run: its `state`, and how many failing cases it had a part in."""

    by: By
    what: str
    reason: str
    expires: dt.date
    state: State
    cases: int


class Ledger:
    """Holds results against a baseline as they come by. `day` is the day of the run: an entry is good up to its last day."""

    def __init__(self, baseline: Baseline, day: dt.date) -> None:
        self._day = day
        self._entries = baseline.known
        self._met = [0] * len(self._entries)
        self._asked_cases: set[str] = set()
        self._cases = {entry.what for entry in self._entries if entry.by == "case"}

    def covers(self, result: Result) -> bool:
        """Note a result that does not stand, and say whether entries that have not expired list all that is wrong with it.

        A case that fails for two causes of which one is listed is not covered: what is not listed is new.
        """
        causes = result.causes
        whole = False
        open_causes = set(causes)
        for number, entry in enumerate(self._entries):
            matched = _matched(entry, result, causes)
            if not matched:
                continue
            self._met[number] += 1
            if entry.expires >= self._day:
                whole = whole or entry.by == "case"
                open_causes.difference_update(matched)
        return result.verdict != "unanswered" and (whole or not open_causes)

    def stands(self, result: Result) -> None:
        """Note a result that was asked and stands."""
        if result.id in self._cases:
            self._asked_cases.add(result.id)

    def uses(self, rules_right: Iterable[str], *, whole: bool) -> tuple[EntryUse, ...]:
        """Every entry with its state.

        `rules_right`: the rules at work in answers that stand; `whole`: the run asked all cases of its suites.
        """
        right = frozenset(rules_right)
        return tuple(
            EntryUse(
                entry.by,
                entry.what,
                entry.reason,
                entry.expires,
                self._state(number, entry, right, whole=whole),
                self._met[number],
            )
            for number, entry in enumerate(self._entries)
        )

    def _state(self, number: int, entry: KnownFailure, right: frozenset[str], *, whole: bool) -> State:
        if entry.expires < self._day:
            return "expired"
        if self._met[number]:
            return "needed"
        if entry.by == "case":
            return "passes again" if entry.what in self._asked_cases else "not asked"
        rule = entry.what if entry.by == "rule" else entry.what.rpartition("/")[0]
        could = whole and bool(right) and (not rule or rule in _OF_EDITORS or rule in right)
        return "passes again" if could else "not asked"


def _matched(entry: KnownFailure, result: Result, causes: tuple[Cause, ...]) -> tuple[Cause, ...]:
    """The causes of a failing result that an entry lists."""
    if entry.by == "case":
        return causes if entry.what == result.id else ()
    if entry.by == "rule":
        return tuple(cause for cause in causes if entry.what in cause.rules)
    return tuple(cause for cause in causes if cause.id == entry.what or cause.id.startswith(f"{entry.what}/"))


def loaded_in_words(baseline: Baseline, day: dt.date) -> str:
    """What was loaded, for before the first case: an entry a line."""
    lines = [f"baseline {baseline.file}: {len(baseline.known)} known failures, which make no run conformant:"]
    for entry in baseline.known:
        expired = ", EXPIRED" if entry.expires < day else ""
        lines.append(f"  {entry.by} {entry.what}, until {entry.expires}{expired}: {' '.join(entry.reason.split())}")
    return "\n".join(lines)
