"""An adjudication in prose: line by line what happens to it, why, by which table or rule, and what would change it."""

from collections.abc import Iterator, Mapping

from rtconform.reference.codes import notation
from rtconform.reference.documents.adjudication import Adjudication, AdjudicationLine
from rtconform.reference.documents.claim import Claim, ClaimLine
from rtconform.reference.editor.appeal_letter import days_billed, letter
from rtconform.reference.editor.payers import PayerProfile
from rtconform.reference.editor.reason_codes import used_codes
from rtconform.reference.editor.rules import says_of, sources_of
from rtconform.reference.editor.single_steps import MOST_LINES, Change, Standing, StepKind, changes
from rtconform.reference.national_edits.tables import Tables

_STEPS: dict[StepKind, str] = {
    "modifier": "with modifier {}",
    "without modifier": "without modifier {}",
    "26 for TC": "with modifier {} in place of TC",
    "units": "with {} units",
    "without line": "without line {}",
    "day": "on {}, a day without the claim's other lines",
    "date": "with the claim dated {}",
    "place": "with place of service {}",
    "type of bill": "with type of bill {}",
    "revenue code": "with revenue code {}",
    "form": "on {}",
    "stay": "{}",
    "code": "billed as {}",
    "record": "with {}",
    "approval": "{}",
    "session": "for session {} of the record",
    "payer": "under payer profile {}",
}
_STANDS: dict[Standing, str] = {
    "allowed": "allow",
    "either": "either is right, to allow or to stop",
    "choice": "one of several lines; the payer chooses which",
}
_BEST_FIRST: tuple[Standing, ...] = ("allowed", "either", "choice", "held", "stopped")
_TRIED = "modifiers, units, code, other lines, day, place, form, stay, record, payer"


def claim_in_prose(
    claim: Claim, adjudication: Adjudication, weights: Mapping[int, str], profile: PayerProfile, tables: Tables
) -> str:
    """The whole claim; `weights`: what lines weigh in payment, by number and in words."""
    form = f"place of service {claim.place_of_service}" if claim.kind == "professional" else f"type of bill {claim.type_of_bill}"
    parts = [f"{adjudication.id}: {claim.kind} claim, {form}, payer profile {adjudication.profile}"]
    lines = {line.number: line for line in claim.lines}
    for found in adjudication.lines:
        parts += _line(claim, lines[found.number], found, weights.get(found.number), tables)
        parts += _what_would_change(claim, found, profile, tables)
    for choice in adjudication.choices:
        numbers = ", ".join(str(number) for number in choice.lines)
        least = "one" if choice.at_least else "one, or none,"
        parts.append(f"  of lines {numbers} {least} has to be allowed; the payer chooses which ({choice.category})")
    return "\n".join(parts) + "\n"


def _line(claim: Claim, line: ClaimLine, found: AdjudicationLine, weight: str | None, tables: Tables) -> Iterator[str]:
    units = f" × {line.units}" if line.units > 1 else ""
    why = f" ({found.category}, CARC {found.carc})" if found.category else ""
    yield f"  line {found.number}, {notation(line.code, line.modifiers)}{units} on {days_billed(line)}: {found.disposition}{why}"
    yield f"    {found.reason}"
    if found.accepted:
        yield f"    accepted too: {', '.join(found.accepted)}"
    if weight:
        yield f"    weighs: {weight}"
    for table in found.tables:
        yield f"    national edit: {table}"
    for rule in found.rules:
        source = sources_of([rule])
        yield f"    rule {rule}: {says_of(rule) or 'of another version'}" + (f" [{source}]" if source else "")
    for code in found.carcs:
        yield f"    CARC {code}: {used_codes()[code].says} (in use {used_codes()[code].dates})"
    if found.appeal:
        yield f"    appeal: {letter(claim, found, None, tables)}"


def _what_would_change(claim: Claim, found: AdjudicationLine, profile: PayerProfile, tables: Tables) -> Iterator[str]:
    told = changes(claim, found.number, profile, tables)
    if told is None:
        yield f"    what would change it: not tried, more than {MOST_LINES} lines share its days"
        return
    if not told:
        yield f"    what would change it: no single step of those tried ({_TRIED})"
        return
    yield "    what would change it:"
    ordered = told if found.disposition == "allow" and not found.accepted else sorted(told, key=_best_first)
    for change in ordered:
        yield f"      {step_in_words(change)}: {_outcome(change)}"


def step_in_words(change: Change) -> str:
    """`with modifier 59, XE, XS, XP or XU`."""
    *rest, last = change.values
    values = f"{', '.join(rest)} or {last}" if rest else last
    said = _STEPS[change.kind].format(values)
    return said.removesuffix("s") if change.kind == "units" and change.values == ("1",) else said


def _outcome(change: Change) -> str:
    found = change.line
    then = _STANDS.get(change.standing) or f"{found.disposition} ({found.category}, CARC {found.carc})"
    if not change.stopped:
        return then
    numbers = ", ".join(map(str, change.stopped))
    are = "is" if len(change.stopped) == 1 else "are"
    return f"{then}; but line{'s' if len(change.stopped) > 1 else ''} {numbers} {are} then stopped"


def _best_first(change: Change) -> int:
    return _BEST_FIRST.index(change.standing)
