"""Claim adjustment reason codes: their dates, and what the categories give."""

import datetime as dt

import pytest

from rtconform.reference.editor.categories import CATEGORIES
from rtconform.reference.editor.reason_codes import list_of, out_of_use, reason_codes, used_codes

FIRST_DAY = dt.date(2026, 1, 1)


def test_what_a_category_gives_is_in_use_from_the_first_day_of_the_rules() -> None:
    """Each code of each category began before 2026 and was not stopped; each has words of our own, and none is there for nothing."""
    given = {code for row in CATEGORIES.values() for code in row.carcs}
    assert given == set(used_codes())
    assert all(code.since < FIRST_DAY and code.stopped is None and code.says for code in used_codes().values())


@pytest.mark.parametrize(
    ("code", "since", "stopped"),
    [
        ("18", dt.date(1995, 1, 1), None),
        ("151", dt.date(2002, 10, 31), None),
        ("222", dt.date(2008, 6, 1), None),
        ("236", dt.date(2011, 1, 30), None),
        ("17", dt.date(1995, 1, 1), dt.date(2009, 7, 1)),
    ],
)
def test_dates_are_those_of_the_published_list(code: str, since: dt.date, stopped: dt.date | None) -> None:
    """First day and stop of codes that were looked up by hand."""
    found = reason_codes()[code]
    assert (since, stopped) == (found.since, found.stopped)


def test_the_list_is_whole() -> None:
    """The list of 2024-06-18 has 405 codes, of which 110 were stopped, each after it began."""
    codes = reason_codes().values()
    assert (dt.date(2024, 6, 18), 405, 110) == (list_of()[0], len(codes), sum(code.stopped is not None for code in codes))
    assert all(code.stopped is None or code.since <= code.stopped for code in codes)


def test_a_stopped_code_is_out_of_use_from_its_day_on() -> None:
    """The day before the stop it may be given, on the day not; a living code, and one that the list lacks, may."""
    assert "" == out_of_use("17", dt.date(2009, 6, 30))
    assert "CARC 17 was stopped on 2009-07-01, before the service" == out_of_use("17", dt.date(2009, 7, 1))
    assert ["", ""] == [out_of_use(code, FIRST_DAY) for code in ("97", "Z99")]
    assert "1995-01-01 to 2009-06-30" == reason_codes()["17"].dates
