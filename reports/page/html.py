"""A run as one self-contained HTML page: no network, nothing that a vendor writes can run in it.

First the outcome and the faults behind it, then the tables, then every case. The results are read twice: for what the page
says of the run, then for the cases. Cases are shown in full up to a number and listed up to another, so that the report of a
large run stays a page that a browser opens; what is left out is said where it is left out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TextIO

import msgspec
from markupsafe import Markup

from rtconform.conformance.cause import Cause
from rtconform.conformance.records import Event, Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.verdicts import FINDINGS, VERDICTS, Verdict
from rtconform.reference import RULE_SET
from rtconform.reference.coder.rules import RULES
from rtconform.reference.documents.treatment import Case
from rtconform.reference.relative_values import RelativeValues, shipped_values
from rtconform.reports.figures.failure import Row, RuleText, compared, rule_text, shape
from rtconform.reports.figures.faults import FaultGroup
from rtconform.reports.figures.hints import hint, hint_of_all
from rtconform.reports.figures.summary import RuleCount, Summary, counted_results, remarks
from rtconform.reports.page.course import courses, plan_lines
from rtconform.reports.page.differences import differences, differing_traits
from rtconform.reports.page.drawing import dials
from rtconform.reports.page.index import CaseIndex
from rtconform.reports.page.page import asset, environment, policy
from rtconform.reports.page.reading import Reading, read
from rtconform.reports.text import clean, clip, one_line

FULL = 3000
"""Cases shown in full. In a run of more, passing ones are not, and those that do not stand share the room fault by fault."""

INDEXED = 200_000
"""Cases that the page can search. In a run of more, passing ones are left out."""

LISTED = 500
"""Cases that do not stand listed in plain HTML, for a browser without script and for print."""

LONGEST_JSON = 40_000
EVENTS_SHOWN = 200

FindCase = Callable[[str], Case | None]
"""Finds the treatment of a case by its id: passing results are recorded without. None: it is no longer known."""

Body = Callable[[Result, Case | None], Markup]
"""Shows a case in full, with its treatment where that is known."""


@dataclass(frozen=True)
class RuleRow:
    """A rule at work in the run."""

    rule: RuleText
    count: RuleCount


@dataclass(frozen=True)
class Listed:
    """A case that does not stand, on a line."""

    id: str
    verdict: Verdict
    title: str
    explanation: str
    differences: tuple[Row, ...]


@dataclass(frozen=True)
class ShownFault:
    """A fault with the smallest cases that are shown under it in full: id, title and HTML of each; `hint`: a known fault."""

    fault: FaultGroup
    hint: str
    differences: tuple[Row, ...]
    smallest: tuple[tuple[str, str, Markup], ...]
    also: tuple[str, ...]


@dataclass
class _Cases:
    """The second pass: which cases are shown in full, listed, searched."""

    run: RunFolder
    body: Body
    find: FindCase
    reading: Reading
    written: int
    index: CaseIndex = field(default_factory=CaseIndex)
    listed: list[Listed] = field(default_factory=list)
    not_standing: int = 0
    shown: dict[tuple[str, ...], int] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        causes: tuple[Cause, ...] = ()
        if not VERDICTS[result.verdict].conformant:
            causes = self.reading.causes[self.not_standing]
            self.not_standing += 1
            if len(self.listed) < LISTED:
                self.listed.append(_listed(result))
        if self.written > INDEXED and (not causes or len(self.index.ids) >= INDEXED):
            return
        self.index.add(result, causes, self._fragment(result, causes))

    def _fragment(self, result: Result, causes: Sequence[Cause]) -> str | None:
        key = (result.verdict, *(cause.id for cause in causes))
        if self.written > FULL:
            kinds = len(self.reading.combinations) + len(VERDICTS)
            if result.verdict in ("pass", "not_applicable") or self.shown.get(key, 0) >= FULL // kinds:
                return None
        self.shown[key] = self.shown.get(key, 0) + 1
        return str(self.body(result, result.case or self.find(result.id)))


def write(
    run: RunFolder,
    summary: Summary,
    out: TextIO,
    find: FindCase = lambda _: None,
    values: RelativeValues | None = None,
    certificate: Sequence[tuple[str, Sequence[str]]] = (),
) -> None:
    """The run as one HTML page.

    `find` brings the treatments of cases that are recorded without; `values` weigh the faults (None: the shipped ones).
    `certificate`: what the certificate or refusal says, as heads and texts, where the run was sealed with one.
    """
    templates = environment()
    macros = templates.get_template("case.html.j2").module
    reading = read(run, summary, shipped_values() if values is None else values)

    def body(result: Result, case: Case | None) -> Markup:
        drawn = (dials(case), courses(case), plan_lines(case)) if case else ((), (), ())
        beside = _beside(result, case, reading, find)
        return Markup(macros.body(shape(run.manifest, result), *drawn, _documents(result, case), beside))  # type: ignore[attr-defined] # noqa: S704 - a macro of our template, which escapes

    cases = _Cases(run, body, find, reading, summary.written)
    for result in counted_results(run, summary):
        cases.add(result)
    style, script = asset("report.css"), asset("report.js")
    events, events_left_out = _events(run)
    rules = [RuleRow(rule_text(rule_id), count) for rule_id, count in summary.rules.items()]
    out.writelines(
        templates.get_template("report.html.j2").generate(
            style=style,
            script=script,
            policy=policy(style, script),
            manifest=run.manifest,
            summary=summary,
            reading=reading,
            all_verdicts=VERDICTS,
            all_findings=FINDINGS,
            remarks=remarks(summary),
            certificate=certificate,
            bar=_bar(summary),
            faults=_shown_faults(reading, run.manifest.vendor.role, body),
            hint_of_all=hint_of_all(reading.known, run.manifest.vendor.role) if reading.known else "",
            rules=rules,
            idle_rules=[rule_id for rule_id in RULES if rule_id not in summary.rules],
            listed=cases.listed,
            not_standing=cases.not_standing,
            index=cases.index,
            events=events,
            events_left_out=events_left_out,
            rule_set_here=RULE_SET,
        )
    )


def _shown_faults(reading: Reading, noun: str, body: Body) -> list[ShownFault]:
    """Each fault with its smallest cases; a case that is shown under an earlier fault already is named."""
    seen: set[str] = set()
    shown = []
    for fault in reading.faults:
        fresh = [result for result in fault.smallest if result.id not in seen]
        also = tuple(one_line(result.id) for result in fault.smallest if result.id in seen)
        seen.update(result.id for result in fresh)
        smallest = tuple((one_line(result.id), clip(one_line(result.title), 300), body(result, result.case)) for result in fresh)
        named = hint(fault.known, reading.known, noun) if fault.known and reading.known else ""
        shown.append(ShownFault(fault, named, _differences(fault.smallest[0]), smallest, also))
    return shown


@dataclass(frozen=True)
class Beside:
    """A case that passed, beside one that failed: `twin`, or only much like it; what changes from it to the one that failed."""

    id: str
    twin: bool
    changes: tuple[str, ...]


def _beside(result: Result, case: Case | None, reading: Reading, find: FindCase) -> Beside | None:
    """The twin that passed; without a twin, the case of the run that passed and is most like it. None where there is neither."""
    if VERDICTS[result.verdict].conformant:
        return None
    if name := reading.neighbours.twin(result):
        passed = find(name)
        return Beside(one_line(name), twin=True, changes=differences(passed, case)) if passed and case else None
    nearest = None if result.twin or result.traits is None else reading.neighbours.nearest(result.traits)
    if nearest is None or result.traits is None:
        return None
    return Beside(one_line(nearest[0]), twin=False, changes=differing_traits(nearest[1], result.traits))


def _differences(result: Result) -> tuple[Row, ...]:
    rows = [row for row in compared(result) if row.mark not in ("same", "not billed")]
    return tuple(rows[:3])


def _listed(result: Result) -> Listed:
    explanation = clip(one_line(result.explanation), 300)
    return Listed(one_line(result.id), result.verdict, clip(one_line(result.title), 200), explanation, _differences(result))


def _documents(result: Result, case: Case | None) -> tuple[tuple[str, str], ...]:
    """The raw JSON of a case: name and text, each of bounded length."""
    found = (("The case", case), ("The claim", result.claim), ("Expected", result.expected), ("Answered", result.answer))
    return tuple((name, _json(value)) for name, value in found if value is not None)


def _json(value: object) -> str:
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode("utf-8", "replace")
    return clip(clean(text), LONGEST_JSON)


def _bar(summary: Summary) -> list[tuple[Verdict, float, float]]:
    """The verdicts that occur, each with its start and width in a bar 1000 wide."""
    pieces = []
    start = 0.0
    for verdict, number in summary.counts.items():
        if number:
            width = 1000 * number / summary.cases
            pieces.append((verdict, round(start, 2), round(width, 2)))
            start += width
    return pieces


def _events(run: RunFolder) -> tuple[list[Event], int]:
    shown: list[Event] = []
    left_out = 0
    for event in run.events():
        if len(shown) < EVENTS_SHOWN:
            shown.append(event)
        else:
            left_out += 1
    return shown, left_out
