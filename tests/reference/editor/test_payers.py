"""Payer profiles and relative values: dated files of a user's own, and every mistake in one with its line and field."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from rtconform.reference.editor.payers import load_profile, profile_of, profiles
from rtconform.reference.errors import DocumentError, UserError
from rtconform.reference.national_edits.shipped import shipped_tables
from rtconform.reference.relative_values import ValuePeriod, load_relative_values, period_of, relative_value, shipped_values

PROFILE = """[profile]
name = "acme"
title = "Acme Health"
payers = ["acme", "acme_gold"]

[period.2026-01-01]
source = "Acme notice 12"
guidance_in_freestanding = "either"
second_session = ["76"]
most_sessions = 2

[period.2026-07-01]
source = "Acme notice 31"
guidance_in_freestanding = "26"
second_session = ["59", "units"]
most_sessions = 3
utilisation = { 77412 = 0.3 }
"""

VALUES = """[period.2026-01-01]
until = 2027-01-01
source = "our fee table 3"
unit = "dollars"
freestanding = { 77412 = 12.5, 77387-26 = 0.5 }
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text)
    return path


def test_a_profile_of_ones_own(tmp_path: Path) -> None:
    """A user's profile is found by what claims call the payer, before the shipped ones, and says what holds on a day."""
    profile = load_profile(written(tmp_path, PROFILE))
    assert profile == profile_of("acme_gold", [profile])
    assert "either" == profile.on(dt.date(2026, 6, 30)).guidance_in_freestanding
    assert "26" == profile.on(dt.date(2026, 7, 1)).guidance_in_freestanding
    assert profiles()["medicare"] == profile_of("nobody knows", [profile])


def test_a_profile_is_what_its_file_says(tmp_path: Path) -> None:
    """Name, title and payers are the file's; the periods are in the order of their days, wherever they stand in the file."""
    head, first, second = PROFILE.split("[period")
    profile = load_profile(written(tmp_path, f"{head}[period{second}[period{first}"))
    assert ("acme", "Acme Health", ("acme", "acme_gold")) == (profile.name, profile.title, profile.payers)
    assert [dt.date(2026, 1, 1), dt.date(2026, 7, 1)] == [since for since, _ in profile.periods]


def test_of_one_day_written_in_two_ways_the_later_period_holds(tmp_path: Path) -> None:
    """A period whose day is spelled otherwise stands in place of the one before it in the file."""
    profile = load_profile(written(tmp_path, PROFILE.replace("[period.2026-07-01]", "[period.20260101]")))
    assert 3 == profile.on(dt.date(2026, 1, 1)).most_sessions


@pytest.mark.parametrize("payer", ["unitedhealthcare", "UnitedHealthcare", "United Healthcare", "UHC", "united-healthcare"])
def test_a_payer_is_known_however_a_claim_writes_it(payer: str) -> None:
    """Capitals, spaces and signs in a payer's name make no difference."""
    assert "unitedhealthcare" == profile_of(payer).name


@pytest.mark.parametrize(
    ("before", "after", "line", "field"),
    [
        ('"either"', '"sometimes"', 8, "guidance_in_freestanding"),
        ('second_session = ["59", "units"]', 'second_session = ["59", "78"]', 15, "second_session"),
        ("most_sessions = 3", "most_sessions = 0", 16, "most_sessions"),
        ("77412 = 0.3", "77412 = 3", 17, "utilisation"),
        ("77412 = 0.3", "77385 = 0.3", 17, "utilisation"),
        ('source = "Acme notice 31"\n', "", 12, "source"),
        ("[period.2026-07-01]", "[period.summer]", 12, "summer"),
        ("most_sessions = 2", "most_session = 2", 10, "most_session"),
        ('name = "acme"', 'name = "Acme!"', 2, "name"),
        ('payers = ["acme", "acme_gold"]', "payers = []", 4, "payers"),
    ],
)
def test_a_mistake_in_a_profile_is_told_with_its_place(tmp_path: Path, before: str, after: str, line: int, field: str) -> None:
    """A profile with a mistake is refused, naming file, line and field."""
    path = written(tmp_path, PROFILE.replace(before, after))
    with pytest.raises(DocumentError) as refused:
        load_profile(path)
    assert any(f"{path}:{line}: " in told and field in told for told in str(refused.value).splitlines()), str(refused.value)


