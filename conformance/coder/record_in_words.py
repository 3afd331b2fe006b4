"""What a session's record says of motion and of approval, in full: what the facts were made of."""

from collections.abc import Iterator

from rtconform.reference.coder.facts import approval_state, next_session_at
from rtconform.reference.documents.treatment import Case, Motion, MotionDocumentation, Session

_APPROVED = {
    "early": "before the session began: that is not an approval of it",
    "in_time": "in time",
    "late": "late: not before the next session",
}
_ELEMENTS = tuple(name for name in MotionDocumentation.__struct_fields__)


def record_in_words(case: Case) -> Iterator[str]:
    """A sentence for each session's motion management, and one for its approval and the next session."""
    for session in case.sessions:
        if session.motion is not None and session.motion.method != "none":
            yield f"{session.id}: {_motion(session.motion)}"
        if session.guidance or session.physician_review is not None or session.motion is not None:
            yield f"{session.id}: {_approval(session, case)}"


def _motion(motion: Motion) -> str:
    method = motion.method.replace("_", " ")
    watched = f"monitored by {motion.monitor.replace('_', ' ')}" if motion.monitor else "no monitor named"
    during = "monitored during the beam" if motion.during_beam else "not monitored during the beam"
    held = "the beam was held by it" if motion.beam_hold else "the beam was not held by it"
    return f"motion management {method}, {watched}, {during}, {held}, {_documentation(motion.documentation)}"


def _documentation(documentation: MotionDocumentation | None) -> str:
    if documentation is None:
        return "the record says nothing of its documentation"
    lacking = [name.replace("_", " ") for name in _ELEMENTS if not getattr(documentation, name)]
    if not lacking:
        return "documented in full"
    return "nothing of it documented" if len(lacking) == len(_ELEMENTS) else f"documented but for {', '.join(lacking)}"


def _approval(session: Session, case: Case) -> str:
    following = next_session_at(session, case)
    later = next((other.id for other in case.sessions if other is not session and other.started_at == following), None)
    if following is None:
        then = "no next session recorded"
    else:
        then = f"the next session began {following:%Y-%m-%d %H:%M}" + (f" ({later}, of this case)" if later else "")
    approved = session.physician_review.approved_at if session.physician_review else None
    if approved is None:
        return f"not approved; {then}"
    return f"approved {approved:%Y-%m-%d %H:%M}, {_APPROVED[approval_state(session, following)]}; {then}"
