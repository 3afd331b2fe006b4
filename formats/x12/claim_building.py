"""A claim made of what the segments of an 837 said about it; what is not a line of ours is passed through with a note."""

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from rtconform.formats.claims import PassedThrough
from rtconform.formats.x12.elements import units_of, whole
from rtconform.reference.documents.claim import (
    LONGEST_SPAN,
    BillingProvider,
    Claim,
    ClaimForm,
    ClaimLine,
    ClaimPatient,
    RenderingProvider,
)

UNKNOWN_BIRTH = dt.date(1900, 1, 1)
"""Stands where a claim gives no birth date: no edit depends on it."""

MOST_NOTES = 50
"""How many notes a claim keeps."""

_CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")
_MODIFIER = re.compile(r"[0-9A-Z]{2}")
_REVENUE = re.compile(r"0?[0-9]{3}")
_BILL = re.compile(r"[0-9]{2}[0-9A-Z]")
_PLACE = re.compile(r"[0-9]{2}")
_SEX: dict[str, Literal["female", "male", "other", "unknown"]] = {"F": "female", "M": "male"}
_MOST_LINES = 999


@dataclass(frozen=True)
class ClaimRead:
    """What came of one CLM loop. `claim` is None where nothing of it could be used, `notes` say why, each with its position.

    `charges`: what each line charges, by number. `position`: the claim's segment in the file. `frequency`: CLM05-3, whether it
    is an original (1), replaces one (7) or voids one (8). `controls`: each line's own control number (REF*6R), by number.
    """

    name: str
    claim: Claim | None
    notes: tuple[str, ...]
    outside: tuple[PassedThrough, ...]
    charges: dict[int, Decimal]
    position: int
    frequency: str = ""
    controls: dict[int, str] = field(default_factory=dict)


@dataclass
class LineRead:
    """A line as its segments say it; `fault`: why it can't be used."""

    number: int
    position: int
    service: str = ""
    code: str = ""
    modifiers: tuple[str, ...] = ()
    units: str = ""
    charge: Decimal = Decimal(0)
    pointers: tuple[str, ...] = ()
    revenue: str | None = None
    day: dt.date | None = None
    end: dt.date | None = None
    session: str | None = None
    control: str = ""
    fault: str = ""


@dataclass
class PersonRead:
    """The subscriber or the patient."""

    name: str = ""
    birth: dt.date | None = None
    sex: str = ""


@dataclass
class OpenClaim:
    """The claim that is being read."""

    name: str
    position: int
    facility: tuple[str, str, str]
    diagnoses: list[str] = field(default_factory=list)
    rendering: RenderingProvider | None = None
    day: dt.date | None = None
    lines: list[LineRead] = field(default_factory=list)
    fault: str = ""


@dataclass
class Place:
    """Where in the interchange the reader is, and what holds for the claims to come."""

    form: ClaimForm | None = None
    guide: str = ""
    billing: BillingProvider | None = None
    subscriber: PersonRead = field(default_factory=PersonRead)
    patient: PersonRead | None = None
    payer: str = ""
    level: str = ""
    claim: OpenClaim | None = None
    notes: list[str] = field(default_factory=list)
    entity: str = ""

    def note(self, where: object, what: str) -> None:
        """Keep a note of what was passed over, or taken for something, and where."""
        if len(self.notes) < MOST_NOTES:
            self.notes.append(f"{where}: {what}")


def closed(state: Place) -> ClaimRead:
    """The claim that was open, made of what was read of it."""
    opened = state.claim
    if opened is None or state.form is None:  # _HANDLERS opens claims within an 837 only
        raise AssertionError
    state.claim = None
    lines: list[ClaimLine] = []
    outside: list[PassedThrough] = []
    charges: dict[int, Decimal] = {}
    controls: dict[int, str] = {}
    for line in _numbered(opened.lines):
        made, why = _claim_line(opened, line)
        if made is not None:
            lines.append(made)
            charges[made.number] = line.charge
            controls[made.number] = line.control
        else:
            foreign = bool(line.service) and not line.fault and not _CODE.fullmatch(line.code)
            outside.append(PassedThrough(line.number, line.service, line.charge, why, foreign))
            state.note(f"segment {line.position} (LX), line {line.number}", f"{why}: passed on")
    if len(lines) > _MOST_LINES:
        opened.fault = f"segment {opened.position} (CLM): the claim has more than {_MOST_LINES} lines"
    claim = None
    if opened.fault or not lines:
        state.note("claim", opened.fault or f"segment {opened.position} (CLM): no line of it can be edited")
    else:
        claim = _claim(state, opened, lines)
    notes, state.notes = tuple(state.notes), []
    return ClaimRead(opened.name, claim, notes, tuple(outside), charges, opened.position, opened.facility[2], controls)


