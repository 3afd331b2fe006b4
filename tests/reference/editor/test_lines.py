"""What one line of a claim shows alone: every check, with its words and rules, and the place where each begins to hold."""

import datetime as dt
from typing import Any, Literal

import pytest
from msgspec.structs import replace

from rtconform.reference.documents.claim import Claim, ClaimLine, ClaimPatient
from rtconform.reference.editor.editor import adjudicate
from rtconform.reference.editor.lines import line_stops, outside_the_rules, whose_claim
from rtconform.reference.editor.payers import GuidanceForm, Period
from rtconform.reference.editor.supporting_record import record_as_billed

DAY = dt.date(2026, 4, 9)


def stops(
    service: str,
    place: str | None = None,
    bill: str | None = None,
    revenue: str | None = "0333",
    form: GuidanceForm = "either",
    **head: Any,
) -> list[tuple[str, str, tuple[str, ...]]]:
    """Category, reason and rules of every stop; a type of bill makes the claim institutional, a place professional."""
    code, *modifiers = service.split("-")
    line = ClaimLine(1, code, DAY, tuple(modifiers), revenue_code=revenue if place is None else None)
    kind: Literal["institutional", "professional"] = (
        "professional" if bill is None and head.pop("kind", None) is None else "institutional"
    )
    patient = ClaimPatient("SYN-1", dt.date(1953, 4, 2), "male")
    asked = Claim("test:1", kind, patient, (line,), "own", place, bill, **head)
    return [(stop.category, stop.reason, stop.rules) for stop in line_stops(asked, line, Period("a notice", form, ("76",), 2))]


def place_stop(code: str, place: str) -> tuple[str, str, tuple[str, ...]]:
    if code == "77387":
        reason = f"{code} is not billed with place of service {place}: its professional part with 11, 19, 21, 22, 31, 32"
        return "place_of_service", reason, ("CLAIM-GLOBAL", "CLAIM-PROFESSIONAL")
    reason = f"{code} is not billed with place of service {place}: 11, or on the hospital's own claim"
    return "place_of_service", reason, ("CLAIM-GLOBAL", "CLAIM-PROFESSIONAL")


PHYSICIANS_DELIVERY = "the hospital's own claim carries 77407, not a professional one with place of service"
NOT_THE_HOSPITALS = (
    "guidance_on_facility_claim",
    "the physician's claim carries the professional part of guidance, not the hospital's",
    ("CLAIM-FACILITY",),
)
TECHNICAL_INSIDE = ("packaged_service", "the technical part of guidance is inside the delivery code", ("IGRT-TECH",))
HOSPITAL_26 = (
    "required_modifier",
    "in a hospital only the professional part of guidance can be the physician's: 26",
    ("IGRT-PROF", "CLAIM-PROFESSIONAL"),
)
SNF = (
    "facility_stay",
    "during a stay under Part A the skilled nursing facility is paid for delivery by a freestanding centre",
    ("STAY-SNF",),
)
BOTH = ("component_modifier", "26 and TC on one line", ("IGRT-TECH", "IGRT-PROF"))


