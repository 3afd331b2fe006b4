"""What single step would change a line's disposition: each step is tried, and the reference decides again.

A step changes one thing of the claim: a modifier, units, the day, the place, the form, another line, the record, the payer.
Nothing is guessed: what is told of a step is what the reference makes of the claim after it. A step says what a disposition
depends on; it is no advice to bill what was not done.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from rtconform.reference.codes import DELIVERY_CODES, GUIDANCE_CODE, PROFESSIONAL, TECHNICAL, catalogue
from rtconform.reference.documents.adjudication import Adjudication, AdjudicationLine
from rtconform.reference.documents.claim import Claim, ClaimLine
from rtconform.reference.documents.treatment import PhysicianReview
from rtconform.reference.editor.days import days_of
from rtconform.reference.editor.editor import adjudicate
from rtconform.reference.editor.lines import FIRST_DAY
from rtconform.reference.editor.payers import PayerProfile, profiles
from rtconform.reference.editor.supporting_record import one_session_a_day, record_as_billed
from rtconform.reference.national_edits.tables import Tables

StepKind = Literal[
    "modifier", "without modifier", "26 for TC", "units", "without line", "day", "date", "place", "type of bill", "revenue code",
    "form", "stay", "code", "record", "approval", "session", "payer",
]  # fmt: skip
"""What a step changes."""

Standing = Literal["allowed", "either", "choice", "held", "stopped"]
"""What is right: to allow the line; either answer; one of several lines, the payer's choice which; to hold it; to stop it."""

MODIFIERS = (PROFESSIONAL, "59", "XE", "XS", "XP", "XU", "76", "77")
PLACES = ("11", "19", "21", "22", "24", "31", "32")
MOST_LINES = 40
"""Of how many lines that share days a claim is tried; of more, nothing is said."""

_MOST_UNITS_TRIED = 24
_MOST_DATES = 12
_MOST_MODIFIERS = 4
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Step:
    """One change of the claim: what it changes, to what, and what is then asked."""

    kind: StepKind
    value: str
    claim: Claim
    profile: PayerProfile


@dataclass(frozen=True)
class Change:
    """Steps of one kind after which a line has another standing, the same for all. `line`: what the reference then says of it.

    `stopped`: other lines of the claim that were allowed, and are not after the step.
    """

    kind: StepKind
    values: tuple[str, ...]
    standing: Standing
    line: AdjudicationLine
    stopped: tuple[int, ...]


def standing_of(adjudication: Adjudication, number: int) -> Standing:
    """How a line stands."""
    line = next(line for line in adjudication.lines if line.number == number)
    if any(number in choice.lines and choice.at_most < len(choice.lines) for choice in adjudication.choices):
        return "choice"
    if line.disposition == "allow":
        return "either" if line.accepted else "allowed"
    if "allow" in line.accepted:
        return "either"
    return "held" if line.disposition == "review" else "stopped"


def changes(claim: Claim, number: int, profile: PayerProfile, tables: Tables) -> tuple[Change, ...] | None:
    """The single steps that change how a line stands, those of a kind with the same end together.

    None: too many lines share the line's days to try each step. Raises StopIteration where the claim has no such line.
    """
    line = next(line for line in claim.lines if line.number == number)
    asked = claim if claim.treatment else replace(claim, lines=_together(claim, line))
    if len(asked.lines) > MOST_LINES:
        return None
    before = adjudicate(asked, profile, tables)
    standing = standing_of(before, number)
    allowed = {one.number for one in before.lines if one.disposition == "allow"} - {number}
    found: dict[tuple[StepKind, Standing, str | None, tuple[int, ...]], tuple[list[str], AdjudicationLine]] = {}
    units_told = False
    for step in _steps(claim, asked, line, profile, tables):
        if units_told and step.kind == "units":
            continue
        after = adjudicate(step.claim, step.profile, tables)
        now = standing_of(after, number)
        if now == standing:
            continue
        units_told = units_told or step.kind == "units"
        its = next(one for one in after.lines if one.number == number)
        stopped = tuple(one.number for one in after.lines if one.number in allowed and one.disposition != "allow")
        category = its.category if now == "stopped" else None
        found.setdefault((step.kind, now, category, stopped), ([], its))[0].append(step.value)
    return tuple(Change(kind, tuple(values), now, its, stopped) for (kind, now, _, stopped), (values, its) in found.items())


