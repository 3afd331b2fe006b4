"""Causes of what an editor got wrong: a rule, the service or category concerned, and whether it was denied, missed or held."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from rtconform.conformance.edits_judge import Slip, slips_of
from rtconform.conformance.records import Result
from rtconform.reference.edits import CATEGORIES
from rtconform.reference.rules import RULES

EditKind = Literal["false_denial", "miss", "held"]


class EditCause(NamedTuple):
    """The fields of a `causes.Cause`."""

    id: str
    rules: tuple[str, ...]
    kind: EditKind
    sentence: str


def edit_causes(result: Result) -> Iterator[EditCause]:
    """Each cause once, in the order of the claim's lines. A held line is one only where nothing worse is wrong."""
    adjudication, disposition = result.adjudication, result.disposition
    if adjudication is None or disposition is None:
        return
    slips = [slip for slip in slips_of(adjudication, disposition) if slip.kind != "other_reason"]
    failing = [slip for slip in slips if slip.kind != "held"] or slips
    yield from dict.fromkeys(_cause(slip, _service(result, slip)) for slip in failing)


def _cause(slip: Slip, service: str) -> EditCause:
    due, came = slip.due, slip.came
    rule = next(iter(due.rules), "")
    says = RULES[rule].says if rule in RULES else due.reason
    if slip.kind == "miss":
        category = due.category or "stopped"
        what = CATEGORIES[due.category].says if due.category else due.reason
        return EditCause(
            f"{rule}/missed-{category.replace('_', '-')}", due.rules, "miss", f"Allows what has to be stopped. {what}"
        )
    if slip.kind == "held":
        return EditCause(
            f"{rule}/held-{service}", due.rules, "held", f"Holds {service} for review where it has to be allowed. {says}"
        )
    carc = f"-carc-{came.carc}" if came.carc else ""
    why = f" with CARC {came.carc}" if came.carc else ""
    sentence = f"Stops {service}{why} where it has to be allowed. {says}"
    return EditCause(f"{rule}/false-denial-{service}{carc}", due.rules, "false_denial", sentence)


def _service(result: Result, slip: Slip) -> str:
    lines = result.claim.lines if result.claim else ()
    return next(("-".join((line.code, *line.modifiers)) for line in lines if line.number == slip.due.number), "a line")
