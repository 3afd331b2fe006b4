"""Claims of which a public source says what is right, one by one: what has to be stopped, what has to be allowed, what is open.

Each names its source: the publication that the rules cite, by heading (ACRO), a national table, a place or a stay by CMS's manual, or
a payer's notice. The claims are our own; no source is quoted.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace

from rtconform.reference.documents.claim import Claim
from rtconform.reference.editor.editor import adjudicate
from tests.reference.editor.test_national import claim

SPRING, AUTUMN = dt.date(2026, 4, 9), dt.date(2026, 10, 14)


@dataclass(frozen=True)
class Public:
    """A claim's lines in short, and for each what is right: + allow, - stop, ? either. `head`: what its form says else."""

    source: str
    lines: str
    right: str
    form: str = "hospital"
    payer: str = "medicare"
    day: dt.date = SPRING
    head: tuple[tuple[str, Any], ...] = ()

    def claim(self) -> Claim:
        asked = claim(*self.lines.split(", "), day=self.day, payer=self.payer, form=self.form)
        return replace(asked, **dict(self.head))


def office(place: str) -> tuple[tuple[str, Any], ...]:
    return (("place_of_service", place),)


INPATIENT = (("stay", "inpatient"),)
PART_A = (("stay", "skilled_nursing_part_a"),)

# fmt: off
PUBLIC = [
    Public("ACRO, External Beam: level 1 is billed", "77402", "+"),
    Public("ACRO, External Beam: level 2 is billed", "77407", "+"),
    Public("ACRO, External Beam: level 3 is billed", "77412", "+"),
    Public("ACRO, External Beam: by a freestanding centre too", "77412", "+", "office"),
    Public("ACRO, A Bit of History: 77385 is gone", "77385", "-"),
    Public("ACRO, A Bit of History: 77386 is gone", "77386", "-"),
    Public("ACRO, A Bit of History: G6015 is gone", "G6015", "-", "office"),
    Public("ACRO, A Bit of History: G6003 is gone", "G6003", "-", "office"),
    Public("ACRO, IGRT: 77014 is gone", "77014", "-", "office"),
    Public("ACRO, IGRT: G6002 is gone", "G6002", "-", "office"),
    Public("ACRO, A Bit of History: 77385 of the year before is outside the rules", "77385", "?", day=dt.date(2025, 12, 31)),
    Public("ACRO, External Beam: surface treatment's code before its first day", "77436", "-", "office", day=dt.date(2025, 12, 31)),
    Public("ACRO, IGRT: the professional part beside delivery", "77412, 77387-26", "++", "office"),
    Public("ACRO, IGRT: the technical part is in the delivery code", "77412, 77387-TC", "+-", "office"),
    Public("ACRO, IGRT: bare 77387 on a hospital's claim", "77407, 77387", "+-"),
    Public("ACRO, IGRT: port images are in the delivery code", "77407, 77417", "+-"),
    Public("ACRO, IGRT: port images at a centre too", "77407, 77417", "+-", "office"),
    Public("ACRO, IGRT: a centre's claim for both parts, without modifier", "77412, 77387", "+?", "office"),
    Public("ACRO, IGRT: the physician of a hospital's patients", "77387-26", "+", "office", head=office("22")),
    Public("ACRO, IGRT: off campus", "77387-26", "+", "office", head=office("19")),
    Public("ASTRO, I Got Denied: 77387 at 19 and 22 was denied by a contractor's error", "77387-26, 77387-26-76", "++", "office", head=office("19")),
    Public("ACRO, Level 3: delivery has no professional part", "77412-26", "-"),
    Public("ACRO, Level 3: delivery has no technical part either", "77412-TC", "-", "office"),
    Public("ACRO, IGRT: delivery is the hospital's, not its physician's", "77412", "-", "office", head=office("22")),
    Public("ACRO, IGRT: nor off campus", "77407", "-", "office", head=office("19")),
    Public("ACRO, Surface Guidance: two sessions of a day, told apart by 59", "77412, 77412-59", "++"),
    Public("ACRO, Surface Guidance: by 76", "77407, 77407-76", "++", "office"),
    Public("ACRO, Surface Guidance: as two units", "77402 x2", "+"),
    Public("ACRO, Surface Guidance: three sessions of a day without a record", "77412 x3", "-"),
    Public("ACRO, Surface Guidance: guidance of the second session too", "77387-26, 77387-26-77", "++", "office"),
    Public("ACRO, Surface Guidance: three of guidance on one line", "77387-26 x3", "-", "office"),
    Public("CMS, Place of Service: an inpatient's professional part", "77387-26", "+", "office", head=office("21")),
    Public("CMS, Place of Service: a nursing facility's patient", "77387-26", "+", "office", head=office("31")),
    Public("CMS, Place of Service: one without Part A", "77387-26", "+", "office", head=office("32")),
    Public("CMS, Place of Service: no delivery in an inpatient hospital on this form", "77407", "-", "office", head=office("21")),
    Public("Noridian, Radiation Oncology: 24 among the places", "77407", "?", "office", head=office("24")),
    Public("Claims Processing Manual, chapter 13, 20.2.1: an inpatient's delivery by a centre", "77412", "-", "office", head=INPATIENT),
    Public("Claims Processing Manual, chapter 13, 20.1: the professional part stays payable", "77387-26", "+", "office",
           head=(*INPATIENT, *office("21"))),
    Public("Claims Processing Manual, chapter 6, 20.1.2: Part A, by a centre", "77407", "-", "office", head=PART_A),
    Public("Claims Processing Manual, chapter 6, 20.1.2: Part A, by a hospital", "77407", "+", head=PART_A),
    Public("NCCI PTP: two levels of a day, not separated", "77412, 77407", "?-", day=AUTUMN),
    Public("NCCI PTP: separated by 59", "77412, 77407-59", "++", day=AUTUMN),
    Public("NCCI PTP: 76 separates no codes", "77412, 77407-76", "?-", day=AUTUMN),
    Public("NCCI PTP: on two days", "77412, 77407 +1", "++", day=AUTUMN),
    Public("NCCI PTP: stereotactic treatment over delivery, whatever the modifier", "77373, 77412-59", "?-", day=AUTUMN),
    Public("NCCI PTP: another payer may and need not", "77373, 77412", "??", payer="commercial", day=AUTUMN),
    Public("NCCI MUE: two units of a day", "77412 x2", "+", day=AUTUMN),
    Public("UnitedHealthcare from 2026-03-01: 26 is required", "77412, 77387", "+-", "office", "unitedhealthcare"),
    Public("UnitedHealthcare before: either form", "77412, 77387", "+?", "office", "unitedhealthcare", dt.date(2026, 2, 27)),
]
# fmt: on


def right(asked: Claim) -> str:
    """What the reference makes of each line: + has to be allowed, - has to be stopped, ? either."""
    found = adjudicate(asked).lines
    return "".join(
        "?" if line.disposition != "allow" and "allow" in line.accepted else "-" if line.disposition != "allow" else
        "?" if line.accepted else "+"
        for line in found
    )  # fmt: skip


@pytest.mark.parametrize("public", PUBLIC, ids=lambda public: public.source)
def test_a_public_claim_gives_what_its_source_says(public: Public) -> None:
    """Line by line."""
    assert public.right == right(public.claim())


def test_there_are_enough_of_them() -> None:
    """At least 43, of which a third has to be allowed whole, and each source stands once."""
    assert len(PUBLIC) >= 43
    assert len({public.source for public in PUBLIC}) == len(PUBLIC)
    assert sum(set(public.right) == {"+"} for public in PUBLIC) > len(PUBLIC) / 3