@pytest.mark.parametrize("text", ["", "[profile]\n", "[period]\n", "no toml", PROFILE.split("[period", maxsplit=1)[0]])
def test_what_is_no_profile_is_refused(tmp_path: Path, text: str) -> None:
    """A file without a head, or without a period, is refused; so is none."""
    with pytest.raises(UserError):
        load_profile(written(tmp_path, text))
    with pytest.raises(UserError):
        load_profile(tmp_path / "missing.toml")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "77412 = 0.3",
            "77385 = 0.3",
            "17: 77385 is not a delivery code; these are: 77402, 77407, 77412 @ $.period.2026-07-01.utilisation",
        ),
        ("77412 = 0.3", "77412 = 0.7, 77407 = 0.5", "17: the shares add up to more than 1 @ $.period.2026-07-01.utilisation"),
        (PROFILE[PROFILE.index("[period") :], "", " no period: write what holds from a day on as [period.2026-01-01] @ $.period"),
        ("[profile]", "[period]\n[profile]", "1: no period: write what holds from a day on as [period.2026-01-01] @ $.period"),
        (
            PROFILE,
            PROFILE[PROFILE.index("[period") :],
            " must be one table [profile] @ $.profile",
        ),
        ("[profile]", "[extra]\n[profile]", "1: unknown key extra; known here: profile, period @ $.extra"),
        (
            "[period.2026-07-01]",
            "[period.summer]",
            "12: 'summer' is not a day: name the period by its first day, as in [period.2026-01-01] @ $.period.summer",
        ),
    ],
)
def test_a_mistake_in_a_profile_is_told_in_words(tmp_path: Path, before: str, after: str, said: str) -> None:
    """What is wrong is told in a sentence that says what to write instead."""
    text = PROFILE.replace(before, after)
    if after.startswith("[period]"):
        text = text[: text.index("[period.2026-01-01]")]
    path = written(tmp_path, text)
    with pytest.raises(DocumentError) as refused:
        load_profile(path)
    assert f"{path}:{said}" in str(refused.value).splitlines()


def test_the_shares_of_all_levels_may_be_given(tmp_path: Path) -> None:
    """Shares of the three delivery codes that add up to one are a right profile; a table that is left out is none."""
    whole = written(tmp_path, PROFILE.replace("77412 = 0.3", "77412 = 0.25, 77407 = 0.25, 77402 = 0.5"))
    assert {"77412": 0.25, "77407": 0.25, "77402": 0.5} == load_profile(whole).periods[1][1].utilisation
    assert {} == load_profile(whole).periods[0][1].utilisation


def test_relative_values_hold_inside_their_dates(tmp_path: Path) -> None:
    """A user's values answer on the days, for the services and in the settings that they cover, and nowhere else."""
    values = load_relative_values(written(tmp_path, VALUES))
    asked: list[tuple[str, dt.date, Any]] = [
        ("77412", dt.date(2026, 1, 1), "freestanding"),
        ("77387-26", dt.date(2026, 12, 31), "freestanding"),
        ("77412", dt.date(2027, 1, 1), "freestanding"),
        ("77412", dt.date(2025, 12, 31), "freestanding"),
        ("77412", dt.date(2026, 1, 1), "hospital_outpatient"),
        ("77407", dt.date(2026, 1, 1), "freestanding"),
    ]
    assert [12.5, 0.5, None, None, None, None] == [relative_value(*each, values) for each in asked]


def test_what_is_shipped_follows_from_the_national_tables() -> None:
    """Every figure is the hospital's rate, or relative value units times the factor; what is bundled or packaged weighs nothing."""
    tables, day = shipped_tables(), dt.date(2026, 7, 1)
    rates, fees = tables.edition("addendum_b", "hospital", day), tables.edition("fee_schedule", "practitioner", day)
    assert rates is not None
    assert fees is not None
    factor = fees.conversion_factor or 0.0
    paid = {row.code: row.rate or 0.0 for row in rates.status}
    units = {f"{row.code}-{row.modifier}".rstrip("-"): 0.0 if row.status == "B" else row.nonfacility for row in fees.fees}
    ((since, period),) = shipped_values()
    assert (dt.date(2026, 1, 1), "dollars") == (since, period.unit)
    assert {service: round(units[service] * factor, 2) for service in period.freestanding} == period.freestanding
    professional = round(units["77387-26"] * factor, 2)
    due = {service: professional if service == "77387-26" else paid[service[:5]] for service in period.hospital_outpatient}
    assert due == period.hospital_outpatient
    assert relative_value("77412", dt.date(2027, 1, 1), "freestanding") is None


