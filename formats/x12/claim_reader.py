"""837 claims read, as a stream: real files of many transactions and loops, ours among them.

What these edits say nothing of (other families' lines, services that have no CPT or HCPCS code) stays on the claim or is passed
through with a note. A damaged segment is reported with its position and costs its own line, or its own claim. The rest is read.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from rtconform.formats.x12.segments import Segment
from rtconform.formats.x12.vocabulary import NONPHYSICIAN, SERVICE_QUALIFIERS, TAXONOMIES
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
_SESSION = re.compile(r"SESSION (\S.{0,69})")
_SEX: dict[str, Literal["female", "male", "other", "unknown"]] = {"F": "female", "M": "male"}
_BILLS: dict[str, BillingProvider] = {taxonomy: provider for provider, taxonomy in TAXONOMIES.items()}
_FORMS: tuple[tuple[str, ClaimForm], ...] = (("005010X222", "professional"), ("005010X223", "institutional"))
_MOST_LINES = 999


@dataclass(frozen=True)
class PassedThrough:
    """A line that no edit of ours can say anything of: its number, what it bills, what it charges.

    `foreign`: it bills no CPT or HCPCS code; else something is wrong with it.
    """

    number: int
    service: str
    charge: Decimal
    why: str
    foreign: bool = False


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
class _Line:
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
class _Person:
    name: str = ""
    birth: dt.date | None = None
    sex: str = ""


@dataclass
class _Open:
    """The claim that is being read."""

    name: str
    position: int
    facility: tuple[str, str, str]
    diagnoses: list[str] = field(default_factory=list)
    rendering: RenderingProvider | None = None
    day: dt.date | None = None
    lines: list[_Line] = field(default_factory=list)
    fault: str = ""


@dataclass
class _State:
    """Where in the interchange the reader is: what holds for the claims to come."""

    form: ClaimForm | None = None
    guide: str = ""
    billing: BillingProvider | None = None
    subscriber: _Person = field(default_factory=_Person)
    patient: _Person | None = None
    payer: str = ""
    level: str = ""
    claim: _Open | None = None
    notes: list[str] = field(default_factory=list)
    entity: str = ""

    def note(self, where: object, what: str) -> None:
        if len(self.notes) < MOST_NOTES:
            self.notes.append(f"{where}: {what}")


def read_claims(segments: Iterable[Segment]) -> Iterator[ClaimRead]:
    """Every claim of the 837 transactions among `segments`, in order; of other transactions a note."""
    state = _State()
    for segment in segments:
        if segment.name in _ENDS and state.claim is not None:
            yield _closed(state)
        if segment.fault:
            _damaged(state, segment)
            if segment.name == "CLM" and state.form is not None:
                yield _lost(state, segment)
            continue
        handler = _HANDLERS.get(segment.name)
        if handler is not None and (state.form is not None or segment.name in ("ST", "GS")):
            handler(state, segment)
    if state.claim is not None:
        state.note("end of the file", "the last claim's transaction has no end (SE)")
        yield _closed(state)
    elif state.notes:
        yield ClaimRead("", None, tuple(state.notes), (), {}, 0)


_ENDS = ("CLM", "HL", "SE", "ST", "GE", "IEA", "ISA")


def _damaged(state: _State, segment: Segment) -> None:
    state.note(segment, segment.fault)
    if state.claim is None:
        return
    if segment.name[:3] in ("SV1", "SV2") and state.claim.lines:
        state.claim.lines[-1].fault = segment.fault


def _lost(state: _State, segment: Segment) -> ClaimRead:
    """A claim whose first segment can't be read: its lines are nobody's."""
    notes, state.notes = tuple(state.notes), []
    return ClaimRead(segment.get(1)[:40] or f"of {segment}", None, notes, (), {}, segment.position)


def _st(state: _State, segment: Segment) -> None:
    state.guide = segment.get(3) or state.guide
    if segment.get(1) != "837":
        state.form = None
        state.note(segment, f"transaction {segment.get(1)[:10]} is not an 837: passed over")
        return
    state.form = next((form for start, form in _FORMS if state.guide.startswith(start)), None)
    state.billing, state.level, state.patient, state.subscriber, state.payer = None, "", None, _Person(), ""
    if state.form is None:
        state.note(segment, f"guide {state.guide[:20]!r} is neither 837P (005010X222) nor 837I (005010X223): passed over")


def _gs(state: _State, segment: Segment) -> None:
    state.guide = segment.get(8)


def _hl(state: _State, segment: Segment) -> None:
    state.level, state.entity = segment.get(3), ""
    if state.level == "20":
        state.billing = None
    if state.level == "22":
        state.subscriber, state.payer = _Person(), ""
    state.patient = _Person() if state.level == "23" else None


def _prv(state: _State, segment: Segment) -> None:
    taxonomy = segment.get(3)
    if segment.get(1) == "BI" and state.claim is None:
        state.billing = _BILLS.get(taxonomy)
    elif segment.get(1) in ("PE", "AT") and state.claim is not None and not state.claim.lines:
        state.claim.rendering = "nonphysician" if taxonomy.startswith(NONPHYSICIAN) else "physician"


def _nm1(state: _State, segment: Segment) -> None:
    state.entity = segment.get(1)
    if state.claim is not None:
        return
    if state.entity == "IL":
        state.subscriber.name = segment.get(9)
    elif state.entity == "QC" and state.patient is not None:
        state.patient.name = segment.get(9)
    elif state.entity == "PR":
        state.payer = segment.get(3) or segment.get(9)


def _dmg(state: _State, segment: Segment) -> None:
    if state.claim is not None:
        return
    person = state.patient or state.subscriber
    person.birth, person.sex = _day(segment.get(2)), segment.get(3)
    if person.birth is None:
        state.note(segment, f"{segment.get(2)[:20]!r} is not a date of birth (CCYYMMDD)")


def _clm(state: _State, segment: Segment) -> None:
    facility = (segment.part(5, 1), segment.part(5, 2), segment.part(5, 3))
    state.claim = _Open(segment.get(1), segment.position, facility)
    state.entity = ""
    if not state.claim.name:
        state.claim.fault = f"{segment}: the claim has no id (CLM01)"


def _hi(state: _State, segment: Segment) -> None:
    if state.claim is None:
        return
    for number in range(1, len(segment.elements)):
        qualifier, code = segment.part(number, 1), segment.part(number, 2)
        if qualifier in ("ABK", "ABF") and code:
            state.claim.diagnoses.append(_dotted(code))
        elif qualifier in ("BK", "BF") and code:
            state.note(segment, f"{code[:10]} is an ICD-9 diagnosis: passed over")
        elif not code and segment.get(number):
            state.note(segment, f"{segment.get(number)[:20]!r} is not a diagnosis with its qualifier (ABK:C61): passed over")


def _lx(state: _State, segment: Segment) -> None:
    if state.claim is None:
        return
    number = _whole(segment.get(1)) or len(state.claim.lines) + 1
    state.claim.lines.append(_Line(number, segment.position))


def _sv(state: _State, segment: Segment) -> None:
    if state.claim is None:
        return
    if not state.claim.lines:
        state.note(segment, "a service without its LX: taken for the next line")
        state.claim.lines.append(_Line(1, segment.position))
    line = state.claim.lines[-1]
    if line.service:
        state.note(segment, f"a second service on line {line.number}: taken for the next line")
        line = _Line(line.number + 1, segment.position)
        state.claim.lines.append(line)
    at = 1 if segment.name == "SV1" else 2
    line.service = ":".join(segment.parts(at))[:40] or f"NU:{segment.get(1)[:10]}"
    line.code = segment.part(at, 2).upper() if segment.part(at, 1) in SERVICE_QUALIFIERS else ""
    line.modifiers = tuple(part.upper() for part in segment.parts(at)[2:6] if part)
    charge = _amount(segment.get(at + 1))
    if charge is None:
        state.note(segment, f"{segment.get(at + 1)[:20]!r} is not an amount: taken for 0")
    line.charge = charge or Decimal(0)
    line.units = segment.get(at + 3)
    if segment.name == "SV1":
        if (place := segment.get(5)) and place != state.claim.facility[0]:
            state.note(segment, f"place of service {place[:10]} of line {line.number} alone: the claim's is taken")
        line.pointers = tuple(segment.parts(7))
    else:
        line.revenue = segment.get(1) or None


def _dtp(state: _State, segment: Segment) -> None:
    if state.claim is None or segment.get(1) not in ("472", "434"):
        return
    days = [_day(part) for part in segment.get(3)[:17].split("-")]
    if not days or None in days:
        state.note(segment, f"{segment.get(3)[:20]!r} is not a date of service (CCYYMMDD)")
        return
    if state.claim.lines and segment.get(1) == "472":
        state.claim.lines[-1].day = days[0]
        state.claim.lines[-1].end = days[1] if len(days) > 1 and days[1] != days[0] else None
    elif not state.claim.lines:
        state.claim.day = days[0]


def _ref(state: _State, segment: Segment) -> None:
    if state.claim is not None and state.claim.lines and segment.get(1) == "6R":
        state.claim.lines[-1].control = segment.get(2)[:80]


def _nte(state: _State, segment: Segment) -> None:
    if state.claim is None or not state.claim.lines:
        return
    if found := _SESSION.fullmatch(segment.get(2)):
        state.claim.lines[-1].session = found[1]


_HANDLERS = {
    "GS": _gs,
    "ST": _st,
    "HL": _hl,
    "PRV": _prv,
    "NM1": _nm1,
    "DMG": _dmg,
    "CLM": _clm,
    "HI": _hi,
    "LX": _lx,
    "SV1": _sv,
    "SV2": _sv,
    "DTP": _dtp,
    "REF": _ref,
    "NTE": _nte,
}


def _closed(state: _State) -> ClaimRead:
    """The claim that was open, made."""
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


def _numbered(lines: list[_Line]) -> list[_Line]:
    """Lines under the numbers that REF*6R gives them; where these are not one each, under those of LX, else of their order."""
    for numbers in ([_whole(line.control) for line in lines], [line.number for line in lines]):
        given = [number for number in numbers if number is not None and 1 <= number <= _MOST_LINES]
        if len(set(given)) == len(lines):
            for line, number in zip(lines, given, strict=True):
                line.number = number
            return lines
    for number, line in enumerate(lines, 1):
        line.number = number
    return lines


def _claim_line(opened: _Open, line: _Line) -> tuple[ClaimLine | None, str]:
    """The line, or why it is none that could be edited."""
    day = line.day or opened.day
    units = _units(line.units)
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


def _pointed(opened: _Open, line: _Line) -> tuple[str, ...]:
    """The diagnoses that a line points to; all of the claim's where it points to none."""
    numbers = [number for pointer in line.pointers if (number := _whole(pointer))]
    found = [opened.diagnoses[number - 1] for number in numbers if number <= len(opened.diagnoses)]
    return tuple(dict.fromkeys(found or opened.diagnoses))[:12]


def _claim(state: _State, opened: _Open, lines: list[ClaimLine]) -> Claim:
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


def _dotted(code: str) -> str:
    """An ICD-10-CM code as it is written everywhere but in X12."""
    code = code[:20]
    return code if "." in code or len(code) <= 3 else f"{code[:3]}.{code[3:]}"


def _day(text: str) -> dt.date | None:
    if not re.fullmatch(r"[0-9]{8}", text):
        return None
    try:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else None


def _units(text: str) -> int | None:
    """Units as X12's R type writes them: 1, 1.0; a claim's line has 1 to 999."""
    value = _amount(text or "1")
    if value is None or value != value.to_integral_value() or not 1 <= value <= 999:
        return None
    return int(value)


def _amount(text: str) -> Decimal | None:
    if not re.fullmatch(r"-?([0-9]{1,15}(\.[0-9]{0,6})?|\.[0-9]{1,6})", text):
        return None
    return Decimal(text)