def _together(claim: Claim, line: ClaimLine) -> tuple[ClaimLine, ...]:
    """The lines that share a day with the line, or with one that does: without a record, no other has to do with it."""
    days = set(days_of(line))
    taken = {line.number}
    while True:
        more = [one for one in claim.lines if one.number not in taken and days & set(days_of(one))]
        if not more:
            return tuple(one for one in claim.lines if one.number in taken)
        taken |= {one.number for one in more}
        days |= {day for one in more for day in days_of(one)}


def _steps(whole: Claim, claim: Claim, line: ClaimLine, profile: PayerProfile, tables: Tables) -> Iterator[Step]:
    """Every step that is tried, in the order in which it is told."""
    for kind, value, changed in (*_of_modifiers(line), *_of_units(line), *_of_code(line)):
        yield Step(kind, value, _with(claim, changed), profile)
    for other in claim.lines:
        if other.number != line.number:
            yield Step(
                "without line",
                str(other.number),
                replace(claim, lines=tuple(one for one in claim.lines if one != other)),
                profile,
            )
    if not claim.treatment:
        yield from (Step(kind, value, changed, profile) for kind, value, changed in _of_days(whole, claim, line, profile, tables))
    yield from (
        Step(kind, value, changed, profile) for kind, value, changed in (*_of_form(claim, line), *_of_record(claim, line))
    )
    for other_profile in profiles().values():
        if other_profile.name != profile.name:
            yield Step("payer", other_profile.name, claim, other_profile)


def _of_modifiers(line: ClaimLine) -> Iterator[tuple[StepKind, str, ClaimLine]]:
    for modifier in MODIFIERS if len(line.modifiers) < _MOST_MODIFIERS else ():
        if modifier not in line.modifiers and (modifier != PROFESSIONAL or TECHNICAL not in line.modifiers):
            yield "modifier", modifier, replace(line, modifiers=(*line.modifiers, modifier))
    if TECHNICAL in line.modifiers and PROFESSIONAL not in line.modifiers:
        swapped = tuple(PROFESSIONAL if one == TECHNICAL else one for one in line.modifiers)
        yield "26 for TC", PROFESSIONAL, replace(line, modifiers=swapped)
    for modifier in dict.fromkeys(line.modifiers):
        left = tuple(one for one in line.modifiers if one != modifier)
        yield "without modifier", modifier, replace(line, modifiers=left)


def _of_units(line: ClaimLine) -> Iterator[tuple[StepKind, str, ClaimLine]]:
    """Fewer units, the most of them first: the first number that changes something is the one to tell; and one more."""
    for units in range(min(line.units - 1, _MOST_UNITS_TRIED), 0, -1):
        yield "units", str(units), replace(line, units=units)
    if line.units == 1:
        yield from (("units", str(units), replace(line, units=units)) for units in range(2, 5))


def _of_code(line: ClaimLine) -> Iterator[tuple[StepKind, str, ClaimLine]]:
    known = catalogue().get(line.code)
    others = DELIVERY_CODES if line.code in DELIVERY_CODES else known.successors if known else ()
    for code in others:
        if code != line.code:
            yield "code", code, replace(line, code=code)


def _of_days(
    whole: Claim, claim: Claim, line: ClaimLine, profile: PayerProfile, tables: Tables
) -> Iterator[tuple[StepKind, str, Claim]]:
    """The line on a day of its own; the claim on the other side of a day from which on other rules hold."""
    with suppress(OverflowError):  # a calendar has a last day
        if len(claim.lines) > 1:
            free = _free_day(whole, line)
            yield "day", str(free), _with(claim, _moved(line, free - line.date_of_service))
    for day in _limits(claim, line, profile, tables):
        with suppress(OverflowError):
            by = day - line.date_of_service
            yield "date", str(day), replace(claim, lines=tuple(_moved(one, by) for one in claim.lines))


def _free_day(whole: Claim, line: ClaimLine) -> dt.date:
    """The next day from which on, for as long as the line is, no other line of the claim is billed."""
    taken = {day for other in whole.lines if other.number != line.number for day in days_of(other)}
    free = line.date_of_service + _DAY
    while {free + number * _DAY for number in range(line.days)} & taken:
        free += _DAY
    return free


