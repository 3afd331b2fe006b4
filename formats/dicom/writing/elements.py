"""Values and items of DICOM objects, in the forms that their value representations allow."""

import datetime as dt
import unicodedata
from typing import Any

from pydicom.charset import default_encoding
from pydicom.dataset import Dataset
from pydicom.valuerep import format_number_as_ds

LONGEST_SHORT, LONGEST_LONG = 16, 64
"""Most characters of a short string (SH) and of a long string (LO)."""


def item(**attributes: Any) -> Dataset:  # noqa: ANN401 - whatever an attribute takes
    """An item of a sequence, by the keywords of its attributes. An attribute that is None is empty."""
    made = Dataset()
    # as it is written: no attribute's VR is looked for in the end
    made.set_original_encoding(is_implicit_vr=False, is_little_endian=True, character_encoding=default_encoding)
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def text(value: str, longest: int = LONGEST_LONG) -> str:
    """Text without what DICOM would read as something else: no backslash, no control character, at most so long."""
    kept = "".join(" " if letter == "\\" or unicodedata.category(letter)[0] == "C" else letter for letter in value)
    return kept.strip()[:longest].strip()


def number(value: float) -> str:
    """A decimal string of at most 16 characters."""
    return str(format_number_as_ds(float(value)))


def numbers(*values: float) -> list[str]:
    """Several decimal strings."""
    return [number(value) for value in values]


def day(value: dt.date) -> str:
    """A date (DA)."""
    return f"{value.year:04}{value.month:02}{value.day:02}"


def clock(value: dt.datetime) -> str:
    """A time of day (TM)."""
    whole = f"{value.hour:02}{value.minute:02}{value.second:02}"
    return f"{whole}.{value.microsecond:06}" if value.microsecond else whole


def moment(value: dt.datetime) -> str:
    """A date with its time (DT)."""
    return day(value) + clock(value)


def reference(sop_class: str, instance: str) -> Dataset:
    """A reference to an object."""
    return item(ReferencedSOPClassUID=sop_class, ReferencedSOPInstanceUID=instance)
