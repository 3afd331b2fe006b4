"""A comparison of two runs as tables for a terminal, and as Markdown for a pull request."""

from collections.abc import Iterator

from tabulate import tabulate

from rtconform.conformance.verdicts import FINDINGS
from rtconform.reports.comparison.compare import CHANGES, Change, Changed, Comparison, Ran
from rtconform.reports.text import clip, markdown, one_line
from rtconform.reports.writers.markdown import table

SHOWN = 20
"""Cases shown of each change."""

TITLES: dict[Change, str] = {
    "regressed": "Regressions",
    "repaired": "Repaired",
    "withdrawn": "Withdrawn",
    "new": "New cases",
    "gone": "Gone cases",
    "expectation": "Another answer expected",
    "changed": "Right as before, with another answer",
    "still_wrong": "Still wrong",
}
_WIDEST = 60


def verdict_line(found: Comparison) -> str:
    """The comparison in one sentence."""
    counts = found.counts
    rest = f"{counts['repaired']:,} repaired, {counts['still_wrong']:,} still wrong"
    findings = f", new findings: {', '.join(found.findings_new)}" if found.findings_new else ""
    return f"{_cases(counts['regressed'])} regressed{findings}; {rest}" if found.regressed else f"no regression: {rest}"


def as_table(found: Comparison) -> str:
    """The comparison for a terminal: regressions first, the outcome on the last line."""
    parts = [_header(found), tabulate(_counts(found), headers=("change", "cases", "meaning"), maxcolwidths=[None, None, 72])]
    if found.causes:
        rows = [(cause.id, cause.cases, cause.sentence) for cause in found.causes]
        parts.append(tabulate(rows, headers=("regressions by cause", "cases", "what is wrong"), maxcolwidths=[None, None, 72]))
    if found.findings_new:
        rows_ = [(kind, FINDINGS[kind].means) for kind in found.findings_new]
        parts.append(tabulate(rows_, headers=("new finding", "meaning"), maxcolwidths=[None, 72]))
    for change, cases in _sections(found):
        rows__ = [tuple(clip(cell, 300) for cell in _row(case)) for case in cases]
        headers = (TITLES[change].lower(), "verdict", "answered", "why")
        parts.append(
            tabulate(rows__, headers=headers, maxcolwidths=[None, None, 30, _WIDEST], disable_numparse=True)
            + _more(found, change)
        )
    parts += found.remarks
    parts.append(f"{verdict_line(found)} (exit code {found.exit_code})")
    return "\n\n".join(parts) + "\n"


def as_markdown(found: Comparison) -> str:
    """The comparison as Markdown that fits a comment on a pull request."""
    mark = "❌" if found.regressed else "✅"
    parts = [f"## {mark} rtconform: {verdict_line(found)}", markdown(_header(found))]
    if found.causes:
        rows = [(f"`{cause.id}`", f"{cause.cases:,}", markdown(cause.sentence)) for cause in found.causes]
        parts.append(table(("cause of the regressions", "cases", "what is wrong"), rows))
    parts += [f"**New finding: {kind}.** {FINDINGS[kind].means}" for kind in found.findings_new]
    for change, cases in _sections(found):
        rows_ = [tuple(markdown(clip(cell, 300)) for cell in _row(case)) for case in cases]
        shown = table(("case", "verdict", "answered", "why"), rows_)
        title = f"{TITLES[change]} ({found.counts[change]:,})"
        body = f"{CHANGES[change]}\n\n{shown}{_more(found, change)}"
        folded = f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"
        parts.append(f"### {title}\n\n{body}" if change == "regressed" else folded)
    parts += map(markdown, found.remarks)
    return "\n\n".join(parts) + "\n"


def _header(found: Comparison) -> str:
    old, new = found.old, found.new
    lines = [f"{name}: {_ran(ran)}" for name, ran in (("old", old), ("new", new))]
    return "\n".join([*lines, f"suites: {', '.join(map(one_line, found.suites))}; rule set {found.rule_set}"])


def _ran(ran: Ran) -> str:
    outcome = "conformant" if ran.conformant else "not conformant"
    return f"{one_line(ran.vendor)} {one_line(ran.version)}, {ran.started_at}, {outcome}"


def _counts(found: Comparison) -> list[tuple[str, int, str]]:
    return [(change.replace("_", " "), number, CHANGES[change]) for change, number in found.counts.items() if number]


def _sections(found: Comparison) -> Iterator[tuple[Change, list[Changed]]]:
    """The changes with the cases to show of each; of those still wrong, the count says enough."""
    for change in TITLES:
        cases = [case for case in found.changes if case.change == change][:SHOWN]
        if cases and change != "still_wrong":
            yield change, cases


def _row(case: Changed) -> tuple[str, str, str, str]:
    verdicts = " → ".join(verdict or "–" for verdict in (case.was, case.now))
    then, now = (one_line(text) if text else "?" for text in (case.answered_then, case.answered_now))
    answered = now if case.was is None else then if case.now is None else now if then == now else f"{then} → {now}"
    why = case.explanation if case.change != "repaired" else f"expected {case.expected}"
    return one_line(case.id), verdicts, answered, one_line(why)


def _more(found: Comparison, change: Change) -> str:
    left = found.counts[change] - SHOWN
    return f"\n\n… and {_cases(left, 'more ')}" if left > 0 else ""


def _cases(number: int, more: str = "") -> str:
    return f"{number:,} {more}case{'' if number == 1 else 's'}"