def _limits(claim: Claim, line: ClaimLine, profile: PayerProfile, tables: Tables) -> Iterator[dt.date]:
    """The days at which other rules, tables or a payer's wishes begin to hold: of each, the nearest on the other side."""
    day = line.date_of_service
    codes = {one.code for one in claim.lines}
    limits = {FIRST_DAY, *(since for since, _ in profile.periods)}
    known = catalogue().get(line.code)
    limits |= {limit for limit in (known.effective_from, known.deleted_from) if limit} if known else set()
    for edition in tables.editions:
        if edition.kind == "mue":
            limits.add(edition.effective)
        for row in edition.ptp:
            if row.column1 in codes and row.column2 in codes:
                limits |= {row.effective, *([row.deletion + _DAY] if row.deletion else [])}
    near = sorted(limits, key=lambda limit: (abs(limit - day), limit))[:_MOST_DATES]
    yield from (limit if day < limit else limit - _DAY for limit in sorted(near))


def _moved(line: ClaimLine, by: dt.timedelta) -> ClaimLine:
    end = line.date_of_service_end
    return replace(line, date_of_service=line.date_of_service + by, date_of_service_end=end + by if end else None)


def _of_form(claim: Claim, line: ClaimLine) -> Iterator[tuple[StepKind, str, Claim]]:
    """Another place, bill, revenue code or form, and a stay of the patient."""
    if claim.kind == "professional":
        for place in PLACES:
            if place != claim.place_of_service:
                yield "place", place, replace(claim, place_of_service=place)
        billed = tuple(replace(one, revenue_code="0333") for one in claim.lines)
        hospital = replace(
            claim, kind="institutional", place_of_service=None, type_of_bill="131", billing_provider="hospital", lines=billed
        )
        yield "form", "a hospital's claim (type of bill 131, revenue code 0333)", hospital
    else:
        if claim.type_of_bill != "131":
            yield "type of bill", "131", replace(claim, type_of_bill="131")
        if line.revenue_code != "0333":
            yield "revenue code", "0333", _with(claim, replace(line, revenue_code="0333"))
        plain = tuple(replace(one, revenue_code=None) for one in claim.lines)
        for place, provider in (("22", "physician_group"), ("11", "freestanding_center")):
            office = replace(
                claim, kind="professional", place_of_service=place, type_of_bill=None, billing_provider=provider, lines=plain
            )
            yield "form", f"a professional claim with place of service {place}", office
    if claim.stay is not None:
        yield "stay", "without the stay", replace(claim, stay=None)
    else:
        yield "stay", "during an inpatient stay", replace(claim, stay="inpatient")
        yield "stay", "during a stay in a skilled nursing facility under Part A", replace(claim, stay="skilled_nursing_part_a")


def _of_record(claim: Claim, line: ClaimLine) -> Iterator[tuple[StepKind, str, Claim]]:
    """The record, where the claim has none, or none where it has one; approval and session in a record."""
    if claim.treatment is None:
        if (record := record_as_billed(claim)) is not None:
            yield (
                "record",
                f"a record that shows what is billed ({_sessions(len(record.sessions))})",
                replace(claim, treatment=record),
            )
        if (record := one_session_a_day(claim)) is not None:
            yield "record", "a record that shows one session a day", replace(claim, treatment=record)
        return
    yield "record", "no record", replace(claim, treatment=None)
    record = claim.treatment
    if line.code == GUIDANCE_CODE:
        soon = tuple(
            replace(one, physician_review=PhysicianReview(one.started_at + dt.timedelta(minutes=1))) for one in record.sessions
        )
        yield (
            "approval",
            "with the physician's approval before the next session",
            replace(claim, treatment=replace(record, sessions=soon)),
        )
        never = tuple(replace(one, physician_review=None) for one in record.sessions)
        yield "approval", "without the physician's approval", replace(claim, treatment=replace(record, sessions=never))
    for session in record.sessions[:_MOST_DATES]:
        if session.id != line.session:
            yield "session", session.id, _with(claim, replace(line, session=session.id))


def _sessions(number: int) -> str:
    return "one session" if number == 1 else f"{number} sessions"


def _with(claim: Claim, line: ClaimLine) -> Claim:
    return replace(claim, lines=tuple(line if one.number == line.number else one for one in claim.lines))
