"""837 claims read, as a stream: real files of many transactions and loops, ours among them.

What these edits say nothing of (other families' lines, services that have no CPT or HCPCS code) stays on the claim or is passed
through with a note. A damaged segment is reported with its position and costs its own line, or its own claim. The rest is read.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from rtconform.formats.claims import BILLS, NONPHYSICIAN
from rtconform.formats.x12.claim_building import ClaimRead, LineRead, OpenClaim, PersonRead, Place, closed
from rtconform.formats.x12.elements import amount, day_of, whole
from rtconform.formats.x12.segments import Segment
from rtconform.formats.x12.vocabulary import SERVICE_QUALIFIERS
from rtconform.reference.documents.claim import ClaimForm

_SESSION = re.compile(r"SESSION (\S.{0,69})")
_FORMS: tuple[tuple[str, ClaimForm], ...] = (("005010X222", "professional"), ("005010X223", "institutional"))


def read_claims(segments: Iterable[Segment]) -> Iterator[ClaimRead]:
    """Every claim of the 837 transactions among `segments`, in order; of other transactions a note."""
    state = Place()
    for segment in segments:
        if segment.name in _ENDS and state.claim is not None:
            yield closed(state)
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
        yield closed(state)
    elif state.notes:
        yield ClaimRead("", None, tuple(state.notes), (), {}, 0)


_ENDS = ("CLM", "HL", "SE", "ST", "GE", "IEA", "ISA")


def _damaged(state: Place, segment: Segment) -> None:
    state.note(segment, segment.fault)
    if state.claim is None:
        return
    if segment.name[:3] in ("SV1", "SV2") and state.claim.lines:
        state.claim.lines[-1].fault = segment.fault


def _lost(state: Place, segment: Segment) -> ClaimRead:
    """A claim whose first segment can't be read: its lines are nobody's."""
    notes, state.notes = tuple(state.notes), []
    return ClaimRead(segment.get(1)[:40] or f"of {segment}", None, notes, (), {}, segment.position)


def _st(state: Place, segment: Segment) -> None:
    state.guide = segment.get(3) or state.guide
    if segment.get(1) != "837":
        state.form = None
        state.note(segment, f"transaction {segment.get(1)[:10]} is not an 837: passed over")
        return
    state.form = next((form for start, form in _FORMS if state.guide.startswith(start)), None)
    state.billing, state.level, state.patient, state.subscriber, state.payer = None, "", None, PersonRead(), ""
    if state.form is None:
        state.note(segment, f"guide {state.guide[:20]!r} is neither 837P (005010X222) nor 837I (005010X223): passed over")


def _gs(state: Place, segment: Segment) -> None:
    state.guide = segment.get(8)


def _hl(state: Place, segment: Segment) -> None:
    state.level, state.entity = segment.get(3), ""
    if state.level == "20":
        state.billing = None
    if state.level == "22":
        state.subscriber, state.payer = PersonRead(), ""
    state.patient = PersonRead() if state.level == "23" else None


def _prv(state: Place, segment: Segment) -> None:
    taxonomy = segment.get(3)
    if segment.get(1) == "BI" and state.claim is None:
        state.billing = BILLS.get(taxonomy)
    elif segment.get(1) in ("PE", "AT") and state.claim is not None and not state.claim.lines:
        state.claim.rendering = "nonphysician" if taxonomy.startswith(NONPHYSICIAN) else "physician"


def _nm1(state: Place, segment: Segment) -> None:
    state.entity = segment.get(1)
    if state.claim is not None:
        return
    if state.entity == "IL":
        state.subscriber.name = segment.get(9)
    elif state.entity == "QC" and state.patient is not None:
        state.patient.name = segment.get(9)
    elif state.entity == "PR":
        state.payer = segment.get(3) or segment.get(9)


def _dmg(state: Place, segment: Segment) -> None:
    if state.claim is not None:
        return
    person = state.patient or state.subscriber
    person.birth, person.sex = day_of(segment.get(2)), segment.get(3)
    if person.birth is None:
        state.note(segment, f"{segment.get(2)[:20]!r} is not a date of birth (CCYYMMDD)")


def _clm(state: Place, segment: Segment) -> None:
    facility = (segment.part(5, 1), segment.part(5, 2), segment.part(5, 3))
    state.claim = OpenClaim(segment.get(1), segment.position, facility)
    state.entity = ""
    if not state.claim.name:
        state.claim.fault = f"{segment}: the claim has no id (CLM01)"


def _hi(state: Place, segment: Segment) -> None:
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


def _lx(state: Place, segment: Segment) -> None:
    if state.claim is None:
        return
    number = whole(segment.get(1)) or len(state.claim.lines) + 1
    state.claim.lines.append(LineRead(number, segment.position))


def _sv(state: Place, segment: Segment) -> None:
    if state.claim is None:
        return
    if not state.claim.lines:
        state.note(segment, "a service without its LX: taken for the next line")
        state.claim.lines.append(LineRead(1, segment.position))
    line = state.claim.lines[-1]
    if line.service:
        state.note(segment, f"a second service on line {line.number}: taken for the next line")
        line = LineRead(line.number + 1, segment.position)
        state.claim.lines.append(line)
    at = 1 if segment.name == "SV1" else 2
    line.service = ":".join(segment.parts(at))[:40] or f"NU:{segment.get(1)[:10]}"
    line.code = segment.part(at, 2).upper() if segment.part(at, 1) in SERVICE_QUALIFIERS else ""
    line.modifiers = tuple(part.upper() for part in segment.parts(at)[2:6] if part)
    charge = amount(segment.get(at + 1))
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


def _dtp(state: Place, segment: Segment) -> None:
    if state.claim is None or segment.get(1) not in ("472", "434"):
        return
    days = [day_of(part) for part in segment.get(3)[:17].split("-")]
    if not days or None in days:
        state.note(segment, f"{segment.get(3)[:20]!r} is not a date of service (CCYYMMDD)")
        return
    if state.claim.lines and segment.get(1) == "472":
        state.claim.lines[-1].day = days[0]
        state.claim.lines[-1].end = days[1] if len(days) > 1 and days[1] != days[0] else None
    elif not state.claim.lines:
        state.claim.day = days[0]


def _ref(state: Place, segment: Segment) -> None:
    if state.claim is not None and state.claim.lines and segment.get(1) == "6R":
        state.claim.lines[-1].control = segment.get(2)[:80]


def _nte(state: Place, segment: Segment) -> None:
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


def _dotted(code: str) -> str:
    """An ICD-10-CM code as it is written everywhere but in X12."""
    code = code[:20]
    return code if "." in code or len(code) <= 3 else f"{code[:3]}.{code[3:]}"
