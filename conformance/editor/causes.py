"""Causes of what an editor got wrong: a rule, the service or category concerned, and whether it was denied, missed or held."""

import re

from msgspec.structs import replace

from rtconform.conformance.cause import Cause, without_answer
from rtconform.conformance.editor.judge import Slip, slips_of
from rtconform.conformance.records import Result
from rtconform.conformance.verdicts import VERDICTS
from rtconform.generators.claims.faults import CLAIM_FAULTS
from rtconform.reference.codes import DELIVERY_CODES, GUIDANCE_CODE, PORT_IMAGE_CODE, notation
from rtconform.reference.documents.claim import ClaimLine
from rtconform.reference.editor.categories import CATEGORIES
from rtconform.reference.editor.repeats import LEVEL_MODIFIERS, REPEAT_MODIFIERS
from rtconform.reference.editor.rules import says_of


def causes_of(result: Result) -> tuple[Cause, ...]:
    """Each cause once, in the order of the claim's lines; empty where the result stands.

    A line held for review is a cause only where nothing worse is wrong.
    """
    if VERDICTS[result.verdict].conformant:
        return ()
    if cause := without_answer(result.verdict, result.explanation):
        return (cause,)
    adjudication, disposition = result.adjudication, result.disposition
    if adjudication is None or disposition is None:
        return ()
    slips = [slip for slip in slips_of(adjudication, disposition) if slip.kind != "other_reason"]
    failing = [slip for slip in slips if slip.kind != "held"] or slips
    lines: dict[Cause, list[int]] = {}
    for slip in failing:
        lines.setdefault(_cause_of_slip(result, slip), []).append(slip.due.number)
    return tuple(replace(cause, lines=tuple(numbers)) for cause, numbers in lines.items())


def _cause_of_slip(result: Result, slip: Slip) -> Cause:
    """The cause of one line that was handled wrong. Meaningless for a slip of kind `other_reason`.

    A miss is the edit that is lacking: the fault that was put into the claim, else a rule and a category. A false denial is an
    edit too many: it is named by the editor's own reason, or, if the editor gives none, by the rule that it breaks.
    """
    due, came = slip.due, slip.came
    rule = next(iter(due.rules), "")
    if slip.kind == "miss":
        return _miss(result, slip, rule)
    service, slug = _service(result, slip)
    if slip.kind == "held":
        return Cause(f"{rule}/held-{slug}", due.rules, "held", f"Holds {service} for review where it has to be allowed.")
    if came.category is None and came.carc is None:
        rule = "SESSIONS" if _again(result, slip) else rule
        sentence = f"Stops {service} where it has to be allowed. {says_of(rule) or due.reason}"
        return Cause(f"{rule}/false-denial-{slug}", due.rules, "false_denial", sentence)
    carc = f"CARC {came.carc}" if came.carc else ""
    reason = ", ".join(filter(None, (came.category and came.category.replace("_", " "), carc)))
    what = "lines" if came.category else service
    own = _NO_SLUG.sub("-", f"{'' if came.category else slug} {reason}".lower()).strip("-")[:60]
    return Cause(f"false-denial/{own}", due.rules, "false_denial", f"Stops {what} ({reason}) that it has to allow.")


def _miss(result: Result, slip: Slip, rule: str) -> Cause:
    due = slip.due
    if due.category is None:
        return Cause(f"{rule}/missed", due.rules, "miss", f"Allows what it has to stop ({rule}): {due.reason}")
    documented = result.claim is not None and result.claim.treatment is not None
    faults = [CLAIM_FAULTS[name] for name in result.faults if name in CLAIM_FAULTS]
    put = [fault for fault in faults if fault.expected(documented=documented) == due.category]
    put = put or [fault for fault in faults if fault.expected(documented=documented) in due.also]
    if put:
        words = _words(result, slip)
        fault = max(put, key=lambda fault: len(words.intersection(fault.id.split("-"))))
        return Cause(f"missed/{fault.id}", due.rules, "miss", f"Allows {fault.says} ({rule}).")
    what = CATEGORIES[due.category].says
    category = due.category.replace("_", "-")
    return Cause(f"{rule}/missed-{category}", due.rules, "miss", f"Allows what it has to stop ({rule}): {what}")


_MARKS = frozenset((*REPEAT_MODIFIERS, *LEVEL_MODIFIERS))
"""Modifiers of a further session."""

_NO_SLUG = re.compile(r"[^a-z0-9]+")


def _words(result: Result, slip: Slip) -> set[str]:
    """What faults of this line may be called by: of two faults in one claim, the one that is about the line is meant."""
    line = _line(result, slip)
    if line is None:
        return set()
    about = {GUIDANCE_CODE: "guidance", PORT_IMAGE_CODE: "port"}.get(line.code, "delivery")
    return {line.code.lower(), about, *map(str.lower, line.modifiers)}


def _again(result: Result, slip: Slip) -> bool:
    """Whether the line bills a further session: by a modifier, by its units, or after another line of its kind."""
    line = _line(result, slip)
    if line is None or result.claim is None:
        return False
    kind = line.code in DELIVERY_CODES
    earlier = [one for one in result.claim.lines if one.number < line.number and (one.code in DELIVERY_CODES) == kind]
    return line.units > 1 or bool(_MARKS.intersection(line.modifiers)) or bool(earlier)


def _line(result: Result, slip: Slip) -> ClaimLine | None:
    lines = result.claim.lines if result.claim else ()
    return next((line for line in lines if line.number == slip.due.number), None)


def _service(result: Result, slip: Slip) -> tuple[str, str]:
    """The kind of service on the line, in words and as part of an id."""
    line = _line(result, slip)
    if line is None:
        return "a line", "line"
    parts = [line.code, *(modifier for modifier in line.modifiers if modifier not in _MARKS)]
    if line.code in DELIVERY_CODES and len(parts) == 1:
        return "a delivery code", "delivery"
    named = notation(parts[0], parts[1:])
    return named, named
