"""How claims go wrong: named faults, each a function from a right claim to a wrong one, with what its author expects.

A fault says which category stops the lines that it makes wrong. All other lines stay right. A test compares the reference with
this table, which the reference does not know.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from rtconform.generators.claims.rows import RightRow
from rtconform.reference.codes import DELIVERY_CODES, GUIDANCE_CODE, PORT_IMAGE_CODE, PROFESSIONAL, TECHNICAL
from rtconform.reference.documents.adjudication import Category
from rtconform.reference.documents.claim import Claim, ClaimLine, Stay
from rtconform.reference.documents.treatment import Guidance, PhysicianReview, Session

Stops = Mapping[int, tuple[Category, ...]]
"""The lines to be stopped, by number, each with the categories of which any one fits."""

Spoil = Callable[[Claim], tuple[Claim, list[int]]]

ALL = ("hospital-facility", "hospital-professional", "freestanding-technical", "freestanding-global", "freestanding-professional")
DELIVERY = ("hospital-facility", "freestanding-technical", "freestanding-global")
PROFESSIONALS = ("hospital-professional", "freestanding-global", "freestanding-professional")
FACILITY = ("hospital-facility",)
OFFICE = ("freestanding-technical", "freestanding-global", "freestanding-professional")


@dataclass(frozen=True)
class ClaimFault:
    """One way in which claims go wrong.

    `spoil` puts it into a claim and names the lines that it makes wrong. `claims`: whose claims can have it; `needs`: what the
    row must have, a delivery code or a tag, any one of them. `touches`: what it changes, so that two faults can be put into one
    claim. `documented`: only the record shows it; `category_documented`: what the record makes of it, where that is more.
    """

    id: str
    says: str
    category: Category
    spoil: Spoil
    claims: tuple[str, ...] = ALL
    needs: tuple[str, ...] = ()
    touches: tuple[str, ...] = ("delivery",)
    documented: bool = False
    category_documented: Category | None = None
    payers: tuple[str, ...] = ()
    since: dt.date = dt.date(2026, 1, 1)
    date: str = "2026"

    def fits(self, row: RightRow, claim: str) -> bool:
        """Whether this claim of the row can have the fault: where it names no need, any of a row with one session."""
        if claim not in self.claims or claim not in row.claims or row.needs["sessions"] != ("1",) or row.days > 1:
            return False
        if "guidance" in self.touches and claim in PROFESSIONALS and not row.guidance:
            return False
        return not self.needs or any(need == row.delivery or need in row.tags for need in self.needs)

    def expected(self, *, documented: bool) -> Category:
        """The category that stops its lines."""
        return self.category_documented or self.category if documented else self.category


def put(faults: Iterable[ClaimFault], claim: Claim) -> tuple[Claim, Stops]:
    """The claim with these faults, and which lines are to be stopped and why. What is wrong with the head comes last."""
    stops: dict[int, tuple[Category, ...]] = {}
    documented = claim.treatment is not None
    for fault in sorted(faults, key=lambda fault: "head" in fault.touches):
        claim, numbers = fault.spoil(claim)
        for number in numbers:
            stops[number] = (*stops.get(number, ()), fault.expected(documented=documented))
    return claim, stops


def compatible(one: ClaimFault, other: ClaimFault) -> bool:
    """Whether both can be put into one claim, neither undoing the other."""
    dates = {fault.date for fault in (one, other)}
    return not set(one.touches) & set(other.touches) and len(dates) == 1


def _is_delivery(line: ClaimLine) -> bool:
    return line.code in DELIVERY_CODES


def _is_guidance(line: ClaimLine) -> bool:
    return line.code == GUIDANCE_CODE


def _change(chosen: Callable[[ClaimLine], bool], **fields: object) -> Spoil:
    def spoil(claim: Claim) -> tuple[Claim, list[int]]:
        lines = tuple(replace(line, **fields) if chosen(line) else line for line in claim.lines)
        return replace(claim, lines=lines), [line.number for line in claim.lines if chosen(line)]

    return spoil


def _deliver(code: str, *modifiers: str) -> Spoil:
    return _change(_is_delivery, code=code, modifiers=modifiers)


def _guide(code: str, *modifiers: str) -> Spoil:
    return _change(_is_guidance, code=code, modifiers=modifiers)


def _append(code: str, *modifiers: str, session: str | None = None) -> Spoil:
    """One more line, with a code, beside the first: its session, day and revenue code."""

    def spoil(claim: Claim) -> tuple[Claim, list[int]]:
        first, number = claim.lines[0], max(line.number for line in claim.lines) + 1
        more = replace(first, number=number, code=code, modifiers=modifiers, units=1, session=session or first.session)
        return replace(claim, lines=(*claim.lines, more)), [number]

    return spoil


def _again(chosen: Callable[[ClaimLine], bool], *modifiers: str, code: str | None = None, session: str | None = None) -> Spoil:
    """A line once more, with further modifiers."""

    def spoil(claim: Claim) -> tuple[Claim, list[int]]:
        line = next(line for line in claim.lines if chosen(line))
        return _append(code or line.code, *line.modifiers, *modifiers, session=session)(claim)

    return spoil


def _head(**fields: object) -> Spoil:
    """Every line is wrong with the claim's head."""
    return lambda claim: (replace(claim, **fields), [line.number for line in claim.lines])


