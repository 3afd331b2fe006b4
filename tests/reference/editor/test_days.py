"""Lines that span days: their units by day, alone and by the record, and the day of the professional part."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtconform.reference.documents.adjudication import AdjudicationLine
from rtconform.reference.documents.claim import Claim, ClaimLine, ClaimPatient, Treatment
from rtconform.reference.documents.treatment import Guidance, Motion, PhysicianReview
from rtconform.reference.editor.days import by_day
from rtconform.reference.editor.editor import adjudicate
from rtconform.reference.editor.payers import PayerProfile, Period, ProfessionalPartDate
from tests.helpers.one_beam import case

DAY = dt.date(2026, 4, 9)
GUIDED = Guidance("cbct", "target_localization", "pre_treatment")
ANY = ("deny", "bundle", "review")
COMPLETE: dict[str, Any] = {
    "volumetric_imaging": "ct",
    "targets": ("PTV_5000",),
    "organs_at_risk": ("Lung_L",),
    "dvh_evaluated": True,
}


def series(units: int, days: int, code: str = "77407", *modifiers: str, **head: object) -> Claim:
    """A line of some units over some days."""
    last = DAY + dt.timedelta(days=days - 1)
    line = ClaimLine(1, code, DAY, modifiers, units, date_of_service_end=last, revenue_code="0333")
    fields = {"place_of_service": "11", **head}
    return Claim("test:1", "professional", ClaimPatient("SYN-1", dt.date(1953, 4, 2), "male"), (line,), **fields)  # type: ignore[arg-type]


def only(claim: Claim, profile: PayerProfile | None = None) -> AdjudicationLine:
    return adjudicate(claim, profile).lines[0]


@pytest.mark.parametrize(
    ("units", "days", "disposition", "accepted"),
    [
        (5, 5, "allow", ()),
        (10, 5, "allow", ()),
        (3, 5, "allow", ANY),
        (7, 5, "allow", ANY),
        (11, 5, "allow", ANY),
        (15, 5, "deny", ("bundle", "review")),
    ],
)
def test_units_are_counted_by_day(units: int, days: int, disposition: str, accepted: tuple[str, ...]) -> None:
    """One or two units on each day are right, where the days don't divide the units both answers are; three a day are too many."""
    found = only(series(units, days))
    assert (disposition, accepted) == (found.disposition, found.accepted)


def test_a_hospitals_line_has_one_date() -> None:
    """A span on an outpatient bill may be allowed or stopped: its lines should have a date each."""
    found = only(replace(series(5, 5), kind="institutional", place_of_service=None, type_of_bill="131"))
    assert ("allow", ANY, True) == (found.disposition, found.accepted, "LINE-DAYS" in found.rules)


@given(st.integers(1, 40), st.integers(1, 20))
def test_no_unit_is_counted_twice(units: int, days: int) -> None:
    """The units of all days of a line are never more than its own, and each is on a day of its own span."""
    (line,) = series(units, days).lines
    shares = by_day([line], None)
    assert sum(one.units for lines in shares.values() for one in lines) <= units
    assert set(shares) <= {DAY + dt.timedelta(days=number) for number in range(days)}


def documented(units: int, *days: int) -> Claim:
    """A line of 77407 over five days, with the record of a session on each of these days, counted from the first."""
    one = case(motion=Motion("none"), **COMPLETE)
    first = one.sessions[0]
    sessions = []
    for number, day in enumerate(days, 1):
        start = dt.datetime.combine(DAY + dt.timedelta(days=day), dt.time(9, 10))
        sessions.append(replace(first, id=f"S{number}", started_at=start, beams_delivered=("P1B1",), next_session_at=None))
    return replace(series(units, 5), treatment=Treatment(one.isocenters, one.plans, tuple(sessions)))


@pytest.mark.parametrize(
    ("units", "days", "category"),
    [(3, (0, 2, 4), None), (2, (0, 2, 4), None), (4, (0, 2, 4), "units_exceed_sessions"), (4, (0, 2, 2, 4), None)],
)
def test_by_the_record_a_unit_is_a_session(units: int, days: tuple[int, ...], category: str | None) -> None:
    """As many units as the record has sessions on the line's days are right; one more is not."""
    assert category == only(documented(units, *days)).category


@pytest.mark.parametrize(
    ("taken", "disposition", "accepted"), [("either", "allow", ANY), ("reading", "allow", ()), ("session", "deny", ("review",))]
)
def test_the_day_of_the_professional_part_is_the_payers(
    taken: ProfessionalPartDate, disposition: str, accepted: tuple[str, ...]
) -> None:
    """77387-26 billed alone on the day when the physician read the images: as the profile says, both where it is silent."""
    one = case(motion=Motion("none"), **COMPLETE)
    started = dt.datetime.combine(DAY, dt.time(17, 10))
    session = replace(
        one.sessions[0],
        started_at=started,
        beams_delivered=("P1B1",),
        physician_review=PhysicianReview(started + dt.timedelta(hours=16)),
        next_session_at=started + dt.timedelta(hours=24),
    )
    session = replace(session, guidance=(GUIDED,))
    line = ClaimLine(1, "77387", DAY + dt.timedelta(days=1), ("26",))
    patient = ClaimPatient("SYN-1", dt.date(1953, 4, 2), "male")
    record = Treatment(one.isocenters, one.plans, (session,))
    claim = Claim("test:1", "professional", patient, (line,), place_of_service="22", treatment=record)
    period = Period("a notice", "either", ("76",), 2, professional_part_date=taken)
    found = only(claim, PayerProfile("own", "Own", ("own",), ((dt.date(2026, 1, 1), period),)))
    assert (disposition, accepted) == (found.disposition, found.accepted)
