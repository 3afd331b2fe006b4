"""What was read of objects, fact by fact: the value, and where it comes from. Nothing of it says who the patient is."""

from dataclasses import dataclass
from typing import Literal

How = Literal["read", "derived", "missing"]


@dataclass(frozen=True)
class Fact:
    """One fact of a treatment.

    `path`: where it stands in a case. `how`: read from an attribute, derived from several, or missing. `source`: the file and the
    attribute; of what is missing, where it would stand. `note`: what a reader should know of it.
    """

    path: str
    how: How
    value: str
    source: str
    note: str = ""