@pytest.mark.parametrize(
    ("service", "place", "expected"),
    [
        ("77407", "11", []),
        ("77407", "49", []),
        ("77407-26", "11", [("component_modifier", "77407 is technical only: no 26", ("NO-SPLIT",))]),
        ("77407-TC", "11", [("component_modifier", "77407 is technical only: no TC", ("NO-SPLIT",))]),
        ("77407-26-TC", "11", [("component_modifier", "77407 is technical only: no 26 or TC", ("NO-SPLIT",))]),
        ("77387-26-TC", "22", [BOTH]),
        ("77387-26-26", "22", []),
        ("77417-26", "22", [
            ("component_modifier", "77417 is technical only: no professional part", ("PORT",)),
            ("packaged_service", "77417 is inside the delivery code", ("PORT",)),
        ]),
        ("77417", "11", [("packaged_service", "77417 is inside the delivery code", ("PORT",))]),
        ("77387-TC", "11", [TECHNICAL_INSIDE]),
        ("77387", "11", []),
        ("77387-26", "22", []),
        ("77387", "22", [HOSPITAL_26]),
        ("77387", "19", [HOSPITAL_26]),
        ("77387", "21", [HOSPITAL_26]),
        ("77387-26", "21", []),
        ("77387-26", "23", []),
        ("77407", "21", [
            ("delivery_on_professional_claim", f"{PHYSICIANS_DELIVERY} 21", ("CLAIM-PROFESSIONAL", "NO-SPLIT")),
        ]),
        ("77407", "24", []),
        ("77387-26", "24", []),
        ("77387-26", "31", []),
        ("77387-26", "32", []),
        ("77407", "32", [place_stop("77407", "32")]),
        ("77407", "31", [place_stop("77407", "31"), SNF]),
        ("77407", "12", [place_stop("77407", "12")]),
        ("77387-26", "12", [place_stop("77387", "12")]),
        ("77407", "22", [
            ("delivery_on_professional_claim", f"{PHYSICIANS_DELIVERY} 22", ("CLAIM-PROFESSIONAL", "NO-SPLIT")),
        ]),
        ("77407", "19", [
            ("delivery_on_professional_claim", f"{PHYSICIANS_DELIVERY} 19", ("CLAIM-PROFESSIONAL", "NO-SPLIT")),
        ]),
        ("77407", None, [("place_of_service", "a professional claim without a place of service", ("CLAIM-PROFESSIONAL",))]),
        ("77385", "11", [("code_deleted", "77385 was deleted on 2026-01-01; from 2026 77402, 77407, 77412", ("SCOPE-DELETED",))]),
        ("77413", "11", [("code_deleted", "77413 was deleted on 2015-01-01; from 2026 77402, 77407, 77412", ("SCOPE-DELETED",))]),
    ],
)  # fmt: skip
def test_lines_of_professional_claims(service: str, place: str | None, expected: list[Any]) -> None:
    """A line of a professional claim is stopped by its modifiers, its form and its place."""
    assert expected == stops(service, place)


def bill_stop(what: str) -> tuple[str, str, tuple[str, ...]]:
    return "type_of_bill", what, ("CLAIM-FACILITY",)


@pytest.mark.parametrize(
    ("service", "bill", "revenue", "expected"),
    [
        ("77407", "131", "0333", []),
        ("77407", "0131", "333", []),
        ("77407", "121", "0330", []),
        ("77407", "141", "0339", []),
        ("77407", "851", "0333", []),
        ("77407", "111", "0333", [bill_stop("type of bill 111 is not a hospital outpatient claim")]),
        ("77407", "0111", "0333", [bill_stop("type of bill 0111 is not a hospital outpatient claim")]),
        ("77407", "131", "0320", [("revenue_code", "revenue code 0320 is not radiation therapy (0333)", ("CLAIM-FACILITY",))]),
        ("77407", "131", None, [("revenue_code", "no revenue code", ("CLAIM-FACILITY",))]),
        ("77387", "131", "0320", [TECHNICAL_INSIDE]),
        ("77387-TC", "131", "0320", [TECHNICAL_INSIDE]),
        ("77387-26", "131", "0333", [NOT_THE_HOSPITALS]),
        ("77387-26", "851", "0333", [NOT_THE_HOSPITALS]),
        ("77387-26", "851", None, [NOT_THE_HOSPITALS]),
        ("77387-26", "131", "0960", [NOT_THE_HOSPITALS]),
        ("77387-26", "851", "0960", []),
        ("77387-26", "0851", "972", []),
        ("77387-26", "851", "0983", []),
    ],
)
def test_lines_of_institutional_claims(service: str, bill: str, revenue: str | None, expected: list[Any]) -> None:
    """A line of a hospital's claim is stopped by its type of bill and revenue code; the physician's part is not the hospital's."""
    assert expected == stops(service, bill=bill, revenue=revenue)


def test_an_institutional_claim_without_its_form() -> None:
    """No type of bill, or a provider that is not a hospital, stops delivery on an institutional claim."""
    assert [bill_stop("no type of bill")] == stops("77407", kind="institutional")
    expected = ("place_of_service", "an institutional claim that no hospital bills", ("CLAIM-FACILITY",))
    assert [expected] == stops("77407", bill="131", billing_provider="freestanding_center")
    assert [] == stops("77407", bill="131", billing_provider="hospital")


