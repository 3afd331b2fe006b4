"""What one line of a claim shows alone: its code on its day, its modifiers, and whether this form from this place may carry it.

Each check is a function that says which category stops the line, or None; a line may break several at once.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rtconform.reference.coder.facts import FIRST_YEAR
from rtconform.reference.codes import DELIVERY_CODES, GUIDANCE_CODE, PORT_IMAGE_CODE, PROFESSIONAL, TECHNICAL, catalogue, status
from rtconform.reference.documents.adjudication import Category
from rtconform.reference.documents.claim import Claim, ClaimLine, DispositionWord
from rtconform.reference.documents.treatment import ClaimKind, Setting
from rtconform.reference.editor.payers import Period

HOSPITAL_OUTPATIENT = ("19", "22")
FREESTANDING = ("11", "49")
"""Places of service; 49 is an independent clinic, which bills like a physician's office."""

INPATIENT = ("21",)
SKILLED_NURSING = ("31",)
PROFESSIONAL_PLACES = (*HOSPITAL_OUTPATIENT, *FREESTANDING, "21", "23", "24", "31", "32")
"""Places of the professional part: that of the patient, so that an inpatient's or a nursing facility's may stand there too."""

DOUBTFUL_PROFESSIONAL_PLACES = ("23", "24")
"""Of those, the ones of which the sources that name places say nothing."""

SURGICAL_CENTRE = "24"

OUTPATIENT_BILLS = ("12", "13", "14", "85")
"""Types of bill of hospital outpatients: Part B of inpatients, outpatient, no patient, critical access."""

PROFESSIONAL_SERVICES_BILL = "85"
PROFESSIONAL_FEES = ("096", "097", "098")
"""A critical access hospital may bill physicians' services too, under these revenue codes: outside these edits."""

RADIATION_THERAPY = ("0330", "0333", "0339")

FIRST_DAY = dt.date(FIRST_YEAR, 1, 1)


@dataclass(frozen=True)
class Stop:
    """Why a line is stopped. `tolerates`: dispositions that are right beside those of the category."""

    category: Category
    reason: str
    rules: tuple[str, ...]
    tolerates: tuple[DispositionWord, ...] = ()


def whose_claim(claim: Claim) -> tuple[Setting, ClaimKind]:
    """Setting and kind of the coder's claim that this is.

    On the form a freestanding centre's technical, professional and global claims look alike: the global one carries whatever
    the others may.
    """
    if claim.kind == "institutional":
        return "hospital_outpatient", "facility"
    if claim.place_of_service in FREESTANDING:
        return "freestanding", "global"
    return "hospital_outpatient", "professional"


def outside_the_rules(line: ClaimLine) -> str | None:
    """Why no rule of ours says anything of this line: no code that we know, another family, or a day before 2026."""
    known = catalogue().get(line.code)
    if known is None:
        return f"{line.code} is not in the catalogue: these edits say nothing of it"
    found = known.status(line.date_of_service)
    if found == "deleted" or (found == "not_yet" and known.kind == "outside"):
        return None
    if line.date_of_service < FIRST_DAY:
        return "the rules govern dates of service from 2026-01-01 (SCOPE-DATE)"
    return f"{line.code} is outside this family of codes (SCOPE-TECHNIQUE)" if known.kind == "outside" else None


def line_stops(claim: Claim, line: ClaimLine, period: Period) -> list[Stop]:
    """Every reason to stop the line that needs nothing but itself and the claim's head."""
    return list(_validity(line)) or [stop for check in _CHECKS for stop in check(claim, line, period)]


def tolerated_alone(claim: Claim, line: ClaimLine, period: Period) -> tuple[str, ...]:
    """The rules by which sources differ on a line that is allowed, so that to stop it is as right; none: it has to be allowed."""
    if line.code in DELIVERY_CODES:
        doubtful = claim.place_of_service == SURGICAL_CENTRE and not period.delivery_places
        stay = claim.kind == "institutional" and claim.stay == "inpatient"
        return (*(("PLACE-ASC",) if doubtful else ()), *(("STAY-INPATIENT",) if stay else ()))
    bare = PROFESSIONAL not in line.modifiers and period.guidance_in_freestanding == "either"
    place = claim.place_of_service in DOUBTFUL_PROFESSIONAL_PLACES
    return (*(("IGRT-GLOBAL",) if bare else ()), *(("PLACE-PROFESSIONAL",) if place else ()))


def _validity(line: ClaimLine) -> Iterator[Stop]:
    found = status(line.code, line.date_of_service)
    known = catalogue()[line.code]
    if found == "deleted":
        instead = f"; from 2026 {', '.join(known.successors)}" if known.successors else ""
        yield Stop("code_deleted", f"{line.code} was deleted on {known.deleted_from}{instead}", ("SCOPE-DELETED",))
    if found == "not_yet":
        yield Stop("code_not_yet_in_effect", f"{line.code} is in effect from {known.effective_from}", ("SCOPE-DATE",))


def _components(_: Claim, line: ClaimLine, __: Period) -> Iterator[Stop]:
    found = [modifier for modifier in line.modifiers if modifier in (PROFESSIONAL, TECHNICAL)]
    if found and line.code in DELIVERY_CODES:
        yield Stop("component_modifier", f"{line.code} is technical only: no {' or '.join(found)}", ("NO-SPLIT",))
    if PROFESSIONAL in found and line.code == PORT_IMAGE_CODE:
        yield Stop("component_modifier", f"{line.code} is technical only: no professional part", ("PORT",))
    if len(set(found)) == 2 and line.code == GUIDANCE_CODE:
        yield Stop("component_modifier", "26 and TC on one line", ("IGRT-TECH", "IGRT-PROF"))