def _numbered(lines: list[LineRead]) -> list[LineRead]:
    """Lines under the numbers that REF*6R gives them; where these are not one each, under those of LX, else of their order."""
    for numbers in ([whole(line.control) for line in lines], [line.number for line in lines]):
        given = [number for number in numbers if number is not None and 1 <= number <= _MOST_LINES]
        if len(set(given)) == len(lines):
            for line, number in zip(lines, given, strict=True):
                line.number = number
            return lines
    for number, line in enumerate(lines, 1):
        line.number = number
    return lines


def _claim_line(opened: OpenClaim, line: LineRead) -> tuple[ClaimLine | None, str]:
    """The line, or why it is none that could be edited."""
    day = line.day or opened.day
    units = units_of(line.units)
    if line.fault:
        return None, line.fault
    if not line.service:
        return None, "no service (SV1 or SV2)"
    if not _CODE.fullmatch(line.code):
        return None, f"{line.service!r} is not a CPT or HCPCS code"
    if day is None:
        return None, f"{line.code} has no date of service (DTP*472)"
    if units is None:
        return None, f"{line.code}: {line.units[:20]!r} is not a whole number of units from 1 to 999"
    if line.day and line.end and not 0 < (line.end - line.day).days < LONGEST_SPAN:
        return None, f"{line.code}: {line.day} to {line.end} is not a span of days on one line"
    if any(not _MODIFIER.fullmatch(modifier) for modifier in line.modifiers):
        return None, f"{line.code}: a modifier is not two letters or digits"
    revenue = line.revenue if line.revenue and _REVENUE.fullmatch(line.revenue) else None
    return (
        ClaimLine(line.number, line.code, day, line.modifiers, units, _pointed(opened, line), line.session, revenue, line.end),
        "",
    )


def _pointed(opened: OpenClaim, line: LineRead) -> tuple[str, ...]:
    """The diagnoses that a line points to; all of the claim's where it points to none."""
    numbers = [number for pointer in line.pointers if (number := whole(pointer))]
    found = [opened.diagnoses[number - 1] for number in numbers if number <= len(opened.diagnoses)]
    return tuple(dict.fromkeys(found or opened.diagnoses))[:12]


def _claim(state: Place, opened: OpenClaim, lines: list[ClaimLine]) -> Claim:
    person = state.patient or state.subscriber
    code, qualifier, frequency = opened.facility
    bill = code + frequency
    institutional = state.form == "institutional" and qualifier in ("A", "")
    if person.birth is None:
        state.note(f"segment {opened.position} (CLM)", "the patient has no birth date (DMG02); no edit depends on it")
    return Claim(
        id=opened.name[:200],
        kind=state.form or "professional",
        patient=ClaimPatient(
            (person.name or state.subscriber.name or "unknown")[:200],
            person.birth or UNKNOWN_BIRTH,
            _SEX.get(person.sex, "unknown"),
        ),
        lines=tuple(lines),
        payer=_payer(state.payer),
        place_of_service=code if state.form == "professional" and _PLACE.fullmatch(code) else None,
        type_of_bill=bill if institutional and _BILL.fullmatch(bill) else None,
        billing_provider=state.billing,
        rendering_provider=opened.rendering,
    )


_PAYERS = {"MEDICARE", "MEDICAID", "COMMERCIAL", "UNITEDHEALTHCARE", "MEDICARE ADVANTAGE"}


def _payer(name: str) -> str:
    """Payers that our own claims name in their own way come back as they went; any other by its name."""
    return name.lower().replace(" ", "_") if name in _PAYERS else name[:2000] or "unknown"
