"""Variations of a treatment: everything that no code depends on is drawn again, so that nobody has seen the case before.

These are drawn: ids, patient, payer, day, the order of lists whose order means nothing, the position in the room, remarks in
labels, and plans on record for another day. The facts that rules ask for stay. A test checks that a case and its variations have
the same coding.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TypeVar

from msgspec.structs import replace

from rtconform.generators.clinic.calendar import DAYS_OF_2026
from rtconform.generators.clinic.people import person_id
from rtconform.generators.randomness import Draw
from rtconform.reference.documents.treatment import Beam, Case, Isocenter, PhysicianReview, Plan, Planning, Session

T = TypeVar("T")

PAYERS = ("medicare", "medicare_advantage", "medicaid", "commercial", "unitedhealthcare", "tricare", "self_pay")

REMARKS = (
    "gating not used",
    "breath hold if tolerated",
    "SBRT boost to be discussed",
    "after SRS of the left frontal lesion",
    "IMRT plan as backup",
    "second isocenter not treated",
    "surface camera for set-up",
    "proton consult pending",
    "ports checked",
    "replan if weight is lost",
)
"""Remarks that clinics write into labels. A coder must not code by them."""

_ID_STYLES: tuple[Callable[[str, int], str], ...] = (
    lambda kind, number: f"{kind}{number}",
    lambda kind, number: f"{kind.lower()}-{number:02d}",
    lambda kind, number: f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[number % 26]}{number // 26 or ''}-{kind}",
    lambda kind, number: f"1.2.826.0.{len(kind)}.{1000 + number}",
    lambda kind, number: f"{kind} {number} é",
)
_WEEK = dt.timedelta(days=7)
_OFTEN, _RARELY = 0.3, 0.1


def varied(case: Case, draw: Draw, case_id: str, *, keep_day: bool, keep_order: bool = False) -> Case:
    """A variation of the case.

    `keep_day`: the day stays, for a case that is about its day. `keep_order`: the plans stay in order, for one that is about it.
    """
    chosen = _placed(case, draw)
    if not keep_day:
        chosen = _on_another_day(chosen, draw)
    chosen = _remarked(_with_a_plan_for_later(chosen, draw), draw)
    chosen = _shuffled(_renamed(chosen, draw), draw, keep_order=keep_order)
    patient = replace(case.patient, id=person_id(draw))
    return replace(chosen, id=case_id, patient=patient, billing=replace(chosen.billing, payer=_one(PAYERS, draw)))


def _one(of: tuple[T, ...], draw: Draw) -> T:
    return of[int(draw() * len(of))]


def _on_another_day(case: Case, draw: Draw) -> Case:
    """Whole weeks earlier or later within 2026, with every time of the case."""
    day = case.billing.date_of_service
    there = tuple(other for other in DAYS_OF_2026 if (other - day).days % 7 == 0)
    if day.year != DAYS_OF_2026[0].year or not there:
        return case
    shift = _one(there, draw) - day

    def moved(session: Session) -> Session:
        review = session.physician_review
        approved = review.approved_at + shift if review and review.approved_at else None
        return replace(
            session,
            started_at=session.started_at + shift,
            next_session_at=session.next_session_at and session.next_session_at + shift,
            physician_review=review and PhysicianReview(approved),
        )

    billing = replace(case.billing, date_of_service=day + shift)
    return replace(case, billing=billing, sessions=tuple(map(moved, case.sessions)))


def _placed(case: Case, draw: Draw) -> Case:
    """Elsewhere in the room: all positions moved alike, by whole millimetres, so that distances stay exact."""
    x, y, z = (round(80 * draw() - 40) for _ in range(3))
    moved = (
        Isocenter(point.id, (point.position_mm[0] + x, point.position_mm[1] + y, point.position_mm[2] + z))
        for point in case.isocenters
    )
    return replace(case, isocenters=tuple(moved))


def _remarked(case: Case, draw: Draw) -> Case:
    """Remarks in the labels of some plans."""
    plans = (replace(plan, label=f"{plan.label}; {_one(REMARKS, draw)}") if draw() < _OFTEN else plan for plan in case.plans)
    return replace(case, plans=tuple(plans))


def _with_a_plan_for_later(case: Case, draw: Draw) -> Case:
    """A stereotactic boost, an electron boost or a plan of two more isocenters on record, of which nothing is delivered yet."""
    if draw() >= _RARELY or not case.isocenters:
        return case
    technique, radiation = _one((("sbrt", "photon"), ("electron", "electron"), ("vmat", "photon")), draw)
    x, y, z = case.isocenters[0].position_mm
    boost = tuple(Isocenter(f"boost{n}", (x + 60.0 * n, y, z)) for n in (1, 2))
    beams = tuple(Beam(f"boost{n}", radiation, f"boost{n}", modulation="dynamic_mlc") for n in (1, 2))
    planning = Planning("ct", ("PTV_2000",), ("SpinalCord",), dvh_evaluated=True, inverse_optimized=technique != "electron")
    plan = Plan("boost", technique, beams, "Boost, to follow", dose_gy=20.0, fractions=5, planning=planning)
    return replace(case, isocenters=(*case.isocenters, *boost), plans=(*case.plans, plan))


def _shuffled(case: Case, draw: Draw, *, keep_order: bool) -> Case:
    """The lists without an order in another; a beam that was interrupted is sometimes listed again as it was resumed."""

    def order(items: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(sorted(items, key=lambda _: draw()))

    def resumed(session: Session) -> Session:
        beams = session.beams_delivered
        return replace(session, beams_delivered=(*beams, beams[-1])) if beams and draw() < _RARELY else session

    plans = tuple(replace(plan, beams=order(plan.beams)) for plan in (case.plans if keep_order else order(case.plans)))
    return replace(case, isocenters=order(case.isocenters), plans=plans, sessions=tuple(map(resumed, case.sessions)))


def _renamed(case: Case, draw: Draw) -> Case:
    """Other ids of isocenters, plans, beams and sessions; an id that refers to nothing still refers to nothing."""
    style = _one(_ID_STYLES, draw)

    def names(kind: str, ids: list[str]) -> Mapping[str, str]:
        start = int(draw() * 20)
        return {found: style(kind, start + number) for number, found in enumerate(dict.fromkeys(ids), 1)}

    points = names("ISO", [*(i.id for i in case.isocenters), *(b.isocenter for p in case.plans for b in p.beams)])
    plans = names("P", [plan.id for plan in case.plans])
    beams = names("B", [*(b.id for p in case.plans for b in p.beams), *(b for s in case.sessions for b in s.beams_delivered)])
    sessions = names("S", [session.id for session in case.sessions])

    def beam(old: Beam) -> Beam:
        return replace(old, id=beams[old.id], isocenter=points[old.isocenter])

    return replace(
        case,
        isocenters=tuple(replace(point, id=points[point.id]) for point in case.isocenters),
        plans=tuple(replace(plan, id=plans[plan.id], beams=tuple(map(beam, plan.beams))) for plan in case.plans),
        sessions=tuple(
            replace(s, id=sessions[s.id], beams_delivered=tuple(beams[b] for b in s.beams_delivered)) for s in case.sessions
        ),
    )
