"""A run as plain text for a terminal: verdicts by suite, rules broken, findings, and the outcome on the last line."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TextIO

from tabulate import tabulate

from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.verdicts import FINDINGS, VERDICTS, Verdict
from rtconform.reports.figures.edits import EditsCount, rate_text
from rtconform.reports.figures.failure import rule_text
from rtconform.reports.figures.profiles import judged_by
from rtconform.reports.figures.summary import Summary, because, outcome, remarks
from rtconform.reports.page.html import FindCase
from rtconform.reports.page.twins import pairs
from rtconform.reports.text import clip, one_line

_WIDEST_TEXT = 72
_ALWAYS: tuple[Verdict, ...] = ("pass", "fail")


def write(run: RunFolder, summary: Summary, out: TextIO, find: FindCase = lambda _: None) -> None:
    """The tables; what the stream's encoding lacks is written as a question mark. `find` brings cases that passed."""
    text = "\n\n".join(_parts(run, summary, find)) + "\n"
    encoding = out.encoding or "utf-8"
    out.write(text.encode(encoding, "replace").decode(encoding))


def _parts(run: RunFolder, summary: Summary, find: FindCase) -> Iterator[str]:
    vendor = run.manifest.vendor
    yield one_line(f"{clip(vendor.name, _WIDEST_TEXT)} {clip(vendor.version, _WIDEST_TEXT)}, rule set {run.manifest.rule_set}")
    yield from (f"judged by {profile}" for profile in judged_by(run.manifest))
    yield _verdicts(summary)
    if summary.edits is not None:
        yield from _edits(summary.edits)
    broken = [(rule_id, count.broken, count.cases) for rule_id, count in summary.rules.items() if count.broken]
    if broken:
        rows = [(one_line(rule_id), number, cases, rule_text(rule_id).says) for rule_id, number, cases in broken]
        yield _table(rows, ("rule broken", "cases", "of", "what it requires"))
    if beside := pairs(run, summary, find):
        yield _table(beside, ("fails", "its twin passes", "what differs in the one that fails"))
    if summary.findings:
        kinds = Counter(finding.kind for finding in summary.findings)
        yield _table([(kind, number, FINDINGS[kind].means) for kind, number in kinds.items()], ("finding", "times", "meaning"))
    if summary.known is not None and summary.known.entries:
        uses = [(use.what, use.cases, use.expires.isoformat(), use.state, one_line(use.reason)) for use in summary.known.entries]
        yield _table(uses, ("known failure", "cases", "until", "state", "reason"))
    reasons = [
        *remarks(summary),
        *because(summary),
        *(f"The run ended early: {clip(one_line(why), 300)}" for why in summary.stopped),
    ]
    if reasons:
        yield "\n".join(reasons)
    yield f"{outcome(summary)} (exit code {summary.exit_code})"


def _edits(edits: EditsCount) -> Iterator[str]:
    """False denials first: what hurts those who bill right."""
    if edits.false_denials:
        yield _table(
            [(edit.claims, edit.says, edit.example) for edit in edits.false_denials], ("claims", "FALSE DENIAL", "smallest")
        )
    if edits.misses:
        yield _table([(edit.claims, edit.says, edit.example) for edit in edits.misses], ("claims", "MISSED", "smallest"))
    if edits.other_reasons:
        reasons = [(number, category) for category, number in edits.other_reasons.items()]
        yield _table(reasons, ("lines", "rightly stopped, for another reason than this"))
    rates = [("right claims allowed (specificity)", edits.specificity), ("wrong claims stopped (sensitivity)", edits.sensitivity)]
    yield "\n".join(f"{what}: {rate_text(rate)}" for what, rate in rates if rate)


def _verdicts(summary: Summary) -> str:
    shown = [verdict for verdict in VERDICTS if summary.counts[verdict] or verdict in _ALWAYS]
    rows = [(one_line(suite.name), suite.cases, *(suite.counts[verdict] for verdict in shown)) for suite in summary.suites]
    if len(rows) != 1:
        rows.append(("all", summary.cases, *(summary.counts[verdict] for verdict in shown)))
    return tabulate(rows, headers=("suite", "cases", *(verdict.replace("_", " ") for verdict in shown)), disable_numparse=[0])


def _table(rows: Sequence[tuple[str | int, ...]], headers: tuple[str, ...]) -> str:
    widths = [
        _WIDEST_TEXT if any(len(str(row[column])) > _WIDEST_TEXT for row in rows) else None for column in range(len(headers))
    ]
    return tabulate(rows, headers=headers, maxcolwidths=widths, disable_numparse=[0])
