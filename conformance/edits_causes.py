"""Causes of what an editor got wrong: a rule, the service or category concerned, and whether it was denied, missed or held."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from rtconform.conformance.edits_judge import Slip, slips_of
from rtconform.conformance.normal_form import REPEAT_MODIFIERS
from rtconform.conformance.records import Result
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

    A miss is the edit that is lacking: a rule and a category. A false denial is an edit too many: it goes by the editor's own
    reason and the kind of service that it stops; where the editor gives no reason, by the rule that it goes against.
    """
    due, came = slip.due, slip.came
    rule = next(iter(due.rules), "")
    if slip.kind == "miss":
        category = due.category or "stopped"
        what = CATEGORIES[due.category].says if due.category else due.reason
        sentence = f"Allows what it has to stop ({rule}): {what}"
        return EditCause(f"{rule}/missed-{category.replace('_', '-')}", due.rules, "miss", sentence)
    service, slug = _service(result, slip)
    if slip.kind == "held":
        return EditCause(f"{rule}/held-{slug}", due.rules, "held", f"Holds {service} for review where it has to be allowed.")
    reason = " ".join(filter(None, (came.category, f"CARC {came.carc}" if came.carc else "")))
    if not reason:
        says = RULES[rule].says if rule in RULES else due.reason
        sentence = f"Stops {service} where it has to be allowed. {says}"
        return EditCause(f"{rule}/false-denial-{slug}", due.rules, "false_denial", sentence)
    own = _NO_SLUG.sub("-", reason.lower()).strip("-")[:60]
    sentence = f"Stops {service} ({reason}) where it has to be allowed."
    return EditCause(f"false-denial/{slug}-{own}", due.rules, "false_denial", sentence)


_NO_SLUG = re.compile(r"[^a-z0-9]+")


def _service(result: Result, slip: Slip) -> tuple[str, str]:
    """The kind of service on the line, in words and as part of an id."""
    lines = result.claim.lines if result.claim else ()
    line = next((line for line in lines if line.number == slip.due.number), None)
    if line is None:
        return "a line", "line"
    again = bool(REPEAT_MODIFIERS.intersection(line.modifiers)) or line.units > 1
    parts = [line.code, *(modifier for modifier in line.modifiers if modifier not in REPEAT_MODIFIERS)]
    delivery = line.code in DELIVERY_CODES and len(parts) == 1
    service, slug = ("a delivery code", "delivery") if delivery else ("-".join(parts), "-".join(parts))
    return (f"{service} for a second session", f"{slug}-again") if again else (service, slug)
