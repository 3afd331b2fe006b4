"""What real exports have beside what a case says. No verdict may depend on it."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Realism:
    """Traits of an export.

    - `setup_beams`: each plan has a set-up beam, delivered before the first treatment beam, that must not be counted.
    - `all_points`: a treatment record has every control point of the plan; else the first and the last, as most have.
    - `repeated_isocenter`: every control point of a plan repeats the isocenter; else only the first says it.
    - `tolerance_table`: plans have one.
    - `private_tags`: objects have a private block.
    - `scattered`: objects come, and are named, in an order that follows from nothing; else plans come before records.
    - `interrupted`: the first beam of a session was interrupted: a partial record and its completion, in place of one record.
      Of brachytherapy there is one all the same.
    """

    setup_beams: bool = True
    all_points: bool = False
    repeated_isocenter: bool = False
    tolerance_table: bool = True
    private_tags: bool = False
    scattered: bool = False
    interrupted: bool = False


PLAIN = Realism(setup_beams=False, tolerance_table=False)
"""Nothing beside what the case says."""


def realism_of(name: str) -> Realism:
    """The traits of an export by this text: they vary, and are always the same for one text."""
    bits = hashlib.sha256(b"realism " + name.encode()).digest()[0]
    traits = [bool(bits >> place & 1) for place in range(6)]
    return Realism(*traits, *[bits >> 6 == 0])  # sessions of one case in four are interrupted


def scattered(text: str, count: int) -> list[int]:
    """The places of objects in an order of their own for each text, the same whenever it is asked for, and never as they were."""
    found = sorted(range(count), key=lambda place: hashlib.sha256(f"order {place} {text}".encode()).digest())
    return found if found != [*range(count)] else found[::-1]
