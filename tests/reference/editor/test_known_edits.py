"""The pairs and units that are known by name, one by one, against the tables that are shipped."""

import datetime as dt
from itertools import product

import pytest

from rtconform.reference.editor.editor import adjudicate
from rtconform.reference.national_edits.shipped import shipped_tables
from rtconform.reference.national_edits.tables import TableSetting
from tests.reference.editor.test_national import claim

DELIVERY = ("77402", "77407", "77412")
STEREOTACTIC = ("77371", "77372", "77373")
PROTONS = ("77520", "77522", "77523", "77525")
ROBOTIC = ("G0339", "G0340")
BEFORE, FIRST, LATER = dt.date(2026, 9, 30), dt.date(2026, 10, 1), dt.date(2026, 10, 14)

KNOWN = {
    ("77412", "77407"): "1",
    ("77412", "77402"): "1",
    ("77407", "77402"): "1",
    **dict.fromkeys(product(STEREOTACTIC, ("77387", *DELIVERY, "77427")), "0"),
    ("77301", "77387"): "0",
    ("77301", "77417"): "0",
    **dict.fromkeys(product(("77301",), DELIVERY), "1"),
    **dict.fromkeys(product(PROTONS, DELIVERY), "0"),
    **dict.fromkeys(product(ROBOTIC, ("77387",)), "0"),
    **dict.fromkeys(product(ROBOTIC, DELIVERY), "1"),
}
"""Column 1 and column 2 with the indicator, as the reading of the rules lists them."""

UNPAIRED = [
    *product((*DELIVERY, "77387"), ("77280", "77290", "77334", "77336", "77338", "77417", "77427")),
    *product(DELIVERY, ("77387",)),
]
"""Services of which no pair has both: they stand beside each other on a day."""


@pytest.mark.parametrize("pair", KNOWN, ids="/".join)
def test_a_known_pair(pair: tuple[str, str]) -> None:
    """The shipped row has its columns this way round and its indicator, from its first day on, and stops column 2 then."""
    tables = shipped_tables()
    found = tables.pair("hospital", *pair, LATER)
    assert found is not None
    assert (KNOWN[pair], True) == (found[0].indicator, found[2])
    assert tables.pair("hospital", pair[1], pair[0], LATER) is None
    for day, in_force in ((BEFORE, False), (FIRST, True), (LATER, True)):
        row = tables.pair("hospital", *pair, day)
        assert row is not None
        assert in_force == row[2]
    second = adjudicate(claim(*pair, day=LATER)).lines[1]
    assert "allow" not in (second.disposition, *second.accepted)
    assert "national_ptp" in (second.category, *second.also)
    assert any(f"{'/'.join(pair)}, indicator {KNOWN[pair]}" in table for table in second.tables)


@pytest.mark.parametrize("pair", [pair for pair in KNOWN if pair[1] in DELIVERY], ids="/".join)
def test_a_modifier_separates_a_known_pair_of_indicator_1_alone(pair: tuple[str, str]) -> None:
    """With 59 on column 2 a pair of indicator 1 is paid, and one of indicator 0 is not."""
    second = adjudicate(claim(pair[0], f"{pair[1]}-59", day=LATER)).lines[1]
    assert (KNOWN[pair] == "1") == (second.disposition == "allow")


@pytest.mark.parametrize("pair", [pair for pair in KNOWN if pair[1] in (*DELIVERY, "77427")], ids="/".join)
def test_a_claim_dated_before_an_edits_first_day_is_not_touched(pair: tuple[str, str]) -> None:
    """On the day before the first known day nothing has to be stopped by the pair: allowing the line is right."""
    second = adjudicate(claim(*pair, day=BEFORE)).lines[1]
    assert "allow" in (second.disposition, *second.accepted)


@pytest.mark.parametrize("pair", UNPAIRED, ids="/".join)
def test_services_that_no_pair_has(pair: tuple[str, str]) -> None:
    """Neither way round is there a row, on any day."""
    for one, other in (pair, pair[::-1]):
        assert [None, None] == [shipped_tables().pair("hospital", one, other, day) for day in (BEFORE, LATER)]


@pytest.mark.parametrize("setting", ["hospital", "practitioner"])
@pytest.mark.parametrize(
    ("code", "units", "mai"),
    [("77402", 2, 3), ("77407", 2, 3), ("77412", 2, 3), ("77387", 2, 3), ("77417", 1, 2), ("77427", 1, 2)],
)
def test_known_units(code: str, units: int, mai: int, setting: TableSetting) -> None:
    """The most units of a code and what they are counted of, in both settings, from the edition's first day on and not before."""
    found = shipped_tables().most_units(setting, code, LATER)
    assert found is not None
    assert (units, mai) == (found[0].units, found[0].mai)
    assert shipped_tables().most_units(setting, code, BEFORE) is None