def _hospital_place(claim: Claim) -> tuple[Claim, list[int]]:
    return replace(claim, place_of_service="22"), [line.number for line in claim.lines if _is_delivery(line)]


def _span(days: int, units: int) -> Spoil:
    """The delivery line over `days` days, with `units` units."""

    def spoil(claim: Claim) -> tuple[Claim, list[int]]:
        last = dt.timedelta(days=days - 1)
        lines = tuple(
            replace(line, date_of_service_end=line.date_of_service + last, units=units) if _is_delivery(line) else line
            for line in claim.lines
        )
        return replace(claim, lines=lines), [line.number for line in claim.lines if _is_delivery(line)]

    return spoil


def _nursing_facility(claim: Claim) -> tuple[Claim, list[int]]:
    return replace(claim, place_of_service="31"), [line.number for line in claim.lines if _is_delivery(line)]


def _inpatient_delivery(claim: Claim) -> tuple[Claim, list[int]]:
    return _append("77412")(replace(claim, place_of_service="21"))


def _stays(stay: Stay) -> Spoil:
    return lambda claim: (replace(claim, stay=stay), [line.number for line in claim.lines if _is_delivery(line)])


def _sessions(change: Callable[[Session], Session], chosen: Callable[[ClaimLine], bool]) -> Spoil:
    """Another record: the lines stay, and some are no longer right."""

    def spoil(claim: Claim) -> tuple[Claim, list[int]]:
        if claim.treatment is None:
            raise ValueError(claim.id)
        record = replace(claim.treatment, sessions=tuple(change(session) for session in claim.treatment.sessions))
        return replace(claim, treatment=record), [line.number for line in claim.lines if chosen(line)]

    return spoil


def _approved_late(session: Session) -> Session:
    late = session.next_session_at or session.started_at + dt.timedelta(days=3)
    return replace(session, physician_review=PhysicianReview(late), next_session_at=late)


def _stereotactic(claim: Claim) -> tuple[Claim, list[int]]:
    if claim.treatment is None:
        raise ValueError(claim.id)
    plans = tuple(replace(plan, technique="sbrt") for plan in claim.treatment.plans)
    return replace(claim, treatment=replace(claim.treatment, plans=plans)), [line.number for line in claim.lines]


def _deleted(code: str, says: str) -> ClaimFault:
    return ClaimFault(f"deleted-{code.lower()}", f"{says}, {code}, in 2026", "code_deleted", _deliver(code), DELIVERY)


def _deleted_guidance(code: str, says: str) -> ClaimFault:
    spoil = _guide(code, PROFESSIONAL)
    what = f"{says}, {code}, in 2026"
    return ClaimFault(f"deleted-{code.lower()}", what, "code_deleted", spoil, PROFESSIONALS, touches=("guidance",))