def _packaged(claim: Claim, line: ClaimLine, _: Period) -> Iterator[Stop]:
    payment = catalogue()[line.code].payment.get(whose_claim(claim)[0])
    if payment == "packaged":
        yield Stop("packaged_service", f"{line.code} is inside the delivery code", ("PORT",))
    if payment != "professional" or PROFESSIONAL in line.modifiers:
        return
    if TECHNICAL in line.modifiers or claim.kind == "institutional":
        yield Stop("packaged_service", "the technical part of guidance is inside the delivery code", ("IGRT-TECH",))


def _required_26(claim: Claim, line: ClaimLine, period: Period) -> Iterator[Stop]:
    if line.code != GUIDANCE_CODE or claim.kind == "institutional" or {PROFESSIONAL, TECHNICAL} & set(line.modifiers):
        return
    if whose_claim(claim)[0] == "hospital_outpatient":
        reason = "in a hospital only the professional part of guidance can be the physician's: 26"
        yield Stop("required_modifier", reason, ("IGRT-PROF", "CLAIM-PROFESSIONAL"))
    elif period.guidance_in_freestanding == PROFESSIONAL:
        yield Stop("required_modifier", "this payer requires 26 on 77387", ("IGRT-GLOBAL",))


def _place(claim: Claim, line: ClaimLine, period: Period) -> Iterator[Stop]:
    place = claim.place_of_service
    if claim.kind != "professional":
        return
    if place is None:
        yield Stop("place_of_service", "a professional claim without a place of service", ("CLAIM-PROFESSIONAL",))
    elif line.code not in DELIVERY_CODES:
        if place not in PROFESSIONAL_PLACES:
            reason = f"{line.code} is not billed with place of service {place}: its professional part with 11, 19, 21, 22, 31, 32"
            yield Stop("place_of_service", reason, ("CLAIM-GLOBAL", "CLAIM-PROFESSIONAL"))
    elif place in (*HOSPITAL_OUTPATIENT, *INPATIENT):
        reason = f"the hospital's own claim carries {line.code}, not a professional one with place of service {place}"
        yield Stop("delivery_on_professional_claim", reason, ("CLAIM-PROFESSIONAL", "NO-SPLIT"))
    elif place not in (period.delivery_places or (*FREESTANDING, SURGICAL_CENTRE)):
        where = " or ".join(period.delivery_places) or "11"
        reason = f"{line.code} is not billed with place of service {place}: {where}, or on the hospital's own claim"
        yield Stop("place_of_service", reason, ("CLAIM-GLOBAL", "CLAIM-PROFESSIONAL"))


def _stay(claim: Claim, line: ClaimLine, _: Period) -> Iterator[Stop]:
    """Delivery by a freestanding centre during a stay: the facility that the patient stays in is paid for it."""
    if claim.kind != "professional" or line.code not in DELIVERY_CODES:
        return
    if claim.stay == "inpatient":
        yield Stop("facility_stay", "during an inpatient stay the hospital is paid for delivery", ("STAY-INPATIENT",))
    if claim.stay == "skilled_nursing_part_a" or claim.place_of_service in SKILLED_NURSING:
        reason = "during a stay under Part A the skilled nursing facility is paid for delivery by a freestanding centre"
        yield Stop("facility_stay", reason, ("STAY-SNF",))


def _authorised(_: Claim, line: ClaimLine, period: Period) -> Iterator[Stop]:
    if period.authorised_levels and line.code in DELIVERY_CODES and line.code not in period.authorised_levels:
        reason = f"this payer authorises {', '.join(period.authorised_levels)}, not {line.code}"
        yield Stop("level_not_authorised", reason, ("LEVEL-AUTHORISED",))


def _institution(claim: Claim, line: ClaimLine, _: Period) -> Iterator[Stop]:
    if claim.kind != "institutional":
        return
    bill = (claim.type_of_bill or "").removeprefix("0")[:2]
    revenue = line.revenue_code.zfill(4) if line.revenue_code else ""
    if bill not in OUTPATIENT_BILLS:
        what = f"type of bill {claim.type_of_bill} is not a hospital outpatient claim" if bill else "no type of bill"
        yield Stop("type_of_bill", what, ("CLAIM-FACILITY",))
    if claim.billing_provider not in (None, "hospital"):
        yield Stop("place_of_service", "an institutional claim that no hospital bills", ("CLAIM-FACILITY",))
    if line.code in DELIVERY_CODES and revenue not in RADIATION_THERAPY:
        what = f"revenue code {line.revenue_code} is not radiation therapy (0333)" if revenue else "no revenue code"
        yield Stop("revenue_code", what, ("CLAIM-FACILITY",))
    physicians = bill == PROFESSIONAL_SERVICES_BILL and revenue.startswith(PROFESSIONAL_FEES)
    if line.code == GUIDANCE_CODE and PROFESSIONAL in line.modifiers and not physicians:
        reason = "the physician's claim carries the professional part of guidance, not the hospital's"
        yield Stop("guidance_on_facility_claim", reason, ("CLAIM-FACILITY",), tolerates=("bundle",))


_CHECKS: tuple[Callable[[Claim, ClaimLine, Period], Iterator[Stop]], ...] = (
    _components,
    _packaged,
    _required_26,
    _place,
    _stay,
    _institution,
    _authorised,
)
