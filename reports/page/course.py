"""The course of a session in the order in which it happened: guidance, beam-on with motion management, approval, next session."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from rtconform.conformance.coder.record_in_words import approval_in_words, later_session, motion_in_words, says_of_motion
from rtconform.reference.coder.facts import approval_state, next_session_at
from rtconform.reference.documents.treatment import Beam, Case, Guidance, Motion, Session
from rtconform.reports.page.matrices import in_words
from rtconform.reports.text import clip, one_line

Kind = Literal["guidance", "motion", "beam", "approved", "unapproved", "next"]

MOST_SESSIONS = 6
LONGEST_DETAIL = 400
MOST_IMAGES = 6
"""How many different acts of guidance are drawn, before the beam and during it."""


@dataclass(frozen=True)
class Step:
    """One thing that happened: when ("" where the record does not say), what, and a detail in smaller type."""

    kind: Kind
    when: str
    what: str
    detail: str = ""


@dataclass(frozen=True)
class Course:
    """One session and what happened in it."""

    session: str
    title: str
    steps: tuple[Step, ...]


def courses(case: Case) -> tuple[Course, ...]:
    """The course of each session, in the case's order."""
    beams = {beam.id: beam for plan in case.plans for beam in plan.beams}
    return tuple(_course(case, session, beams) for session in case.sessions[:MOST_SESSIONS])


def plan_lines(case: Case) -> tuple[str, ...]:
    """A line for each plan: label, technique, dose, diagnosis, and the evidence of planning."""
    return tuple(_plan_lines(case))


def _plan_lines(case: Case) -> Iterator[str]:
    for plan in case.plans[:MOST_SESSIONS]:
        planning = plan.planning
        dose = f"{plan.dose_gy:g} Gy" if plan.dose_gy is not None else ""
        if dose and plan.fractions:
            dose += f" in {plan.fractions}"
        evidence = (
            f"imaging {planning.volumetric_imaging}" if planning.volumetric_imaging else "no volumetric imaging",
            f"targets {', '.join(planning.targets[:4])}" if planning.targets else "no target",
            f"organs at risk {', '.join(planning.organs_at_risk[:6])}" if planning.organs_at_risk else "no organ at risk",
            "DVH evaluated" if planning.dvh_evaluated else "no DVH",
            *(("inverse optimised",) if planning.inverse_optimized else ()),
        )
        parts = (plan.label or plan.site, in_words(plan.technique), dose, plan.diagnosis, plan.intent, *evidence)
        yield f"{_short(plan.id)}: {'; '.join(_short(part) for part in parts if part)}"


def _course(case: Case, session: Session, beams: dict[str, Beam]) -> Course:
    fraction = f"fraction {session.fraction}, " if session.fraction else ""
    title = f"{fraction}{session.started_at:%Y-%m-%d %H:%M}"
    return Course(_short(session.id), title, tuple(_steps(case, session, beams)))


def _steps(case: Case, session: Session, beams: dict[str, Beam]) -> Iterator[Step]:
    started = f"{session.started_at:%H:%M}"
    yield from _guidance([act for act in session.guidance if act.timing == "pre_treatment"], started)
    if session.port_images:
        yield Step("guidance", "", f"Port images × {session.port_images}")
    if session.motion is not None and says_of_motion(session.motion):
        yield _motion(session.motion)
    yield _beam_on(session, beams)
    yield from _guidance([act for act in session.guidance if act.timing == "intrafraction"], "during the beam")
    approved = session.physician_review.approved_at if session.physician_review else None
    following = next_session_at(session, case)
    later = later_session(session, case)
    which = f"{_short(later)}, of this case" if later else ""
    coming = Step("next", _moment(session, following), "Next session", which) if following else None
    if approved is None:
        yield Step("unapproved", "", "Not approved by the physician")
        yield from (coming,) if coming else ()
    else:
        done = Step("approved", _moment(session, approved), "Physician approved", approval_in_words(session, case))
        late = approval_state(session, following) == "late"
        yield from (done,) if coming is None else (coming, done) if late else (done, coming)
    if following is None:
        yield Step("next", "", "No session follows")


def _guidance(acts: Iterable[Guidance], when: str) -> Iterator[Step]:
    """The acts, those that say the same as one."""
    done = list(Counter(map(_act, acts)).items())
    for what, times in done[:MOST_IMAGES]:
        yield Step("guidance", when, f"{what} × {times}" if times > 1 else what)
    if len(done) > MOST_IMAGES:
        yield Step("guidance", when, f"and {len(done) - MOST_IMAGES} other kinds of guidance")


def _act(act: Guidance) -> str:
    purpose = "localized the target" if act.purpose == "target_localization" else "set the patient up"
    method = "surface guidance" if act.method == "surface" else _short(in_words(act.method))
    return f"{_capital(method)} {purpose}"


def _motion(motion: Motion) -> Step:
    what = "Motion management: none" if motion.method == "none" else _capital(_short(in_words(motion.method)))
    return Step("motion", "", what, _capital(clip(one_line(motion_in_words(motion)), LONGEST_DETAIL)))


def _beam_on(session: Session, beams: dict[str, Beam]) -> Step:
    if not session.beams_delivered:
        return Step("beam", "", "No beam delivered")
    kinds = dict.fromkeys(
        f"{_short(beam.energy or beam.radiation)} {_short(beam.delivery)}".strip()
        for beam_id in session.beams_delivered
        if (beam := beams.get(beam_id)) is not None
    )
    named = ", ".join(_short(beam) for beam in session.beams_delivered[:8])
    more = f" and {len(session.beams_delivered) - 8} more" if len(session.beams_delivered) > 8 else ""
    number = len(session.beams_delivered)
    detail = f"{named}{more} ({', '.join(list(kinds)[:4]) or 'of no plan'})"
    return Step("beam", f"{session.started_at:%H:%M}", f"Beam on: {number} beam{'s' if number > 1 else ''}", detail)


def _moment(session: Session, moment: dt.datetime) -> str:
    return f"{moment:%H:%M}" if moment.date() == session.started_at.date() else f"{moment:%b} {moment.day}, {moment:%H:%M}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _short(text: str) -> str:
    return clip(one_line(text), 80)