def _level(fault_id: str, says: str, code: str, needs: str) -> ClaimFault:
    spoil = _change(_is_delivery, code=code)
    return ClaimFault(fault_id, says, "level_not_supported", spoil, DELIVERY, tuple(needs.split()), documented=True)


def _unguided(fault_id: str, says: str, category: Category, change: Callable[[Session], Session], needs: str) -> ClaimFault:
    spoil = _sessions(change, _is_guidance)
    return ClaimFault(fault_id, says, category, spoil, PROFESSIONALS, tuple(needs.split()), ("guidance",), documented=True)


# fmt: off
DELETED = (
    _deleted("77385", "simple intensity-modulated delivery"),
    _deleted("77386", "complex intensity-modulated delivery"),
    _deleted("G6015", "Medicare's own intensity-modulated delivery"),
    _deleted("G6016", "Medicare's own compensator delivery"),
    _deleted("G6003", "Medicare's own delivery code of low energy"),
    _deleted("G6012", "Medicare's own complex delivery code"),
    _deleted("77401", "superficial delivery"),
    _deleted("77413", "a conventional delivery code of 2014"),
    _deleted("77418", "the intensity-modulated delivery code of 2014"),
    _deleted_guidance("77014", "CT guidance"),
    _deleted_guidance("G6001", "ultrasound guidance"),
    _deleted_guidance("G6002", "stereoscopic guidance"),
    _deleted_guidance("G6017", "tracking during the beam"),
)

NOT_YET = tuple(
    ClaimFault(f"early-{code}", f"surface or orthovoltage treatment, {code}, in 2025", "code_not_yet_in_effect", _deliver(code),
               ("hospital-facility", "freestanding-technical"), touches=("delivery", "guidance", "head", "date"),
               date="2025-12-31")
    for code in ("77436", "77437", "77438", "77439")
)

PACKAGED = (
    ClaimFault("technical-guidance", "the technical part of guidance billed beside the delivery code", "packaged_service",
               _append(GUIDANCE_CODE, TECHNICAL), touches=("technical",)),
    ClaimFault("guidance-on-facility-claim", "guidance without modifier on the hospital's claim", "packaged_service",
               _append(GUIDANCE_CODE), FACILITY, touches=("guidance",)),
    ClaimFault("port-film", "port images billed", "packaged_service",
               _append(PORT_IMAGE_CODE), touches=("port",)),
    ClaimFault("port-film-technical", "the technical part of port images billed", "packaged_service",
               _append(PORT_IMAGE_CODE, TECHNICAL), touches=("port",)),
    ClaimFault("port-film-read", "a professional part of port images billed", "component_modifier",
               _append(PORT_IMAGE_CODE, PROFESSIONAL), PROFESSIONALS, touches=("port",)),
)

MODIFIERS = (
    ClaimFault("delivery-26", "modifier 26 on the delivery code", "component_modifier",
               _change(_is_delivery, modifiers=(PROFESSIONAL,)), DELIVERY),
    ClaimFault("delivery-tc", "modifier TC on the delivery code", "component_modifier",
               _change(_is_delivery, modifiers=(TECHNICAL,)), DELIVERY),
    ClaimFault("guidance-bare-in-hospital", "the physician's guidance in a hospital without 26", "required_modifier",
               _change(_is_guidance, modifiers=()), ("hospital-professional",), touches=("guidance",)),
    ClaimFault("guidance-bare-at-unitedhealthcare", "guidance without 26 where the payer requires it", "required_modifier",
               _change(_is_guidance, modifiers=()), ("freestanding-global", "freestanding-professional"), touches=("guidance",),
               payers=("unitedhealthcare",), since=dt.date(2026, 3, 1)),
)

