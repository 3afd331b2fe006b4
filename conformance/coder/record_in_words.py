"""What a session's record says of motion and of approval, in full: what the facts were made of."""

import datetime as dt
from collections.abc import Iterator

from rtconform.reference.coder.facts import approval_state, next_session_at
from rtconform.reference.documents.treatment import Case, Motion, MotionDocumentation, Session

_APPROVED = {
    "none": "not approved",
    "early": "before the session began: that is not an approval of it",
    "in_time": "in time",
    "late": "late: not before the next session",
}
_ELEMENTS = tuple(name for name in MotionDocumentation.__struct_fields__)


def record_in_words(case: Case) -> Iterator[str]:
    """A sentence for each session's motion management, and one for its approval and the next session."""
    for session in case.sessions:
        if session.motion is not None and says_of_motion(session.motion):
            yield f"{session.id}: motion management {session.motion.method.replace('_', ' ')}, {motion_in_words(session.motion)}"
        if session.guidance or session.physician_review is not None or session.motion is not None:
            yield f"{session.id}: {_approval(session, case)}"


def says_of_motion(motion: Motion) -> bool:
    """Whether the record of motion management says more than that there was none."""
    return motion.method != "none" or bool(motion.monitor or motion.during_beam or motion.beam_hold or motion.documentation)


def motion_in_words(motion: Motion) -> str:
    """What the record says beside the method: monitor, both ticks, documentation; and where the method overrides all of it."""
    watched = f"monitored by {motion.monitor.replace('_', ' ')}" if motion.monitor else "no monitor named"
    during = "monitored during the beam" if motion.during_beam else "not monitored during the beam"
    held = "the beam was held by it" if motion.beam_hold else "the beam was not held by it"
    overridden = "; the method none overrides that" if motion.method == "none" else ""
    return f"{watched}, {during}, {held}, {_documentation(motion.documentation)}{overridden}"


def approval_in_words(session: Session, case: Case) -> str:
    """Whether the session was approved, and whether in time, as the rule sees it."""
    return _APPROVED[approval_state(session, next_session_at(session, case))]


def later_session(session: Session, case: Case) -> str:
    """The id of the session of this case that is the next one; empty where that is one that the record only names."""
    following = next_session_at(session, case)
    return next((other.id for other in case.sessions if other.beams_delivered and other.started_at == following), "")


def _documentation(documentation: MotionDocumentation | None) -> str:
    if documentation is None:
        return "the record says nothing of its documentation"
    lacking = [name.replace("_", " ") for name in _ELEMENTS if not getattr(documentation, name)]
    if not lacking:
        return "documented in full"
    return "nothing of it documented" if len(lacking) == len(_ELEMENTS) else f"documented but for {', '.join(lacking)}"


def _approval(session: Session, case: Case) -> str:
    following, later = next_session_at(session, case), later_session(session, case)
    if following is None:
        then = "no next session recorded"
    else:
        then = f"the next session began {_moment(following)}" + (f" ({later}, of this case)" if later else "")
    approved = session.physician_review.approved_at if session.physician_review else None
    if approved is None:
        return f"not approved; {then}"
    return f"approved {_moment(approved)}, {approval_in_words(session, case)}; {then}"


def _moment(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
