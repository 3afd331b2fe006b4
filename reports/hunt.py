"""What a hunt found, as rows for a person or a program: the faults, each with its causes below."""

from collections.abc import Iterable
from typing import Any

from rtconform.conformance.coder.judge import lines_in_words
from rtconform.conformance.editor.judge import dispositions_in_words
from rtconform.conformance.hunted import Found, Hunted, KnownFault
from rtconform.conformance.records import Result
from rtconform.reference.documents.coding import Line
from rtconform.reports.text import one_line

_CAUSE = "└ "


def rows(hunted: Hunted) -> list[dict[str, Any]]:
    """A row for each cause, those of one fault together."""
    return [_row(found) for group in hunted.faults for found in group]


def fault_rows(hunted: Hunted) -> list[dict[str, Any]]:
    """A row for each known fault that something looks like, and for each cause that looks like none, in the order of `rows`."""
    return [_fault(group) for group in hunted.faults]


def table_rows(hunted: Hunted) -> list[dict[str, Any]]:
    """The rows of a table: a known fault that shows as several causes, these below it; every other cause alone."""
    shown: list[dict[str, Any]] = []
    for group in hunted.faults:
        fault = group[0].fault
        if fault is None or len(group) == 1:
            shown += [{**row, "what is wrong": _with_name(row["what is wrong"], fault)} for row in map(_row, group)]
            continue
        total = len({result.id for found in group for result in found.shown})
        head = {"case": fault.id, "what is wrong": f"Looks like this: {fault.says}", "shown by": total}
        shown.append({"expected": "", "answered": "", **head})
        shown += [{**row, "case": f"{_CAUSE}{row['case']}"} for row in map(_row, group)]
    return shown


def _with_name(says: str, fault: KnownFault | None) -> str:
    """With the fault that it looks like, where that says more."""
    return f"{says} Looks like {fault.id}: {fault.says}" if fault and fault.says not in says else says


def _fault(group: tuple[Found, ...]) -> dict[str, Any]:
    fault = group[0].fault
    return {
        "known_fault": fault.id if fault else None,
        "what is wrong": fault.says if fault else group[0].cause.sentence,
        "cases": [found.question.id for found in group],
    }


def _row(found: Found) -> dict[str, Any]:
    result = found.result
    remark = " Unstable: the answer differs when it is asked again." if found.stable is False else ""
    return {
        "case": found.question.id,
        "cause": found.cause.id,
        "rules": list(found.cause.rules),
        "known_fault": found.fault.id if found.fault else None,
        "what is wrong": one_line(found.cause.sentence) + remark,
        "stable": found.stable,
        "expected": _expected(result),
        "answered": _answered(result),
        "facts": list(result.facts),
        "explanation": result.explanation,
        "shown by": len(found.shown),
    }


def _expected(result: Result) -> str:
    if (coding := result.coding) is not None:
        return _in_words(coding.outcome, coding.lines)
    due = result.adjudication.lines if result.adjudication else ()
    return "; ".join(f"{line.number} {line.disposition}" + (f" ({line.category})" if line.category else "") for line in due)


def _answered(result: Result) -> str:
    if (answer := result.coded) is not None:
        return one_line(_in_words(answer.outcome, answer.lines))
    return one_line(dispositions_in_words(said)) if (said := result.disposition) else result.verdict


def _in_words(outcome: str, lines: Iterable[Line]) -> str:
    return lines_in_words(lines) if outcome == "coded" else outcome
