"""Edges: single changes to a treatment that lead to where coders fail, and some way past it.

A treatment of the space is complete, consistent and usual in its details. A hunt for faults must also reach the minute at
which an approval comes too late, the millimetre that makes an isocenter, the third session of a day. Each edge is one such
change. An edge that does not apply leaves the treatment unchanged. Any edge may follow any other: no clinic may treat like
that, but a coder may be sent such a record.
"""

import datetime as dt
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from rtconform.generators.suites.documentation_questions import QUESTIONS
from rtconform.generators.suites.written.composition import WHOSE_CLAIM
from rtconform.reference.documents.treatment import (
    GUIDANCE_METHODS,
    TECHNIQUES,
    Beam,
    Case,
    Guidance,
    Isocenter,
    Monitor,
    Motion,
    PhysicianReview,
    Plan,
    Session,
)

Edge = Callable[[Case], Case]

_MINUTE = dt.timedelta(minutes=1)
_APART = dt.timedelta(hours=6, minutes=10)
_FAR_MM = 120.0
_STEPS_MM = (0.0, 0.9, 1.0, 1.1, 2.0, 5.0, 10.0, 20.0, 40.0)
_DAYS = (dt.date(2026, 1, 1), dt.date(2025, 12, 31), dt.date(2026, 12, 31), dt.date(2024, 2, 29), dt.date(2027, 3, 1))
_MONITORS: tuple[Monitor, ...] = (
    "optical_surface",
    "external_marker",
    "fiducial_imaging",
    "em_transponder",
    "spirometry",
    "mr_cine",
)


def _sessions(change: Callable[[Session], Session]) -> Edge:
    return lambda case: replace(case, sessions=tuple(change(session) for session in case.sessions))


def _beams(change: Callable[[Beam], Beam]) -> Edge:
    def changed(plan: Plan) -> Plan:
        return replace(plan, beams=tuple(change(beam) for beam in plan.beams))

    return lambda case: replace(case, plans=tuple(changed(plan) for plan in case.plans))


def _approved(after_next: dt.timedelta) -> Edge:
    """Every session approved so long after the next one began; the last one so long after the same time next day."""

    def changed(session: Session) -> Session:
        following = session.next_session_at or session.started_at + dt.timedelta(days=1)
        return replace(session, physician_review=PhysicianReview(following + after_next))

    return _sessions(changed)


def _approved_after_start(minutes: int) -> Edge:
    return _sessions(lambda s: replace(s, physician_review=PhysicianReview(s.started_at + minutes * _MINUTE)))


def _unapproved(case: Case) -> Case:
    return _sessions(lambda session: replace(session, physician_review=None))(case)


def _nothing_follows(case: Case) -> Case:
    *before, last = case.sessions
    return replace(case, sessions=(*before, replace(last, next_session_at=None)))


def _times(count: int) -> Edge:
    """The first session so often on the day, each as long after the one before as two fractions are apart."""

    def changed(case: Case) -> Case:
        first = case.sessions[0]
        start = dt.datetime.combine(case.billing.date_of_service, dt.time(7))
        starts = [start + number * _APART for number in range(count)]
        following = [*starts[1:], start + dt.timedelta(days=1)]
        approved = first.physician_review is not None and first.physician_review.approved_at is not None
        again = (
            replace(
                first,
                id=f"S{number}",
                started_at=begins,
                fraction=number,
                physician_review=PhysicianReview(begins + 30 * _MINUTE) if approved else first.physician_review,
                next_session_at=after,
            )
            for number, (begins, after) in enumerate(zip(starts, following, strict=True), 1)
        )
        return replace(case, sessions=tuple(again))

    return changed


def _last_session(change: Callable[[Session], Session]) -> Edge:
    """Changes the last of several sessions alone: what is right for the first need not be right for it."""

    def changed(case: Case) -> Case:
        *before, last = case.sessions
        return replace(case, sessions=(*before, change(last))) if before else case

    return changed


