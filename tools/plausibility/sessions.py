"""The checks of `plausibility.py` on what happened in the sessions."""

import datetime as dt
import itertools
import math
from collections.abc import Iterator

from rtconform.reference.documents.treatment import Case, Motion, Plan, Session
from tools.plausibility import tables
from tools.plausibility.plans import base, machine_of

_OPEN, _CLOSED = dt.time(7), dt.time(19)
_APPROVALS = dt.time(6), dt.time(22)
_BREAK = dt.timedelta(hours=6)
_LONGEST_PAUSE, _LONGEST_REVIEW = dt.timedelta(days=14), dt.timedelta(days=30)
_MOST_TWICE_GY = 4
_YOUNGEST_BREATH_HOLD = 8
_FARTHEST_MM = 50
_MOST_PORT_IMAGES = 20


def delivered(case: Case) -> Iterator[str]:
    """What was delivered was planned, each beam once, something of each session, twice a day only small fractions."""
    for session, plans in _treated(case):
        known = {beam.id for plan in case.plans for beam in plan.beams}
        yield from (f"{session.id}: {beam} is of no plan" for beam in session.beams_delivered if beam not in known)
        if len(set(session.beams_delivered)) < len(session.beams_delivered):
            yield f"{session.id}: a beam delivered twice"
        if not session.beams_delivered:
            yield f"{session.id}: nothing delivered"
        for plan in plans:
            each = (plan.dose_gy or 0) / (plan.fractions or 1)
            if len(case.sessions) > 1 and each > _MOST_TWICE_GY and _everywhere(case, plan):
                yield f"{session.id}: {each:.1f} Gy of {plan.id} twice a day"
    if len(case.sessions) > 3:
        yield f"{len(case.sessions)} sessions on a day"


def fractions(case: Case) -> Iterator[str]:
    """No fraction beyond the last, they count up, and the course ends with the last one, not before or after it."""
    before: int | None = None
    for session, plans in _treated(case):
        number, last = session.fraction, min((plan.fractions or 1 for plan in plans), default=None)
        if number is None or last is None:
            continue
        if number > last:
            yield f"{session.id}: fraction {number} of {last}"
        if before is not None and number <= before and len(plans) == len(case.plans):
            yield f"{session.id}: fraction {number} after fraction {before}"
        before = number
        if session.next_session_at is None and number < last:
            yield f"{session.id}: the course ends with fraction {number} of {last}"
        others = [plan for plan in case.plans if plan not in plans]
        if session.next_session_at and number >= max(plan.fractions or 1 for plan in plans) and not others:
            yield f"{session.id}: a session after the last fraction"


def hours(case: Case) -> Iterator[str]:
    """Sessions lie on the date of service, on a weekday, in clinic hours; emergencies may lie anywhere."""
    for session, plans in _treated(case):
        if session.started_at.date() != case.billing.date_of_service:
            yield f"{session.id}: on another day than the date of service"
        if all(_urgent(plan) for plan in plans):
            continue
        for what, when in (("begins", session.started_at), ("is followed by one", session.next_session_at)):
            if when is not None and when.weekday() > 4:
                yield f"{session.id}: {what} on a weekend"
            if when is not None and not _OPEN <= when.time() <= _CLOSED:
                yield f"{session.id}: {what} at {when.time():%H:%M}"


def order(case: Case) -> Iterator[str]:
    """A session is followed by a later one, hours later and within days, and the next session is the one that comes."""
    for session in case.sessions:
        following = session.next_session_at
        if following is None:
            continue
        if following <= session.started_at:
            yield f"{session.id}: the next session is before it"
        elif following - session.started_at < _BREAK:
            yield f"{session.id}: the next session is less than six hours later"
        elif following - session.started_at > _LONGEST_PAUSE:
            yield f"{session.id}: the next session is weeks later"
    for first, second in itertools.pairwise(case.sessions):
        if second.started_at - first.started_at < _BREAK:
            yield f"{second.id}: less than six hours after {first.id}"
        if first.next_session_at != second.started_at:
            yield f"{first.id}: {second.id} is not the session that follows"


def approvals(case: Case) -> Iterator[str]:
    """There is something to approve, and it is approved after it was taken, by day, within weeks."""
    for session in case.sessions:
        at = session.physician_review.approved_at if session.physician_review else None
        if at is None:
            continue
        if at < session.started_at:
            yield f"{session.id}: approved before its images were taken"
        if at - session.started_at > _LONGEST_REVIEW:
            yield f"{session.id}: approved after more than a month"
        if not _APPROVALS[0] <= at.time() <= _APPROVALS[1]:
            yield f"{session.id}: approved at {at.time():%H:%M}"
        if not session.guidance and not session.port_images and not (session.motion and session.motion.during_beam):
            yield f"{session.id}: approved, and there is nothing to approve"


