"""The table of a claim's fields on the forms, and lines that span days."""

import datetime as dt

import pytest
from msgspec import Struct
from msgspec.structs import fields

from rtconform.reference.documents.claim import Claim, ClaimLine, ClaimPatient, claim_faults
from rtconform.reference.documents.claim_forms import CLAIM_FIELDS

DAY = dt.date(2026, 4, 9)


def paths(kind: type[Struct], prefix: str = "") -> set[str]:
    """The fields of a document by their paths, those of patient and lines among them."""
    parts: dict[str, type[Struct]] = {"patient": ClaimPatient, "lines": ClaimLine}
    return {
        path
        for field in fields(kind)
        for path in (paths(parts[field.name], f"{field.name}.") if field.name in parts else {prefix + field.name})
    }


def test_every_field_of_a_claim_has_its_place_on_the_forms() -> None:
    """The table names each field of a claim once, and no other."""
    assert sorted(paths(Claim)) == sorted(row.path for row in CLAIM_FIELDS)
    assert all(row.professional and row.institutional and row.cms_1500 and row.ub_04 for row in CLAIM_FIELDS)


@pytest.mark.parametrize(
    ("last", "what"),
    [
        (DAY, None),
        (DAY + dt.timedelta(days=365), None),
        (DAY - dt.timedelta(days=1), "the line ends on 2026-04-08, before it begins on 2026-04-09"),
        (DAY + dt.timedelta(days=366), "the line spans 367 days; 366 are the most: write a line for each series"),
    ],
)
def test_days_of_a_line_are_in_order(last: dt.date, what: str | None) -> None:
    """A line that ends before it begins, or spans more than a year, is refused with its field."""
    line = ClaimLine(1, "77407", DAY, date_of_service_end=last)
    claim = Claim("test:1", "professional", ClaimPatient("SYN-1", dt.date(1953, 4, 2), "male"), (line,), place_of_service="11")
    expected = [] if what is None else [f"{what} @ $.lines[0].date_of_service_end"]
    assert expected == [str(fault) for fault in claim_faults(claim)]