def _spread(count: int, step_mm: float) -> Edge:
    """The first plan's beams over `count` isocenters in a row, each a step from the last, all delivered."""

    def changed(case: Case) -> Case:
        if not case.plans or not case.plans[0].beams or not case.isocenters:
            return case
        first = case.plans[0]
        x, y, z = case.isocenters[0].position_mm
        points = tuple(Isocenter(f"ISO{n + 1}", (round(x + n * step_mm, 1), y, z)) for n in range(count))
        copies = [*first.beams, *(first.beams[-1] for _ in range(count - len(first.beams)))]
        beams = tuple(replace(beam, id=f"{first.id}B{n + 1}", isocenter=points[n % count].id) for n, beam in enumerate(copies))
        delivered = tuple(beam.id for beam in beams)
        sessions = tuple(replace(s, beams_delivered=delivered) if s.beams_delivered else s for s in case.sessions)
        return replace(case, isocenters=points, plans=(replace(first, beams=beams),), sessions=sessions)

    return changed


def _delivers(choose: Callable[[tuple[str, ...]], tuple[str, ...]]) -> Edge:
    return _sessions(lambda session: replace(session, beams_delivered=choose(session.beams_delivered)))


def _guided(*acts: Guidance) -> Edge:
    return _sessions(lambda session: replace(session, guidance=acts))


def _managed(method: str, monitor: Monitor | None, *, during: bool, hold: bool) -> Edge:
    motion = Motion(method, monitor, during_beam=during, beam_hold=hold)
    return _sessions(lambda session: replace(session, motion=motion))


def _on(day: dt.date) -> Edge:
    """The same treatment on another day, its times moved with it."""

    def changed(case: Case) -> Case:
        shift = day - case.billing.date_of_service

        def moved(session: Session) -> Session:
            approved = session.physician_review.approved_at if session.physician_review else None
            return replace(
                session,
                started_at=session.started_at + shift,
                next_session_at=session.next_session_at and session.next_session_at + shift,
                physician_review=PhysicianReview(approved + shift) if approved else session.physician_review,
            )

        billing = replace(case.billing, date_of_service=day)
        return replace(case, billing=billing, sessions=tuple(moved(session) for session in case.sessions))

    return changed


def _claimed(name: str) -> Edge:
    setting, claim = WHOSE_CLAIM[name]
    return lambda case: replace(case, billing=replace(case.billing, setting=setting, claim=claim))


def _declared(technique: str) -> Edge:
    return lambda case: replace(case, plans=tuple(replace(plan, technique=technique) for plan in case.plans))


def _ends_with_electrons(case: Case) -> Case:
    """The beam delivered last is of electrons, in a plan that declares something else."""
    delivered = [beam for session in case.sessions for beam in session.beams_delivered]
    if not delivered:
        return case
    return _beams(lambda beam: replace(beam, radiation="electron", energy="9E") if beam.id == delivered[-1] else beam)(case)


def _renamed(case: Case) -> Case:
    """Isocenters under names that say nothing: what counts is where they lie."""
    points = tuple(replace(point, id=f"{point.id} (ßè)") for point in case.isocenters)
    return _beams(lambda beam: replace(beam, isocenter=f"{beam.isocenter} (ßè)"))(replace(case, isocenters=points))


def _localized(method: str) -> Guidance:
    return Guidance(method, "target_localization")


def _in_the_beam(method: str) -> Guidance:
    return Guidance(method, "target_localization", "intrafraction")


def _set_up(method: str) -> Guidance:
    return Guidance(method, "patient_setup")