REPEATED = (
    ClaimFault("line-twice", "the delivery line twice", "delivery_repeated", _again(_is_delivery), DELIVERY, documented=True),
    ClaimFault("isocenters-twice", "level 3 for each of several isocenters, the second with 59", "delivery_repeated",
               _again(_is_delivery, "59"), DELIVERY, ("isocenters",), documented=True),
    ClaimFault("isocenters-repeat", "level 3 for each of several isocenters, the second with 76", "delivery_repeated",
               _again(_is_delivery, "76"), DELIVERY, ("isocenters",), documented=True),
    ClaimFault("lower-level-beside", "level 2 for a further site beside level 3", "delivery_repeated",
               _again(_is_delivery, "59", code="77407"), DELIVERY, ("isocenters",), documented=True,
               category_documented="level_not_supported"),
    ClaimFault("simple-beside", "level 1 for set-up fields beside level 2", "delivery_repeated",
               _again(_is_delivery, code="77402"), DELIVERY, ("77407",), documented=True,
               category_documented="level_not_supported"),
    ClaimFault("units-of-isocenters", "a unit of level 3 for each isocenter", "units_exceed_sessions",
               _change(_is_delivery, units=3), DELIVERY, ("isocenters",)),
    ClaimFault("units-of-fields", "a unit of delivery for each field", "units_exceed_sessions",
               _change(_is_delivery, units=5), DELIVERY, ("fields", "contiguous", "2d")),
    ClaimFault("units-of-a-week", "a week's fractions as units of one day", "units_exceed_sessions",
               _change(_is_delivery, units=4), DELIVERY),
    ClaimFault("guidance-twice", "guidance twice for one session", "guidance_repeated",
               _again(_is_guidance), PROFESSIONALS, touches=("guidance",), documented=True),
    ClaimFault("guidance-by-method", "guidance for each method, the second with 59", "guidance_repeated",
               _again(_is_guidance, "59"), PROFESSIONALS, ("surface", "localized"), touches=("guidance",), documented=True),
    ClaimFault("units-of-days", "three units a day on a line of five days", "units_exceed_sessions",
               _span(5, 15), ("freestanding-technical", "freestanding-global")),
    ClaimFault("guidance-units", "a unit of guidance for each image", "guidance_repeated",
               _change(_is_guidance, units=3), PROFESSIONALS, touches=("guidance",)),
)

WHOSE = (
    ClaimFault("delivery-by-physician", "the delivery code on the physician's claim from a hospital",
               "delivery_on_professional_claim", _append("77412"), ("hospital-professional",)),
    ClaimFault("delivery-by-physician-26", "the delivery code with 26 on the physician's claim from a hospital",
               "component_modifier", _append("77407", PROFESSIONAL), ("hospital-professional",)),
    ClaimFault("office-claim-from-hospital", "a freestanding centre's delivery with place of service 22",
               "delivery_on_professional_claim", _hospital_place, ("freestanding-technical", "freestanding-global"),
               touches=("head", "delivery")),
    ClaimFault("professional-on-facility-claim", "the professional part of guidance on the hospital's claim",
               "guidance_on_facility_claim", _append(GUIDANCE_CODE, PROFESSIONAL), FACILITY, touches=("guidance",)),
    ClaimFault("delivery-by-physician-inpatient", "the delivery code on the physician's claim for an inpatient",
               "delivery_on_professional_claim", _inpatient_delivery, ("hospital-professional",), touches=("head", "delivery")),
    ClaimFault("place-nursing-facility", "a freestanding centre's delivery with place of service 31",
               "place_of_service", _nursing_facility, ("freestanding-technical", "freestanding-global"),
               touches=("head", "delivery")),
    ClaimFault("stay-skilled-nursing", "a freestanding centre's delivery during a stay under Part A", "facility_stay",
               _stays("skilled_nursing_part_a"), ("freestanding-technical", "freestanding-global"), touches=("head", "delivery")),
    ClaimFault("stay-inpatient", "a freestanding centre's delivery during an inpatient stay", "facility_stay",
               _stays("inpatient"), ("freestanding-technical", "freestanding-global"), touches=("head", "delivery")),
    ClaimFault("place-home", "place of service 12", "place_of_service",
               _head(place_of_service="12"), OFFICE, touches=("head",)),
    ClaimFault("place-missing", "no place of service", "place_of_service",
               _head(place_of_service=None), (*OFFICE, "hospital-professional"), touches=("head",)),
    ClaimFault("bill-inpatient", "an inpatient type of bill", "type_of_bill",
               _head(type_of_bill="111"), FACILITY, touches=("head",)),
    ClaimFault("bill-missing", "no type of bill", "type_of_bill",
               _head(type_of_bill=None), FACILITY, touches=("head",)),
    ClaimFault("facility-form-by-centre", "a freestanding centre on the hospital's form", "place_of_service",
               _head(billing_provider="freestanding_center"), FACILITY, touches=("head",)),
    ClaimFault("revenue-drugs", "the revenue code of drugs on the delivery line", "revenue_code",
               _change(_is_delivery, revenue_code="0636"), FACILITY, touches=("revenue", "delivery")),
    ClaimFault("revenue-missing", "no revenue code on the delivery line", "revenue_code",
               _change(_is_delivery, revenue_code=None), FACILITY, touches=("revenue", "delivery")),
)

