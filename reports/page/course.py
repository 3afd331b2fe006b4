"""The course of a session in the order in which it happened: guidance, beam-on with motion management, approval, next session."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rtconform.reference.coder.facts import next_session_at
from rtconform.reference.documents.treatment import Beam, Case, Guidance, Motion, Session
from rtconform.reports.page.matrices import in_words
from rtconform.reports.text import clip, one_line

Kind = Literal["guidance", "motion", "beam", "approved", "unapproved", "next"]

MOST_SESSIONS = 6
MOST_STEPS = 12


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
    return Course(_short(session.id), title, tuple(_steps(case, session, beams))[:MOST_STEPS])


def _steps(case: Case, session: Session, beams: dict[str, Beam]) -> Iterator[Step]:
    started = f"{session.started_at:%H:%M}"
    yield from (_guidance(act, started) for act in session.guidance if act.timing == "pre_treatment")
    if session.port_images:
        yield Step("guidance", "", f"Port images × {session.port_images}")
    if session.motion is not None and session.motion.method != "none":
        yield _motion(session.motion)
    yield _beam_on(session, beams)
    yield from (_guidance(act, "during the beam") for act in session.guidance if act.timing == "intrafraction")
    approved = session.physician_review.approved_at if session.physician_review else None
    following = next_session_at(session, case)
    coming = Step("next", _moment(session, following), "Next session") if following else None
    if approved is None:
        yield Step("unapproved", "", "Not approved by the physician")
        yield from (coming,) if coming else ()
    else:
        done = Step("approved", _moment(session, approved), "Physician approved", _late(approved, following))
        yield from (done,) if coming is None else (coming, done) if done.detail else (done, coming)
    if following is None:
        yield Step("next", "", "No session follows")


def _late(approved: dt.datetime, following: dt.datetime | None) -> str:
    return "at or after the next session's start" if following is not None and approved >= following else ""


def _guidance(act: Guidance, when: str) -> Step:
    purpose = "localized the target" if act.purpose == "target_localization" else "set the patient up"
    method = "surface guidance" if act.method == "surface" else in_words(act.method)
    return Step("guidance", when, f"{_capital(method)} {purpose}")


def _motion(motion: Motion) -> Step:
    monitor = f"monitor: {motion.monitor.replace('_', ' ')}, " if motion.monitor else "no monitor, "
    during = "monitored during the beam, " if motion.during_beam else "not monitored during the beam, "
    return Step(
        "motion", "", _capital(in_words(motion.method)), f"{monitor}{during}beam {'held' if motion.beam_hold else 'not held'}"
    )


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
