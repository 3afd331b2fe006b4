"""Causes of what an editor got wrong: a rule, the service or category concerned, and whether it was denied, missed or held."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from rtconform.conformance.edits_judge import Slip, slips_of
from rtconform.conformance.normal_form import REPEAT_MODIFIERS
from rtconform.conformance.records import Result
from rtconform.generators.claim_faults import CLAIM_FAULTS
from rtconform.reference.codes import DELIVERY_CODES
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
    yield from dict.fromkeys(cause_of_slip(result, slip) for slip in failing)


def cause_of_slip(result: Result, slip: Slip) -> EditCause:
    """The cause of one line that was handled wrong. Meaningless for a slip of kind `other_reason`.

    A miss is the edit that is lacking: the fault that was put into the claim, else a rule and a category. A false denial is an
    edit too many: it goes by the editor's own reason; where the editor gives none, by the rule that it goes against.
    """
    due, came = slip.due, slip.came
    rule = next(iter(due.rules), "")
    if slip.kind == "miss":
        return _miss(result, slip, rule)
    service, slug = _service(result, slip)
    if slip.kind == "held":
        return EditCause(f"{rule}/held-{slug}", due.rules, "held", f"Holds {service} for review where it has to be allowed.")
    if came.category is None and came.carc is None:
        says = RULES[rule].says if rule in RULES else due.reason
        sentence = f"Stops {service} where it has to be allowed. {says}"
        return EditCause(f"{rule}/false-denial-{slug}", due.rules, "false_denial", sentence)
    carc = f"CARC {came.carc}" if came.carc else ""
    reason = ", ".join(filter(None, (came.category and came.category.replace("_", " "), carc)))
    what = "lines" if came.category else service
    own = _NO_SLUG.sub("-", f"{'' if came.category else slug} {reason}".lower()).strip("-")[:60]
    return EditCause(f"false-denial/{own}", due.rules, "false_denial", f"Stops {what} ({reason}) that it has to allow.")


def _miss(result: Result, slip: Slip, rule: str) -> EditCause:
    due = slip.due
    if due.category is None:
        return EditCause(f"{rule}/missed", due.rules, "miss", f"Allows what it has to stop ({rule}): {due.reason}")
    documented = result.claim is not None and result.claim.treatment is not None
    faults = [CLAIM_FAULTS[name] for name in result.faults if name in CLAIM_FAULTS]
    put = [fault for fault in faults if fault.expected(documented=documented) in (due.category, *due.also)]
    if len(put) > 1:  # of two deleted codes in one claim, the one on this line
        put = [fault for fault in put if _code(result, slip).lower() in fault.id]
    if len(put) == 1:
        return EditCause(f"missed/{put[0].id}", due.rules, "miss", f"Allows {put[0].says} ({rule}).")
    what = CATEGORIES[due.category].says
    category = due.category.replace("_", "-")
    return EditCause(f"{rule}/missed-{category}", due.rules, "miss", f"Allows what it has to stop ({rule}): {what}")


_NO_SLUG = re.compile(r"[^a-z0-9]+")


def _code(result: Result, slip: Slip) -> str:
    lines = result.claim.lines if result.claim else ()
    return next((line.code for line in lines if line.number == slip.due.number), "")


def _service(result: Result, slip: Slip) -> tuple[str, str]:
    """The kind of service on the line, in words and as part of an id."""
    lines = result.claim.lines if result.claim else ()
    line = next((line for line in lines if line.number == slip.due.number), None)
    if line is None:
        return "a line", "line"
    parts = [line.code, *(modifier for modifier in line.modifiers if modifier not in REPEAT_MODIFIERS)]
    if line.code in DELIVERY_CODES and len(parts) == 1:
        return "a delivery code", "delivery"
    return "-".join(parts), "-".join(parts)