EDGES: Mapping[str, Mapping[str, Edge]] = {
    "claim": {
        **{f"on a {name} claim": _claimed(name) for name in WHOSE_CLAIM},
        "for a payer that nobody lists": lambda case: replace(case, billing=replace(case.billing, payer="village fund")),
    },
    "day": {f"on {day}": _on(day) for day in _DAYS},
    "approval": {
        "never approved": _unapproved,
        "no session follows": _nothing_follows,
        "approved a minute before the next session": _approved(-_MINUTE),
        "approved as the next session begins": _approved(0 * _MINUTE),
        "approved a minute after the next session began": _approved(_MINUTE),
        "approved days later": _approved(dt.timedelta(days=3)),
        "approved as the session begins": _approved_after_start(0),
        "approved before the session": _approved_after_start(-1),
        "approved within the session": _approved_after_start(20),
    },
    "guidance": {
        "not guided": _guided(),
        **{f"guided by {method}": _guided(_localized(method)) for method in GUIDANCE_METHODS},
        **{f"guided by {method} in the beam": _guided(_in_the_beam(method)) for method in GUIDANCE_METHODS},
        **{f"set up by {method}": _guided(_set_up(method)) for method in GUIDANCE_METHODS},
        "set up by surface, guided by CBCT": _guided(_set_up("surface"), _localized("cbct")),
        "guided twice": _guided(_localized("cbct"), _in_the_beam("orthogonal_kv")),
        "port images": _sessions(lambda session: replace(session, port_images=2)),
    },
    "motion": {
        "no motion management": _sessions(lambda session: replace(session, motion=None)),
        **{f"gated by {monitor}": _managed("gating", monitor, during=True, hold=True) for monitor in _MONITORS},
        **{f"breath hold by {monitor}": _managed("breath_hold", monitor, during=True, hold=True) for monitor in _MONITORS},
        "tracked": _managed("tracking", "fiducial_imaging", during=True, hold=True),
        "watched in the beam": _managed("gating", "external_marker", during=True, hold=False),
        "watched at set-up": _managed("breath_hold", "optical_surface", during=False, hold=False),
        "breath hold that nothing monitors": _managed("breath_hold", None, during=False, hold=False),
        "compression": _managed("passive_compression", None, during=False, hold=False),
        "margins of motion": _managed("free_breathing_itv", None, during=False, hold=False),
    },
    "sessions": {"two sessions": _times(2), "three sessions": _times(3)},
    "delivery": {
        "nothing delivered": _delivers(lambda beams: ()),  # noqa: ARG005 - whatever was delivered
        "one beam delivered": _delivers(lambda beams: beams[:1]),
        "delivered the other way round": _delivers(lambda beams: beams[::-1]),
        "every beam delivered twice": _delivers(lambda beams: beams * 2),
        "electrons at the end": _ends_with_electrons,
    },
    "couch": {
        "couch turned": _beams(lambda beam: replace(beam, couch_deg=90.0)),
        "a large couch correction": _sessions(lambda session: replace(session, couch_shift_mm=(12.0, -8.0, 31.0))),
    },
    "isocenters": {
        **{f"{count} isocenters": _spread(count, _FAR_MM) for count in (1, 2, 3, 4, 5)},
        **{f"two isocenters {step} mm apart": _spread(2, step) for step in _STEPS_MM},
        "three isocenters 1 mm apart": _spread(3, 1.0),
        "three isocenters 0.7 mm apart": _spread(3, 0.7),
        "isocenters named otherwise": _renamed,
    },
    "last of several sessions": {
        "the last delivers nothing": _last_session(lambda session: replace(session, beams_delivered=())),
        "the last delivers one beam": _last_session(
            lambda session: replace(session, beams_delivered=session.beams_delivered[:1])
        ),
        "the last not guided": _last_session(lambda session: replace(session, guidance=())),
        "the last without motion management": _last_session(lambda session: replace(session, motion=None)),
        "the last not approved": _last_session(lambda session: replace(session, physician_review=None)),
    },
    "technique": {f"declared {technique}": _declared(technique) for technique in TECHNIQUES},
    "record": {
        **{question.sound: question.fix for question in QUESTIONS},
        **{question.flawed: question.spoil for question in QUESTIONS},
    },
}
"""Every edge: what it is about, then what it does, as in "approved as the next session begins"."""