def test_a_payer_may_require_26() -> None:
    """Guidance without modifier in a freestanding centre is stopped where the payer requires 26, and nowhere else."""
    expected = ("required_modifier", "this payer requires 26 on 77387", ("IGRT-GLOBAL",))
    assert [expected] == stops("77387", "11", form="26")
    assert [] == stops("77387-26", "11", form="26")
    assert [] == stops("77387", "11", form="global")


@pytest.mark.parametrize(
    ("code", "day", "why"),
    [
        ("77427", "2026-04-09", "77427 is not in the catalogue: these edits say nothing of it"),
        ("77407", "2025-12-31", "the rules govern dates of service from 2026-01-01 (SCOPE-DATE)"),
        ("77407", "2026-01-01", None),
        ("77385", "2025-12-31", "the rules govern dates of service from 2026-01-01 (SCOPE-DATE)"),
        ("77385", "2026-01-01", None),
        ("77413", "2025-12-31", None),
        ("77436", "2025-12-31", None),
        ("77436", "2026-01-01", "77436 is outside this family of codes (SCOPE-TECHNIQUE)"),
    ],
)
def test_what_the_rules_say_nothing_of(code: str, day: str, why: str | None) -> None:
    """Other codes, other families and earlier days are outside, and say so; deleted codes and those not yet valid are not."""
    assert why == outside_the_rules(ClaimLine(1, code, dt.date.fromisoformat(day)))


@pytest.mark.parametrize(
    ("place", "bill", "expected"),
    [
        ("11", None, ("freestanding", "global")),
        ("49", None, ("freestanding", "global")),
        ("22", None, ("hospital_outpatient", "professional")),
        ("21", None, ("hospital_outpatient", "professional")),
        (None, "131", ("hospital_outpatient", "facility")),
    ],
)
def test_whose_claim_it_is(place: str | None, bill: str | None, expected: tuple[str, str]) -> None:
    """Form and place say which of the coder's claims this is."""
    kind: Literal["institutional", "professional"] = "institutional" if bill else "professional"
    patient = ClaimPatient("SYN-1", dt.date(1953, 4, 2), "male")
    assert expected == whose_claim(Claim("test:1", kind, patient, (ClaimLine(1, "77407", DAY),), "own", place, bill))


@pytest.mark.parametrize(
    ("service", "head", "expected"),
    [
        ("77407", {"place": "11", "stay": "skilled_nursing_part_a"}, ["facility_stay"]),
        ("77387-26", {"place": "11", "stay": "skilled_nursing_part_a"}, []),
        ("77407", {"place": "11", "stay": "inpatient"}, ["facility_stay"]),
        ("77387-26", {"place": "21", "stay": "inpatient"}, []),
        ("77407", {"bill": "131", "stay": "skilled_nursing_part_a"}, []),
        ("77407", {"bill": "131", "stay": "inpatient"}, []),
    ],
)
def test_a_stay_is_paid_to_the_facility(service: str, head: dict[str, Any], expected: list[str]) -> None:
    """A freestanding centre's delivery during a stay is stopped; a hospital's, and the professional part, never for a Part A stay."""
    assert expected == [category for category, *_ in stops(service, **head)]


@pytest.mark.parametrize("code", ["77402", "77407", "77412"])
def test_the_record_of_a_surgical_centre_is_read(code: str) -> None:
    """Delivery with place of service 24 is looked up in its record like a centre's: a level that it lacks is stopped."""
    patient = ClaimPatient("SYN-1", dt.date(1953, 4, 2), "male")
    asked = Claim("test:1", "professional", patient, (ClaimLine(1, code, DAY),), "medicare", "24")
    record = record_as_billed(asked)
    found = adjudicate(replace(asked, treatment=record)).lines[0]
    assert ("allow", True) == (found.disposition, "deny" in found.accepted)
    other = replace(asked.lines[0], code="77407" if code == "77412" else "77412")
    assert "level_not_supported" == adjudicate(replace(asked, lines=(other,), treatment=record)).lines[0].category