LEVELS = (
    _level("upcoded-fields", "level 3 for many fields or arcs of one plan", "77412", "fields"),
    _level("upcoded-contiguous", "level 3 for several plans at one isocenter", "77412", "contiguous"),
    _level("upcoded-planned", "level 3 for isocenters planned, not treated", "77412", "planned"),
    _level("upcoded-surface", "level 3 for set-up by surface cameras", "77412", "surface"),
    _level("upcoded-passive-motion", "level 3 for margins or compression", "77412", "passive"),
    _level("upcoded-simple", "level 2 for simple fields", "77407", "2d"),
    _level("upcoded-electrons", "level 3 for electron fields at several sites", "77412", "several"),
    _level("upcoded-electron-field", "level 2 for an electron field", "77407", "electrons"),
    _level("downcoded-active-motion", "level 2 where the monitored motion held the beam", "77407", "active"),
    _level("downcoded-isocenters", "level 2 for several isocenters", "77407", "isocenters"),
    _level("downcoded-mixed", "level 1 for photons with electrons, or total skin", "77402", "mixed"),
    _level("downcoded-conformal", "level 1 for conformal or modulated fields", "77402", "77407"),
)

RECORD = (
    _unguided("guidance-not-approved", "guidance that no physician approved", "guidance_not_approved",
              lambda session: replace(session, physician_review=None), "localized surface passive"),
    _unguided("guidance-approved-late", "guidance approved as the next session began", "guidance_not_approved",
              _approved_late, "localized surface passive active"),
    _unguided("guidance-not-performed", "guidance of which the record has nothing", "guidance_not_performed",
              lambda session: replace(session, guidance=()), "still"),
    _unguided("guidance-by-port-film", "port images billed as guidance", "guidance_not_performed",
              lambda session: replace(session, guidance=(Guidance("mv_port", "target_localization"),)), "still"),
    _unguided("guidance-for-set-up", "imaging that only set the patient up", "guidance_not_performed",
              lambda session: replace(session, guidance=(Guidance("cbct", "patient_setup"),)), "still"),
    ClaimFault("session-not-delivered", "a session in which no beam was delivered", "session_not_delivered",
               _sessions(lambda session: replace(session, beams_delivered=()), lambda _: True),
               touches=("delivery", "guidance", "record"), documented=True),
    ClaimFault("session-invented", "a second session that the record lacks", "session_not_delivered",
               _again(_is_delivery, "76", session="S9"), DELIVERY, documented=True),
    ClaimFault("unit-too-many", "two units for one session", "units_exceed_sessions",
               _change(_is_delivery, units=2), DELIVERY, documented=True),
    ClaimFault("stereotactic-as-conventional", "stereotactic treatment billed with this family", "outside_this_family",
               _stereotactic, touches=("delivery", "guidance", "record"), documented=True),
)
# fmt: on

CLAIM_FAULTS: dict[str, ClaimFault] = {
    fault.id: fault for table in (DELETED, NOT_YET, PACKAGED, MODIFIERS, REPEATED, WHOSE, LEVELS, RECORD) for fault in table
}
"""Every fault by its name."""


def faults_of(*, documented: bool) -> tuple[ClaimFault, ...]:
    """The faults that a claim can show: without its record, those that need none."""
    return tuple(fault for fault in CLAIM_FAULTS.values() if documented or not fault.documented)
