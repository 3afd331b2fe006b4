"""Segments to write: fields by number, values as HL7 v2 writes them."""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal

from rtconform.formats.hl7.segments import Separators

_USUAL = Separators()
_ESCAPED = dict(zip(_USUAL.all, "FSRET", strict=True))
_NULL = '""'
_EDGES = re.compile(r"^\s+|\s+$")
_PLAIN = re.compile(r"[A-Za-z0-9_.,()/+-]+(?: [A-Za-z0-9_.,()/+-]+)*")
"""Texts in which nothing is escaped, most of them."""

_LATIN = 0x100


def segment(name: str, fields: Mapping[int, str]) -> str:
    """A segment of values that are already as HL7 writes them. Of MSH, field 2 comes first."""
    last = max(fields)
    first = 2 if name == "MSH" else 1
    return _USUAL.field.join([name, *(fields.get(at, "") for at in range(first, last + 1))])


def components(values: Mapping[int, str]) -> str:
    """A field of several components."""
    return _USUAL.component.join(values.get(at, "") for at in range(1, max(values) + 1))


def repeated(values: list[str]) -> str:
    """A field that repeats."""
    return _USUAL.repetition.join(values)


def text(value: str) -> str:
    """A text as a value that is read as the same text; an empty one as HL7's null.

    Separators, line ends, other control characters and blanks at the ends are escaped.
    """
    if not value:
        return _NULL
    if value == _NULL:
        return '\\X22\\"'
    if _PLAIN.fullmatch(value):
        return value
    inside = "".join(_one(letter) for letter in value)
    return _EDGES.sub(lambda found: "".join(_hexadecimal(letter) for letter in found[0]), inside)


def moment(value: str | dt.datetime) -> str:
    """A time as TS: to the second where that is all there is.

    HL7 has ten thousandths; a time that is finer keeps all its digits, since to cut them could put an approval too early.
    """
    at = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    digits = f"{at.year:04}{at.month:02}{at.day:02}{at.hour:02}{at.minute:02}{at.second:02}"
    part = f"{at.microsecond:06}"
    return digits + (f".{part.removesuffix('00')}" if at.microsecond else "")


def day(value: str) -> str:
    """A date (YYYY-MM-DD) as DT."""
    return value.replace("-", "")


def number(value: float) -> str:
    """A number as NM, which knows no exponent."""
    return f"{value}" if isinstance(value, int) else f"{Decimal(repr(value)):f}".removesuffix(".0")


def _one(letter: str) -> str:
    if letter in _ESCAPED:
        return f"\\{_ESCAPED[letter]}\\"
    return _hexadecimal(letter) if ord(letter) < ord(" ") or 0x7F <= ord(letter) <= 0x9F else letter


def _hexadecimal(letter: str) -> str:
    return f"\\X{ord(letter):02X}\\" if ord(letter) < _LATIN else letter
