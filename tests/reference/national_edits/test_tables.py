"""What the tables say on a day: editions, rows with dates, and those that are shipped."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from rtconform.reference.errors import UserError
from rtconform.reference.national_edits.shipped import keep, loaded_tables, shipped_tables, tables_in_force
from rtconform.reference.national_edits.tables import Edition, MueRow, PtpRow, Tables, in_family


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


PAIRS = Edition("ptp", "practitioner", "own", day("2026-04-01"), ("own",), ptp=(
    PtpRow("77412", "77407", day("2025-01-01"), day("2025-12-31"), "0"),
    PtpRow("77412", "77407", day("2026-02-01"), None, "1"),
    PtpRow("77014", "77387", day("2026-02-01"), day("2026-02-01"), "9"),
))  # fmt: skip


@pytest.mark.parametrize(
    ("on", "indicator"),
    [
        ("2024-12-31", None),
        ("2025-01-01", "0"),
        ("2025-12-31", "0"),
        ("2026-01-01", None),
        ("2026-02-01", "1"),
        ("2027-05-05", "1"),
    ],
)
def test_a_pair_that_was_closed_and_opened_again(on: str, indicator: str | None) -> None:
    """The row whose days include the day decides; between two of them, before the first, there is none."""
    found = Tables((PAIRS,)).pair("practitioner", "77412", "77407", day(on))
    assert indicator == (found[0].indicator if found else None)


def test_indicator_9_is_never_in_force() -> None:
    """A pair that is not applicable stops nothing, on its one day neither; nor is a pair the other way round."""
    assert None is Tables((PAIRS,)).pair("practitioner", "77014", "77387", day("2026-02-01"))
    assert None is Tables((PAIRS,)).pair("practitioner", "77407", "77412", day("2026-02-01"))
    assert None is Tables((PAIRS,)).pair("hospital", "77412", "77407", day("2026-02-01"))


def test_a_shipped_pair_is_in_force_from_the_day_on_which_it_was_seen() -> None:
    """The first day is not known: from 2026-10-01 on the pair counts, before it is there, and not known to."""
    tables = shipped_tables()
    for on, known in (("2026-10-01", True), ("2026-09-30", False)):
        found = tables.pair("hospital", "77412", "77407", day(on))
        assert found is not None
        assert ("1", known) == (found[0].indicator, found[2])


@pytest.mark.parametrize(
    ("pair", "indicator"),
    [("77412/77407", "1"), ("77412/77402", "1"), ("77407/77402", "1"), ("77371/77412", "0"), ("77372/77387", "0"), ("77373/77427", "0"),
     ("77301/77387", "0"), ("77301/77407", "1"), ("77525/77402", "0"), ("G0339/77387", "0"), ("G0340/77412", "1"), ("77301/77417", "0"),
     ("77412/77387", None), ("77407/77336", None), ("77412/77427", None), ("77387/77417", None)],
)  # fmt: skip
def test_the_pairs_that_are_known(pair: str, indicator: str | None) -> None:
    """Pairs of the hospitals' table, and pairs that it does not have."""
    first, _, second = pair.partition("/")
    found = shipped_tables().pair("hospital", first, second, day("2026-10-14"))
    assert indicator == (found[0].indicator if found else None)


@pytest.mark.parametrize("setting", ["hospital", "practitioner"])
def test_the_units_that_are_known(setting: Any) -> None:
    """Two of delivery and guidance, more where documented; one of port images and management."""
    found = {
        code: shipped_tables().most_units(setting, code, day("2026-10-01"))
        for code in ("77402", "77407", "77412", "77387", "77417", "77427")
    }
    assert [(2, 3)] * 4 + [(1, 2)] * 2 == [(row.units, row.mai) for row, _ in filter(None, found.values())]
    assert None is shipped_tables().most_units(setting, "77014", day("2026-10-01"))


def test_what_is_shipped_says_where_it_comes_from() -> None:
    """Each edition has its provenance and rows of the family alone; the practitioners' pairs are not among them."""
    editions = shipped_tables().editions
    assert all("mirror" in one.provenance and one.size for one in editions)
    codes = {code for one in editions for row in (*one.ptp, *one.mue, *one.status, *one.fees) for code in _codes(row)}
    assert all(in_family(code) for code in codes)
    assert [("ptp", "hospital")] == [(one.kind, one.setting) for one in editions if one.kind == "ptp"]


def _codes(row: Any) -> tuple[str, ...]:
    return (row.column1, row.column2) if isinstance(row, PtpRow) else (row.code,)


def test_loaded_editions_stand_for_shipped_ones(tmp_path: Path) -> None:
    """Parts of one edition are put together, also when they are loaded one after the other; nothing else of what is shipped goes."""
    part = Edition("mue", "practitioner", "2026 Q4", day("2026-10-01"), ("a",), mue=(MueRow("77412", 5, 3),))
    other = Edition("mue", "practitioner", "2026 Q4", day("2026-10-01"), ("b",), mue=(MueRow("77407", 4, 3),))
    keep((part,), tmp_path / "own")
    keep((other, PAIRS), tmp_path / "own")
    tables = tables_in_force(tmp_path / "own")
    found = [tables.most_units("practitioner", code, day("2026-10-01")) for code in ("77412", "77407")]
    assert [5, 4] == [row.units for row, _ in filter(None, found)]
    assert None is tables.most_units("practitioner", "77402", day("2026-10-01"))
    assert None is not tables.most_units("hospital", "77402", day("2026-10-01"))
    assert None is not tables.pair("practitioner", "77412", "77407", day("2026-10-01"))
    assert tables_in_force(tmp_path / "none") is shipped_tables()


def test_a_folder_that_holds_something_else(tmp_path: Path) -> None:
    """A file that is not a loaded table is reported with its name and what to do."""
    (tmp_path / "x.json").write_text("[]")
    with pytest.raises(UserError, match=r"x\.json.*[\s\S]*load CMS's file again"):
        loaded_tables(tmp_path)
