"""Cells as spreadsheets write them: numbers with a decimal part that they never had, and dates in whatever form."""

import datetime as dt
import re

from rtconform.formats.charges.charge import Moment
from rtconform.formats.settings import Dates

_FORMULA = re.compile(r'="([^"]*)"')
_NUMBER = re.compile(r"(-?[0-9]{1,9})[.,]0+")
_SERIAL = re.compile(r"([0-9]{5})(?:[.,]([0-9]{1,12}))?")
_DAY_ONE = dt.date(1899, 12, 30)

_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ]+(.*))?")
_PACKED = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{4}|[0-9]{6})?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?:[ T]+(.*))?")
_MONTH_NAMED = re.compile(r"([0-9]{1,2})[- ]([A-Za-z]{3})[a-z]*[- ]([0-9]{4}|[0-9]{2})(?: +(.*))?")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)? ?([AaPp][Mm])?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def cell(text: str) -> str:
    """A cell's text without what spreadsheets put around it: blanks, ="…", a leading apostrophe, a decimal part of zeros."""
    text = text.replace("\u00a0", " ").strip()
    if found := _FORMULA.fullmatch(text):
        text = found[1].strip()
    text = text.removeprefix("'").strip()
    number = _NUMBER.fullmatch(text)
    return number[1] if number else text


def moment(text: str, dates: Dates) -> Moment | None:
    """The day, and the time where there is one, that a cell holds; None where it is not a date."""
    try:
        return _moment(cell(text), dates)
    except (ValueError, OverflowError):
        return None


def _moment(text: str, dates: Dates) -> Moment | None:
    if found := _PACKED.fullmatch(text):
        packed = found[4] or ""
        time = dt.time(int(packed[:2]), int(packed[2:4])) if packed else None
        return Moment(dt.date(int(found[1]), int(found[2]), int(found[3])), time)
    if found := _SERIAL.fullmatch(text):
        return _of_serial(int(found[1]), found[2])
    if found := _YEAR_FIRST.fullmatch(text):
        return _with_time(dt.date(int(found[1]), int(found[2]), int(found[3])), found[4])
    if found := _YEAR_LAST.fullmatch(text):
        first, second = int(found[1]), int(found[3])
        month_first = dates == "mdy" and found[2] != "."
        month, day = (first, second) if month_first else (second, first)
        return _with_time(dt.date(_year(found[4]), month, day), found[5])
    if found := _MONTH_NAMED.fullmatch(text):
        month = _MONTHS.index(found[2].lower()) + 1
        return _with_time(dt.date(_year(found[3]), month, int(found[1])), found[4])
    return None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _with_time(day: dt.date, text: str | None) -> Moment | None:
    if not text or not text.strip():
        return Moment(day)
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    hour = int(found[1])
    if found[4]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[4].lower() == "pm" else 0)
    time = dt.time(hour, int(found[2]))
    return Moment(day, time if time != dt.time(0) else None)  # a spreadsheet shows a day without a time as midnight


def _of_serial(days: int, fraction: str | None) -> Moment:
    """A day as spreadsheets count it, with its part that has passed."""
    day = _DAY_ONE + dt.timedelta(days=days)
    if not fraction:
        return Moment(day)
    minutes = round(float(f"0.{fraction}") * 24 * 60)
    return Moment(day, dt.time(*divmod(minutes, 60))) if 0 < minutes < 24 * 60 else Moment(day)
