"""The clinic's calendar: the days on which it treats, and the working day after each.

Weekdays of 2026 without the six holidays on which United States clinics close. The first day of the year is not a treatment day,
but the codes of 2026 hold from it on: suites name it on purpose, and urgent cases are treated on it.
"""

import datetime as dt
from functools import cache

LAST_OF_2025 = dt.date(2025, 12, 31)
FIRST_OF_2026 = dt.date(2026, 1, 1)

_HOLIDAYS = frozenset(
    (dt.date(2027, 1, 1), *(dt.date(2026, month, day) for month, day in ((1, 1), (5, 25), (7, 3), (9, 7), (11, 26), (12, 25))))
)
_DAY = dt.timedelta(days=1)
_MINUTES = tuple(dt.time(minute // 60, minute % 60) for minute in range(24 * 60))


@cache
def day_after(day: dt.date, days: int) -> dt.date:
    """The first treatment day from `days` days after `day` on."""
    later = day + days * _DAY
    return later if _treats(later) else day_after(later, 1)


def at(day: dt.date, minute: int) -> dt.datetime:
    """The time on that day, by its minutes after midnight."""
    return dt.datetime.combine(day, _MINUTES[minute])


def _treats(day: dt.date) -> bool:
    return day.weekday() < 5 and day not in _HOLIDAYS


DAYS_OF_2026 = tuple(day for number in range(365) if _treats(day := FIRST_OF_2026 + number * _DAY))
"""The days of 2026 on which the clinic treats."""
