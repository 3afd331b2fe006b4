"""A run as one self-contained HTML page: no script, no network, nothing that a vendor writes can run in it.

The results are read once. Cases are shown in full up to a number per rule and verdict, and listed by id up to another, so that
the report of a large run stays a page that a browser opens; what is left out is said where it is left out.
"""

import base64
import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TextIO

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rtconform.conformance.records import Event, Result
from rtconform.conformance.runfolder import RunFolder
from rtconform.conformance.verdicts import FINDINGS, VERDICTS, Verdict
from rtconform.reference import RULE_SET
from rtconform.reference.rules import RULES
from rtconform.reports.failure import RuleText, Shape, rule_text, shape
from rtconform.reports.summary import RuleCount, Summary, counted_results, remarks
from rtconform.reports.text import clip, one_line

SHOWN_PER_GROUP = 100
"""Cases shown in full for each rule broken and each other verdict."""

LISTED_PER_GROUP = 5000
"""Cases listed by id, title and explanation."""

EVENTS_SHOWN = 200

_NO_DETAILS: tuple[Verdict, ...] = ("pass", "not_applicable")


@dataclass(frozen=True)
class Listed:
    """A case that is only listed."""

    id: str
    title: str
    explanation: str


@dataclass
class Group:
    """Cases of one rule broken, or of one verdict: the first shown in full, more of them listed, the rest counted."""

    shown: list[Shape] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    cases: int = 0

    @property
    def left_out(self) -> int:
        """Cases that are neither shown nor listed."""
        return self.cases - len(self.shown) - len(self.listed)


@dataclass(frozen=True)
class Broken:
    """A rule that was broken, with the cases grouped under it."""

    rule: RuleText
    group: Group


@dataclass(frozen=True)
class RuleRow:
    """A rule at work in the run; `failing`: the anchor of the first case that broke it, or of the group of such cases."""

    rule: RuleText
    count: RuleCount
    failing: str


@dataclass
class _Page:
    broken: dict[str, Group] = field(default_factory=dict)
    verdicts: dict[Verdict, Group] = field(default_factory=lambda: {verdict: Group() for verdict in VERDICTS})

    def add(self, run: RunFolder, result: Result) -> None:
        if result.verdict == "fail":
            first = result.rules[0] if result.rules else ""
            group = self.broken.setdefault(first, Group())
        else:
            group = self.verdicts[result.verdict]
        group.cases += 1
        if result.verdict not in _NO_DETAILS and len(group.shown) < SHOWN_PER_GROUP:
            group.shown.append(shape(run.manifest, result))
        elif len(group.listed) < LISTED_PER_GROUP:
            explanation = "" if result.verdict == "pass" else clip(one_line(result.explanation), 300)
            group.listed.append(Listed(one_line(result.id), one_line(result.title), explanation))

    def sorted_broken(self) -> list[Broken]:
        order = {rule_id: position for position, rule_id in enumerate(RULES)}
        ids = sorted(self.broken, key=lambda rule_id: (order.get(rule_id, len(order)), rule_id))
        return [Broken(rule_text(rule_id), self.broken[rule_id]) for rule_id in ids]


def write(run: RunFolder, summary: Summary, out: TextIO) -> None:
    """The run as one HTML page."""
    page = _Page()
    for result in counted_results(run, summary):
        page.add(run, result)
    environment = _environment()
    style = files("rtconform.reports").joinpath("templates", "report.css").read_text("utf-8")
    broken = page.sorted_broken()
    anchors = {shown.id for group in (*page.broken.values(), *page.verdicts.values()) for shown in group.shown}
    events, events_left_out = _events(run)
    template = environment.get_template("report.html.j2")
    page_text = template.generate(
        style=Markup(style),  # noqa: S704 - our own file
        policy=f"default-src 'none'; style-src '{_digest(style)}'; base-uri 'none'; form-action 'none'",
        manifest=run.manifest,
        summary=summary,
        all_verdicts=VERDICTS,
        all_findings=FINDINGS,
        remarks=remarks(summary),
        bar=_bar(summary),
        rules=_rule_rows(summary, broken),
        idle_rules=[rule_id for rule_id in RULES if rule_id not in summary.rules],
        broken=broken,
        groups=page.verdicts,
        anchors=anchors,
        events=events,
        events_left_out=events_left_out,
        rule_set_here=RULE_SET,
    )
    out.writelines(page_text)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("rtconform.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(anchor=_anchor, clean=one_line, clip=clip, count=_count, moment=_moment, words=_words)
    return environment


def _digest(block: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()}"


def _rule_rows(summary: Summary, broken: Iterable[Broken]) -> list[RuleRow]:
    failing: dict[str, str] = {}
    for item in broken:
        for case in item.group.shown:
            for rule in case.rules:
                failing.setdefault(rule.id, _anchor(case.id))
    failing |= {item.rule.id: f"failing-{item.rule.id}" for item in broken}
    return [RuleRow(rule_text(rule_id), count, failing.get(rule_id, "")) for rule_id, count in summary.rules.items()]


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


def _anchor(case_id: str) -> str:
    """The id attribute of a case: its own id, so that a link to it can be written by hand, without the blanks HTML forbids."""
    return "case-" + "_".join(case_id.split())


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _moment(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")


def _words(term: str) -> str:
    return term.replace("_", " ")
