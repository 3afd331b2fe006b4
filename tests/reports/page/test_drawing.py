"""The treatment as a person draws it, and the course of a session."""

import pytest
from hypothesis import given
from msgspec.structs import replace

from rtconform.generators.suites.registry import suite
from rtconform.reference.documents.treatment import Beam, Case, Isocenter, PhysicianReview
from rtconform.reports.page.course import courses, plan_lines
from rtconform.reports.page.drawing import dials
from tests.helpers import odd_records


@pytest.fixture(scope="module")
def case() -> Case:
    """One session, one plan, guidance approved in time."""
    boundaries = suite("boundaries")
    return boundaries.case(boundaries.index_of("boundaries:approval-a-minute-before")[0], 1).case


def _with_beams(case: Case, *beams: Beam, isocenters: tuple[Isocenter, ...] = ()) -> Case:
    plan = replace(case.plans[0], site="lung", beams=beams)
    session = replace(case.sessions[0], beams_delivered=tuple(beam.id for beam in beams[:1]))
    return replace(case, plans=(plan,), isocenters=isocenters or case.isocenters[:1], sessions=(session,))


@pytest.mark.parametrize(
    ("start", "stop", "path"),
    [
        (0.0, None, "M60.0 8.0L60.0 53.0"),
        (90.0, 90.0, "M112.0 60.0L67.0 60.0"),
        (181.0, 179.0, "M59.2 104.0A44.0 44.0 0 1 1 60.8 104.0"),
        (179.0, 181.0, "M60.8 104.0A44.0 44.0 0 1 0 59.2 104.0"),
        (330.0, 30.0, "M38.0 21.9A44.0 44.0 0 0 1 82.0 21.9"),
    ],
)
def test_beam(case: Case, start: float, stop: float | None, path: str) -> None:
    """A static beam is an arrow from its gantry angle, an arc turns from stop to stop and never through 180 degrees."""
    beam = Beam("B1", "photon", case.isocenters[0].id, gantry_start_deg=start, gantry_stop_deg=stop)
    (dial,) = dials(_with_beams(case, beam))

    assert dial.strokes[0].path.startswith(path)


def test_isocenters_within_a_millimetre_are_one_dial(case: Case) -> None:
    """Two names for one place are one dial that says so; a further place is another, with how far it is."""
    places = (Isocenter("A", (0, 0, 0)), Isocenter("B", (0.5, 0, 0)), Isocenter("C", (0, 0, 68)))
    beams = tuple(Beam(f"B{name}", "photon", name, gantry_start_deg=0.0) for name in "ABC")
    first, second = dials(_with_beams(case, *beams, isocenters=places))

    assert ("A = B", "", True) == (first.title, first.distance, first.treated)
    assert ("C", "68 mm from A", False) == (second.title, second.distance, second.treated)
    assert "Isocenter C, lung" in second.words
    assert "photon from 0°, not delivered" in second.words


def test_course(case: Case) -> None:
    """Guidance, beam-on, approval and the next session stand in the order in which they happened."""
    (course,) = courses(case)
    kinds = [step.kind for step in course.steps]

    assert ["guidance", "beam", "approved", "next"] == [kind for kind in kinds if kind != "motion"]


def test_late_approval_stands_after_the_next_session(case: Case) -> None:
    """An approval at or after the next session's start stands behind it and says so; none at all says so too."""
    (session,) = case.sessions
    late = replace(session, physician_review=PhysicianReview(session.next_session_at))
    (course,) = courses(replace(case, sessions=(late,)))
    (never,) = courses(replace(case, sessions=(replace(session, physician_review=None),)))

    assert ["next", "approved"] == [step.kind for step in course.steps][-2:]
    assert "late: not before the next session" == course.steps[-1].detail
    assert "unapproved" in [step.kind for step in never.steps]


@pytest.mark.slow
@given(odd_records.cases())
def test_every_record_can_be_drawn(case: Case) -> None:
    """Whatever the record says, it is drawn: every session has a course with a beam-on, every plan a line."""
    assert [session.id for session in case.sessions] == [course.session for course in courses(case)]
    assert all("beam" in [step.kind for step in course.steps] for course in courses(case))
    assert len(case.plans) == len(plan_lines(case))
    assert all(len(dial.words) < 20_000 for dial in dials(case))