@pytest.mark.parametrize(
    ("before", "after", "line", "field"),
    [
        ("until = 2027-01-01", "until = 2025-01-01", 2, "until"),
        ("77412 = 12.5", "77412 = -1", 5, "freestanding"),
        ("77412 = 12.5", "77412 = inf", 5, "freestanding"),
        ("77412 = 12.5", "99999 = 1", 5, "freestanding"),
        ("[period.2026-01-01]", "[period.new]", 1, "new"),
        ('unit = "dollars"\n', "", 1, "unit"),
    ],
)
def test_a_mistake_in_values_is_told_with_its_place(tmp_path: Path, before: str, after: str, line: int, field: str) -> None:
    """Values with a mistake are refused, naming file, line and field."""
    path = written(tmp_path, VALUES.replace(before, after))
    with pytest.raises(DocumentError) as refused:
        load_relative_values(path)
    assert any(f"{path}:{line}: " in told and field in told for told in str(refused.value).splitlines()), str(refused.value)


def test_values_are_what_their_file_says(tmp_path: Path) -> None:
    """Periods are in the order of their days, wherever they stand in the file; each day has those of its own."""
    later = VALUES.replace("2027-01-01", "2028-01-01").replace("2026-01-01", "2027-01-01").replace("12.5", "14.0")
    values = load_relative_values(written(tmp_path, later + VALUES + "hospital_outpatient = { 77412 = 40.0 }\n"))
    first = ValuePeriod(dt.date(2027, 1, 1), "our fee table 3", "dollars", {"77412": 40.0}, {"77412": 12.5, "77387-26": 0.5})
    assert [dt.date(2026, 1, 1), dt.date(2027, 1, 1)] == [since for since, _ in values]
    assert first == values[0][1] == period_of(dt.date(2026, 12, 31), values)
    assert 14.0 == relative_value("77412", dt.date(2027, 1, 1), "freestanding", values)
    assert 40.0 == relative_value("77412", dt.date(2026, 1, 1), "hospital_outpatient", values)
    assert period_of(dt.date(2028, 1, 1), values) is None


def test_every_mistake_in_values_is_told_in_words(tmp_path: Path) -> None:
    """All at once, in the order of their lines, each with its field; a period with a mistake does not hide the next one's."""
    text = (
        "[extra]\n[period.new]\n"
        + VALUES.split("\n", maxsplit=1)[1].replace("77412", "77499")
        + VALUES.replace("2027-01-01", "2026-01-01").replace('unit = "dollars"\n', "")
        + VALUES.replace("2026-01-01", "2026-02-01").replace("2027-01-01", "2026-02-01")
        + "hospital_outpatient = { G0000-26 = 1.0 }\n"
    )
    path = written(tmp_path, text)
    with pytest.raises(DocumentError) as refused:
        load_relative_values(path)
    assert [
        f"{path}:1: unknown key extra; known here: period @ $.extra",
        f"{path}:2: 'new' is not a day: name the period by its first day, as in [period.2026-01-01] @ $.period.new",
        f"{path}:6: '77499' is not a service of the catalogue @ $.period.new.freestanding",
        f"{path}:7: missing @ $.period.2026-01-01.unit",
        f"{path}:12: until is not after the period's first day @ $.period.2026-02-01.until",
        f"{path}:16: 'G0000-26' is not a service of the catalogue @ $.period.2026-02-01.hospital_outpatient",
    ] == str(refused.value).splitlines()


@pytest.mark.parametrize("text", ["period = 3\n", "[period]\n", "# no figures\n"])
def test_values_may_have_no_period(tmp_path: Path, text: str) -> None:
    """A file without a period covers no day."""
    assert () == load_relative_values(written(tmp_path, text))


def test_a_day_has_the_values_of_the_latest_period_that_covers_it(tmp_path: Path) -> None:
    """Where two periods overlap the later one holds; after it has ended, the earlier one does again."""
    short = VALUES.replace("2027-01-01", "2026-07-01").replace("2026-01-01", "2026-06-01").replace("12.5", "14.0")
    values = load_relative_values(written(tmp_path, VALUES + short))
    days = [dt.date(2026, 5, 31), dt.date(2026, 6, 1), dt.date(2026, 7, 1)]
    assert [12.5, 14.0, 12.5] == [relative_value("77412", day, "freestanding", values) for day in days]


def test_a_period_that_is_no_table_is_told(tmp_path: Path) -> None:
    """With the table that it has to be."""
    path = written(tmp_path, "[period]\n2026-01-01 = 3\n")
    with pytest.raises(DocumentError) as refused:
        load_relative_values(path)
    assert f"{path}:2: must be one table [period.2026-01-01] @ $.period.2026-01-01" == str(refused.value)


def test_of_one_day_written_in_two_ways_the_later_values_hold(tmp_path: Path) -> None:
    """As with profiles: the period that stands below."""
    again = VALUES.replace("2026-01-01", "20260101").replace("12.5", "14.0")
    values = load_relative_values(written(tmp_path, VALUES + again))
    assert 14.0 == relative_value("77412", dt.date(2026, 1, 1), "freestanding", values)
