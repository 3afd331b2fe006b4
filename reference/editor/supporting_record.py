"""The plainest record that supports a claim: what a treatment would have to show for its lines to be right.

It is made to try what a record would change; it says nothing of any treatment that was given.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

from rtconform.reference.codes import DELIVERY_CODES, GUIDANCE_CODE, level
from rtconform.reference.documents.claim import Claim, ClaimLine, Treatment
from rtconform.reference.documents.treatment import Beam, Guidance, Isocenter, PhysicianReview, Plan, Planning, Session
from rtconform.reference.editor.days import days_of

MOST_SESSIONS = 24
"""How many sessions a record that is made has at most."""

_FIRST_HOUR = 8
_APART = dt.timedelta(minutes=30)
_PLANNED = Planning("ct", ("PTV",), ("lung",), dvh_evaluated=True)
_ISOCENTERS = (Isocenter("ISO1", (0.0, 0.0, 0.0)), Isocenter("ISO2", (0.0, 0.0, 100.0)))
_PLANS = (
    Plan("electrons", "electron", (Beam("E1", "electron", "ISO1"),)),
    Plan("one", "3d_crt", (Beam("P1", "photon", "ISO1"),), planning=_PLANNED),
    Plan("two", "3d_crt", (Beam("P2", "photon", "ISO2"),), planning=_PLANNED),
)
_BEAMS: dict[int | None, tuple[str, ...]] = {1: ("E1",), 2: ("P1",), 3: ("P1", "P2")}
"""What is delivered for each level: electrons; photons at one isocenter; photons at two."""


def record_as_billed(claim: Claim) -> Treatment | None:
    """A session for each unit of delivery, or of guidance where there are more of these, on each day of the claim.

    None: no line is of this family, or there would be too many sessions.
    """
    return _record({day: _levels(lines, day) for day, lines in _by_day(claim).items()})


def one_session_a_day(claim: Claim) -> Treatment | None:
    """The same with the first session of each day alone; None also where that is all there are."""
    levels = {day: _levels(lines, day) for day, lines in _by_day(claim).items()}
    if all(len(its) < 2 for its in levels.values()):
        return None
    return _record({day: its[:1] for day, its in levels.items()})


def _by_day(claim: Claim) -> dict[dt.date, list[ClaimLine]]:
    found: dict[dt.date, list[ClaimLine]] = {}
    for line in claim.lines:
        if line.code in (*DELIVERY_CODES, GUIDANCE_CODE):
            for day in days_of(line):
                found.setdefault(day, []).append(line)
    return dict(sorted(found.items()))


def _levels(lines: Sequence[ClaimLine], day: dt.date) -> list[int]:
    """The level of each session of a day; guidance alone is of sessions of level 2."""
    delivery = [number for line in lines if line.code in DELIVERY_CODES for number in _times(line, day)]
    guidance = sum(len(list(_times(line, day))) for line in lines if line.code == GUIDANCE_CODE)
    return [*delivery, *[2] * (guidance - len(delivery))]


def _times(line: ClaimLine, day: dt.date) -> Iterator[int]:
    each, more = divmod(line.units, line.days)
    late = (day - line.date_of_service).days
    for _ in range(min(each + (late < more), MOST_SESSIONS + 1)):
        yield level(line.code) or 2


def _record(levels: dict[dt.date, list[int]]) -> Treatment | None:
    if not 0 < sum(map(len, levels.values())) <= MOST_SESSIONS:
        return None
    sessions: list[Session] = []
    for day, its in levels.items():
        for number, one in enumerate(its):
            begun = dt.datetime.combine(day, dt.time(_FIRST_HOUR)) + number * _APART
            approved = PhysicianReview(begun + _APART / 2)
            guided = (Guidance("cbct", "target_localization"),)
            sessions.append(Session(f"S{len(sessions) + 1}", begun, None, _BEAMS[one], guided, physician_review=approved))
    return Treatment(_ISOCENTERS, _PLANS, tuple(sessions))
