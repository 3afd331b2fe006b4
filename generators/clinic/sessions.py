"""What happened in the sessions of a day: guidance, motion management, couch correction, port images, the physician's review.

This is the part of a case that only the combination decides, whatever the disease. Parts that recur are made once and shared.
"""

import datetime as dt
from collections.abc import Sequence
from functools import cache
from itertools import product
from typing import cast

from rtconform.generators.clinic.calendar import at, day_after
from rtconform.generators.randomness import Draw
from rtconform.generators.space.space import Combination
from rtconform.reference.documents.treatment import (
    Guidance,
    Monitor,
    Motion,
    MotionDocumentation,
    PhysicianReview,
    Purpose,
    Session,
    Timing,
    Vector,
)

_SOONEST_REVIEW = 15  # minutes after the session began: its images are then complete
_LATEST_REVIEW = 20 * 60  # minutes after midnight
_JUST_IN_TIME, _JUST_LATE = 1 / 20, 1 / 8  # shares of approvals a minute before the next session began, and as it began
_MINUTE = dt.timedelta(minutes=1)

SYSTEMS: dict[str, tuple[str, ...]] = {
    "optical_surface": ("surface camera", "three-pod surface imaging"),
    "fiducial_imaging": ("triggered kV imaging of gold markers", "stereoscopic imaging of implanted markers"),
    "em_transponder": ("electromagnetic transponder array",),
    "spirometry": ("spirometer with breathing coach", "active breathing control"),
    "mr_cine": ("cine MR of the treatment machine",),
    "external_marker": ("infrared camera with marker block", "respiratory belt"),
}
"""What a record calls the system behind each monitor: kinds, no products."""

_NO_REVIEW = PhysicianReview()
_SHIFTS = tuple(product(range(-5, 6), repeat=3))
"""Small corrections, in tenths of a millimetre."""


def sessions_of(
    combination: Combination,
    delivered: tuple[str, ...],
    starts: Sequence[dt.datetime],
    resumes: dt.datetime,
    fraction: int,
    draw: Draw,
) -> tuple[Session, ...]:
    """The sessions that begin at `starts`, in each of which the beams `delivered` were treated, the first of them as `fraction`.

    `resumes` is when the next day's session begins, or would begin if this were not the last day.
    """
    last = combination["course"] == "last_session"
    following = (*starts[1:], None if last else resumes)
    motion = motion_of(combination["motion"], combination["monitor"], combination["control"], int(draw() * 8))
    guidance = guidance_of(combination["guidance"], combination["purpose"], combination["timing"])
    sessions: list[Session] = []
    for start in starts:
        number = len(sessions)
        after = following[number]
        session = Session(
            f"S{number + 1}",
            start,
            fraction + number,
            delivered,
            guidance,
            motion,
            couch_shift(combination["couch"], draw),
            0 if combination["port_images"] == "none" else 1 + int(draw() * 4),
            review(combination["approval"], start, after, resumes, draw),
            after,
        )
        sessions.append(session)
    return tuple(sessions)


@cache
def guidance_of(guidance: str, purpose: str, timing: str) -> tuple[Guidance, ...]:
    """The acts of guidance that these values of the space stand for."""
    if guidance == "none":
        return ()
    methods = guidance.split("+")
    purposes = ("target_localization", "patient_setup") if purpose == "both" else (purpose, purpose)
    if timing == "both" and len(methods) == 1:
        methods *= 2
    times = ("pre_treatment", "intrafraction") if timing == "both" else (timing, timing)
    return tuple(
        Guidance(method, cast("Purpose", aim), cast("Timing", time))
        for method, aim, time in zip(methods, purposes, times, strict=False)
    )


@cache
def motion_of(motion: str, monitor: str, control: str, document: int) -> Motion:
    """The motion record that these values of the space stand for; `document` chooses how much its documentation says."""
    if monitor == "none":
        return Motion(motion)
    names = SYSTEMS[monitor]
    name = names[document % len(names)]
    record = MotionDocumentation(medical_necessity=True, system=name, thresholds=True, monitoring=True, beam_rule=True)
    return Motion(
        motion,
        cast("Monitor", monitor),
        during_beam=control != "off",
        beam_hold=control == "held",
        documentation=record if document % 4 else None,
    )


def couch_shift(couch: str, draw: Draw) -> Vector | None:
    """A couch correction, in tenths of a millimetre."""
    if couch == "none":
        return None
    x, y, z = _SHIFTS[int(draw() * len(_SHIFTS))]
    if couch == "within_1_mm":
        return (x / 10, y / 10, z / 10)
    far = 11 + int(draw() * 60)
    return (8 * x / 10, 6 * y / 10, (far if z < 0 else -far) / 10)


def review(approval: str, start: dt.datetime, after: dt.datetime | None, resumes: dt.datetime, draw: Draw) -> PhysicianReview:
    """The physician's review of the session that began at `start`.

    `after` is when the next session begins (None: there is none), `resumes` when one would begin on the next treatment day.
    """
    if approval == "none":
        return _NO_REVIEW
    place = draw()
    if approval == "late":
        due = after or resumes
        return PhysicianReview(due if place < _JUST_LATE else _later(due, draw))
    if after is not None and place < _JUST_IN_TIME:
        return PhysicianReview(after - _MINUTE)
    end = _LATEST_REVIEW
    if after is not None and after.date() == start.date():
        end = min(_minute(after), end)
    return PhysicianReview(_between(_minute(start) + _SOONEST_REVIEW, end, start, draw))


def _later(due: dt.datetime, draw: Draw) -> dt.datetime:
    """The same evening, or at the same time one or two days on."""
    days = int(draw() * 3)
    if days:
        return at(day_after(due.date(), days), _minute(due) + int(draw() * 60))
    return _between(_minute(due), _LATEST_REVIEW, due, draw)


def _between(first: int, end: int, day: dt.date, draw: Draw) -> dt.datetime:
    """A minute of `day` from `first` on and before `end`."""
    return at(day, first + int(draw() * (end - first)))


def _minute(time: dt.datetime) -> int:
    """The minute of its day."""
    return time.hour * 60 + time.minute
