"""What stands in an element of X12: dates, whole numbers and amounts, each None where the text is not one."""

import datetime as dt
import re
from decimal import Decimal


def day_of(text: str) -> dt.date | None:
    """A date, CCYYMMDD."""
    if not re.fullmatch(r"[0-9]{8}", text):
        return None
    try:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def whole(text: str) -> int | None:
    """A whole number of at most six digits."""
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else None


def amount(text: str) -> Decimal | None:
    """An amount, as type R writes it: 12, 12.5, -.50."""
    if not re.fullmatch(r"-?([0-9]{1,15}(\.[0-9]{0,6})?|\.[0-9]{1,6})", text):
        return None
    return Decimal(text)


def units_of(text: str) -> int | None:
    """The units of a line, 1 to 999: 1, 1.0; empty is 1."""
    value = amount(text or "1")
    if value is None or value != value.to_integral_value() or not 1 <= value <= 999:
        return None
    return int(value)