def motion(case: Case) -> Iterator[str]:
    """Motion is managed where something moves, by what can see it, in patients who can take part."""
    for session, plans in _treated(case):
        found = session.motion
        if found is None:
            continue
        yield from (f"{session.id}: {what}" for what in _contradictions(found))
        if found.method == "none":
            continue
        if not any(_moves(plan, found) for plan in plans):
            yield f"{session.id}: {found.method} ({found.monitor}) for {', '.join(plan.site for plan in plans)}"
        if any(plan.technique in (*tables.SOURCES, "total_skin_electron") for plan in plans):
            yield f"{session.id}: {found.method} with {plans[0].technique}"
        born = case.patient.birth_date
        if (
            found.method == "breath_hold"
            and born.replace(year=born.year + _YOUNGEST_BREATH_HOLD, day=1) > session.started_at.date()
        ):
            yield f"{session.id}: a small child holds its breath"
        for room in _rooms(plans):
            if found.monitor is not None and found.monitor not in tables.ROOMS[room].monitors:
                yield f"{session.id}: {found.monitor} on a {room}"


def guidance(case: Case) -> Iterator[str]:
    """Images are taken by what stands in the room, of what they show, when they can be taken."""
    for session, plans in _treated(case):
        for act in session.guidance:
            yield from (
                f"{session.id}: {act.method} on a {room}"
                for room in _rooms(plans)
                if act.method not in tables.ROOMS[room].imaging
            )
            if any(_blind(plan, act.method) for plan in plans):
                yield f"{session.id}: {act.method} with {', '.join(sorted({plan.technique for plan in plans}))}"
            if act.method == "ultrasound" and not any(base(plan.site) in tables.SEEN_BY_ULTRASOUND for plan in plans):
                yield f"{session.id}: ultrasound of {plans[0].site if plans else 'nothing'}"
            if act.method == "ct" and act.timing == "intrafraction":
                yield f"{session.id}: CT during the beam"
            if act.method == "mv_port" and act.timing == "intrafraction":
                yield f"{session.id}: port images during the beam"
        if session.port_images > _MOST_PORT_IMAGES:
            yield f"{session.id}: {session.port_images} port images"


def corrections(case: Case) -> Iterator[str]:
    """The couch is corrected by images, by no more than a patient lies off, and where the beam does not move with the patient."""
    for session, plans in _treated(case):
        shift = session.couch_shift_mm
        if shift is None:
            continue
        if not session.guidance and not session.port_images:
            yield f"{session.id}: a couch correction without an image"
        if plans and all(plan.technique in tables.IMPLANTED for plan in plans):
            yield f"{session.id}: a couch correction, and the source is in the patient"
        if not math.hypot(*shift) <= _FARTHEST_MM:
            yield f"{session.id}: a couch correction of {math.hypot(*shift):.0f} mm"


def _treated(case: Case) -> Iterator[tuple[Session, list[Plan]]]:
    """Each session with the plans of which it delivered a beam."""
    for session in case.sessions:
        beams = set(session.beams_delivered)
        yield session, [plan for plan in case.plans if any(beam.id in beams for beam in plan.beams)]


def _everywhere(case: Case, plan: Plan) -> bool:
    """Whether every session of the day delivered of this plan."""
    beams = {beam.id for beam in plan.beams}
    return all(beams & set(session.beams_delivered) for session in case.sessions)


def _urgent(plan: Plan) -> bool:
    return (
        plan.intent == "palliative"
        and plan.technique in ("2d", "3d_crt")
        and base(plan.site) in (*tables.SPINES, "mediastinum", "brain")
    )


def _rooms(plans: list[Plan]) -> list[str]:
    return sorted({name for plan in plans if (name := machine_of(plan)) in tables.ROOMS and name is not None})


def _contradictions(found: Motion) -> Iterator[str]:
    if found.method in ("none", "passive_compression", "free_breathing_itv") and (found.monitor or found.during_beam):
        yield f"{found.method}, and yet monitored by {found.monitor}"
    if found.beam_hold and not found.during_beam:
        yield "beam held by what does not watch it"
    if found.monitor is None and (found.during_beam or found.beam_hold or found.method in ("gating", "tracking")):
        yield f"{found.method} by no monitor"
    if found.monitor is not None and found.monitor not in tables.MONITORS.get(found.method, (found.monitor,)):
        yield f"{found.method} by {found.monitor}"


def _moves(plan: Plan, found: Motion) -> bool:
    site = base(plan.site)
    if site in tables.BREATHING and not (site in tables.SPINES and found.method != "tracking"):
        return True
    if site in tables.PELVIC:
        return found.method in ("gating", "tracking") and found.monitor in tables.INSIDE
    if site in tables.SPINES:
        return found.method == "tracking" and found.monitor == "fiducial_imaging"
    return site in tables.HEADS and found.method == "gating" and found.monitor == "optical_surface"


def _blind(plan: Plan, method: str) -> bool:
    """Whether a technique is given where there is no such image, whatever the machine."""
    if plan.technique == "total_skin_electron":
        return True
    if plan.technique in tables.SOURCES:
        return method in ("cbct", "stereoscopic_xray", "mv_port", "surface", "pet_ct")
    if plan.technique == "proton":
        return method in ("mv_port", "mri", "pet_ct")
    return plan.technique == "helical_imrt" and method in ("cbct", "stereoscopic_xray", "mv_port", "mri")
