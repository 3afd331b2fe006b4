"""The lines of a claim day by day: a line that spans days is on each of them, with the units of that day.

The days of a line and its units say no more than that; where the record is there, it says how many sessions each day had.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from rtconform.reference.codes import GUIDANCE_CODE, PROFESSIONAL
from rtconform.reference.documents.claim import Claim, ClaimLine, Treatment

SessionsOn = Callable[[dt.date], int]
"""How many sessions with beams the record has of a day."""


def days_of(line: ClaimLine) -> Iterator[dt.date]:
    """The days of a line, the first one first."""
    return (line.date_of_service + dt.timedelta(days=number) for number in range(line.days))


def by_day(lines: Iterable[ClaimLine], sessions_on: SessionsOn | None) -> dict[dt.date, list[ClaimLine]]:
    """The lines of each day, with their units of that day; `sessions_on` None: there is no record.

    Without a record the units are spread evenly, and what is left over is not looked at here (`uneven`): 5 units on 3 days are 1
    a day. A line with fewer units than days is on as many days as it has units.
    """
    found: dict[dt.date, list[ClaimLine]] = {}
    for line in lines:
        for day, units in _evenly(line) if sessions_on is None else _as_delivered(line, sessions_on):
            one_day = line if line.days == 1 else replace(line, date_of_service=day, date_of_service_end=None, units=units)
            found.setdefault(day, []).append(one_day)
    return found


def uneven(line: ClaimLine) -> bool:
    """Whether the units of a line that spans days don't come out even: some day has one more than another, or none."""
    return line.units % line.days > 0


def sessions_by_day(record: Treatment) -> SessionsOn:
    """How many sessions with beams the record has, by day."""

    def count(day: dt.date) -> int:
        return sum(bool(session.beams_delivered) and session.started_at.date() == day for session in record.sessions)

    return count


def session_day_of_reading(claim: Claim, line: ClaimLine) -> dt.date | None:
    """The day of the session of which this line bills the reading, where the line is dated when the physician read.

    None: the line is of no professional part, the claim has no record, or a session of the record is of the line's own day.
    """
    if claim.treatment is None or line.code != GUIDANCE_CODE or PROFESSIONAL not in line.modifiers or line.days > 1:
        return None
    day, sessions = line.date_of_service, claim.treatment.sessions
    if any(session.started_at.date() == day for session in sessions):
        return None
    for session in sessions:
        approved = session.physician_review and session.physician_review.approved_at
        if approved and approved.date() == day:
            return session.started_at.date()
    return None


def _evenly(line: ClaimLine) -> Iterator[tuple[dt.date, int]]:
    each = max(1, line.units // line.days)
    for number, day in enumerate(days_of(line)):
        if number < line.units:
            yield day, each


def _as_delivered(line: ClaimLine, sessions_on: SessionsOn) -> Iterator[tuple[dt.date, int]]:
    """As many units a day as there were sessions; what is left over is billed on the last of these days."""
    shares: dict[dt.date, int] = {}
    left = line.units
    for day in days_of(line):
        if due := min(left, sessions_on(day)):
            shares[day] = due
            left -= due
    last = next(reversed(shares), line.date_of_service)
    if left:
        shares[last] = shares.get(last, 0) + left
    yield from shares.items()
