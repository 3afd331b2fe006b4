"""What single step would change a line: every step is tried, and what is told is what the reference then says."""

import datetime as dt
from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from rtconform.generators.hypothesis.strategies import claims
from rtconform.generators.suites.edits import EDITS_CLAIM
from rtconform.generators.suites.suite import SuiteClaim, cases
from rtconform.reference.documents.claim import Claim, ClaimLine
from rtconform.reference.editor.editor import adjudicate
from rtconform.reference.editor.payers import profile_of
from rtconform.reference.editor.single_steps import MOST_LINES, Standing, StepKind, changes, standing_of
from rtconform.reference.editor.supporting_record import MOST_SESSIONS, one_session_a_day, record_as_billed
from rtconform.reference.national_edits.shipped import shipped_tables
from tests.reference.editor.test_national import claim

Told = tuple[StepKind, tuple[str, ...], Standing]


def told(asked: Claim, number: int) -> list[Told]:
    """The changes of a line, without what is said of them."""
    found = changes(asked, number, profile_of(asked.payer), shipped_tables())
    assert found is not None
    return [(change.kind, change.values, change.standing) for change in found]


@pytest.mark.parametrize(
    ("asked", "number", "due"),
    [
        (claim("77412", "77407"), 2, ("modifier", ("59", "XE", "XS", "XP", "XU"), "allowed")),
        (claim("77412", "77407"), 2, ("without line", ("1",), "allowed")),
        (claim("77412", "77407"), 2, ("day", ("2026-10-02",), "allowed")),
        (claim("77412", "77407"), 2, ("date", ("2025-12-31", "2026-09-30"), "either")),
        (claim("77412", "77407"), 2, ("payer", ("commercial", "unitedhealthcare"), "either")),
        (claim("77373", "77412"), 2, ("without line", ("1",), "allowed")),
        (claim("77402 x4"), 1, ("units", ("2",), "allowed")),
        (claim("77402 x3"), 1, ("record", ("a record that shows what is billed (3 sessions)",), "either")),
        (claim("77412", "77412"), 2, ("modifier", ("59", "XE", "76", "77"), "allowed")),
        (claim("77412", "77412"), 2, ("record", ("a record that shows what is billed (2 sessions)",), "allowed")),
        (claim("77412", "77412"), 2, ("record", ("a record that shows one session a day",), "choice")),
        (claim("77387-TC", form="office"), 1, ("26 for TC", ("26",), "allowed")),
        (claim("77387", form="office"), 1, ("payer", ("unitedhealthcare",), "stopped")),
        (claim("77412-26", form="office"), 1, ("without modifier", ("26",), "allowed")),
        (claim("G6015"), 1, ("code", ("77402", "77407", "77412"), "allowed")),
        (replace(claim("77412"), type_of_bill="111"), 1, ("type of bill", ("131",), "allowed")),
        (replace(claim("77412"), type_of_bill="131", stay="inpatient"), 1, ("stay", ("without the stay",), "allowed")),
        (replace(claim("77412", form="office"), place_of_service="12"), 1, ("place", ("11",), "allowed")),
        (replace(claim("77412", form="office"), place_of_service="22"), 1,
         ("form", ("a hospital's claim (type of bill 131, revenue code 0333)",), "allowed")),
    ],
)  # fmt: skip
def test_steps_that_were_worked_out_by_hand(asked: Claim, number: int, due: Told) -> None:
    """Each of these steps is told with its end, by the rules as they are written."""
    assert due in told(asked, number)


@pytest.mark.parametrize(
    ("asked", "number", "kind"),
    [
        (claim("77373", "77412"), 2, "modifier"),  # indicator 0: no modifier separates them
        (claim("77407"), 1, "modifier"),  # but for 26, which no delivery code bears
        (claim("77417"), 1, "units"),
        (claim("77412", "77407"), 1, "place"),  # a hospital's claim has none
    ],
)
def test_steps_that_change_nothing_are_not_told(asked: Claim, number: int, kind: StepKind) -> None:
    """What is told of modifiers, units and places is what they change."""
    assert [] == [change for change in told(asked, number) if change[0] == kind and change[1] != ("26",)]


def test_another_line_that_is_then_stopped_is_told() -> None:
    """To turn a hospital's claim into a professional one for the sake of a line stops the delivery beside it."""
    found = changes(claim("77412", "77387-26"), 2, profile_of("medicare"), shipped_tables())
    assert found is not None
    forms = {change.values: change.stopped for change in found if change.kind == "form" and change.standing == "allowed"}
    assert (1,) in forms.values()


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(claims())
def test_whatever_is_told_is_another_standing(entry: SuiteClaim) -> None:
    """Of any claim, right or wrong, alone or with its record, no change ends where the line stood before, and nothing fails."""
    before = adjudicate(entry.claim)
    for line in entry.claim.lines:
        assert standing_of(before, line.number) not in {end for _, _, end in told(entry.claim, line.number)}


def test_days_beyond_the_calendar_are_left_out() -> None:
    """Claims of the first and the last day that there are have steps too."""
    for day in (dt.date.min, dt.date.max):
        assert told(claim("77412", "77407", day=day), 2)


def test_of_very_many_lines_nothing_is_tried() -> None:
    """A claim of which too many lines share a day is not tried; one with as many lines on days of their own is."""
    crowded = claim(*["77402"] * (MOST_LINES + 1))
    assert changes(crowded, 1, profile_of("medicare"), shipped_tables()) is None
    assert told(claim(*(f"77402 +{day}" for day in range(MOST_LINES + 1))), 1)


def test_the_record_that_is_made_supports_what_is_billed() -> None:
    """With it, every right claim of the suite is allowed as before; of a claim of other services, or of too much, none is made."""
    right = [item.claim for item in islice(cases(EDITS_CLAIM, 1), 200) if not item.stops]
    for one in right:
        record = record_as_billed(one)
        assert record is not None
        lines = adjudicate(replace(one, treatment=record)).lines
        assert (one.id, {"allow"}) == (one.id, {line.disposition for line in lines})
    assert len(right) > 50
    assert record_as_billed(claim("77373")) is None
    assert record_as_billed(claim(f"77402 x{MOST_SESSIONS + 1}")) is None
    assert one_session_a_day(claim("77402")) is None


def test_a_span_has_a_session_on_each_day() -> None:
    """Five units over three days are two sessions on the first two days and one on the last."""
    day = dt.date(2026, 10, 1)
    line = ClaimLine(1, "77407", day, (), 5, date_of_service_end=day + dt.timedelta(days=2))
    record = record_as_billed(replace(claim("77407", form="office"), lines=(line,)))
    assert record is not None
    assert [1, 1, 2, 2, 3] == [session.started_at.day for session in record.sessions]
