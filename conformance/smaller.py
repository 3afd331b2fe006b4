"""Smaller treatments: everything that a case can do without, one thing at a time, the largest first. Pure."""

from collections.abc import Iterator

from msgspec.structs import replace

from rtconform.reference.documents.treatment import Case, PhysicianReview, Plan, Session


def smaller_cases(case: Case) -> Iterator[Case]:
    """The case with one thing less, each thing in turn."""
    for session in case.sessions if len(case.sessions) > 1 else ():
        yield replace(case, sessions=tuple(each for each in case.sessions if each is not session))
    for plan in case.plans if len(case.plans) > 1 else ():
        yield _without_beams({beam.id for beam in plan.beams}, replace(case, plans=_others(case.plans, plan)))
    for plan in case.plans:
        for beam in plan.beams if len(plan.beams) > 1 else ():
            yield _without_beams({beam.id}, case)
    for first, *others in [[point.id for point in case.isocenters]] if case.isocenters else ():
        for other in others:
            yield _merged(case, first, other)
    for number, session in enumerate(case.sessions):
        for smaller in _smaller_sessions(session):
            yield replace(case, sessions=(*case.sessions[:number], smaller, *case.sessions[number + 1 :]))


def _smaller_sessions(session: Session) -> Iterator[Session]:
    once = tuple(dict.fromkeys(session.beams_delivered))
    if once != session.beams_delivered:
        yield replace(session, beams_delivered=once)
    for act in session.guidance:
        yield replace(session, guidance=tuple(other for other in session.guidance if other is not act))
    if session.motion is not None and session.motion.method != "none":
        yield replace(session, motion=None)
        if session.motion.documentation is not None:
            yield replace(session, motion=replace(session.motion, documentation=None))
    if session.port_images:
        yield replace(session, port_images=0)
    if session.couch_shift_mm is not None:
        yield replace(session, couch_shift_mm=None)
    if session.physician_review is not None and session.physician_review != PhysicianReview():
        yield replace(session, physician_review=PhysicianReview())


def _others(plans: tuple[Plan, ...], plan: Plan) -> tuple[Plan, ...]:
    return tuple(other for other in plans if other is not plan)


def _without_beams(gone: set[str], case: Case) -> Case:
    """The case without these beams, planned or delivered, and without the isocenters that only they had."""
    plans = tuple(
        replace(plan, beams=tuple(beam for beam in plan.beams if beam.id not in gone)) if plan.beams else plan
        for plan in case.plans
    )
    sessions = tuple(
        replace(session, beams_delivered=tuple(beam for beam in session.beams_delivered if beam not in gone))
        for session in case.sessions
    )
    used = {beam.isocenter for plan in plans for beam in plan.beams}
    return replace(case, plans=plans, sessions=sessions, isocenters=tuple(point for point in case.isocenters if point.id in used))


def _merged(case: Case, kept: str, gone: str) -> Case:
    """The beams of one isocenter treated at another."""
    plans = tuple(
        replace(
            plan,
            beams=tuple(replace(beam, isocenter=kept) if beam.isocenter == gone else beam for beam in plan.beams),
        )
        for plan in case.plans
    )
    return replace(case, plans=plans, isocenters=tuple(point for point in case.isocenters if point.id != gone))
