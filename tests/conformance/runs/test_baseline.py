"""Baseline and errata files: what is written in them is what is loaded, and each mistake is told with its line."""

import datetime as dt
from pathlib import Path
from typing import Literal

import pytest

from rtconform.conformance.records import KnownFailure, SuiteRecord
from rtconform.conformance.runs.baseline import load_baseline, loaded_in_words
from rtconform.conformance.runs.errata import Erratum, errata_of, load_errata, shipped_errata
from rtconform.reference.toml_tables import TomlError

ENTRY = '[[known]]\n{by}\nreason = "ticket 1"\nexpires = 2026-12-31\n'


def _file(folder: Path, text: str) -> Path:
    path = folder / "known.toml"
    path.write_text(text)
    return path


def test_entries_are_loaded_as_written(tmp_path: Path) -> None:
    """By case, rule and cause; the words shown before the run name each, and what expired."""
    what: dict[Literal["case", "rule", "cause"], str] = {
        "case": "boundaries:x",
        "rule": "ISO-SHIFT",
        "cause": "AMM-SETUP/level-too-high",
    }
    path = _file(tmp_path, "\n".join(ENTRY.format(by=f'{by} = "{name}"') for by, name in what.items()))
    day = dt.date(2026, 12, 31)
    found = load_baseline(path)
    assert tuple(KnownFailure(by, name, "ticket 1", day) for by, name in what.items()) == found.known
    assert 0 == loaded_in_words(found, day).count("EXPIRED")
    assert 3 == loaded_in_words(found, day + dt.timedelta(days=1)).count("EXPIRED")


@pytest.mark.parametrize("cause", ["missed/deleted-g6015", "false-denial/duplicate-service-carc-18", "IGRT-PROF/missed", "crash"])
def test_causes_of_editors_and_of_no_rule_can_be_listed(tmp_path: Path, cause: str) -> None:
    """Whatever a report names as a cause can be written in a baseline."""
    assert cause == load_baseline(_file(tmp_path, ENTRY.format(by=f'cause = "{cause}"'))).known[0].what


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "known.toml: no entry: begin each with [[known]]"),
        ("known = 3", "known.toml:1: no entry"),
        ("[[known]\n", "known.toml:1: not TOML"),
        ('\n[[known]]\nrule = "ISO-SHIFT"\nexpires = 2026-12-31', "known.toml:2: missing; say why this failure is accepted"),
        ('[[known]]\nrule = "ISO-SHIFT"\nreason = "x"', "known.toml:1: missing; the last day"),
        ('[[known]]\nrule = "ISO-SHIFT"\nreason = ""\nexpires = 2026-12-31', "known.toml:3: Expected `str` of length >= 1"),
        ('[[known]]\nrule = "ISO-SHIFT"\nreason = "x"\nexpires = "soon"', "known.toml:4: "),
        (ENTRY.format(by='rule = "ISO-SHIFTS"'), "known.toml:2: no rule 'ISO-SHIFTS'; did you mean ISO-SHIFT?"),
        (ENTRY.format(by='cause = "ISO-SHIFT/lazy"'), "known.toml:2: 'ISO-SHIFT/lazy' is not a cause"),
        (ENTRY.format(by='cause = "unanswered"'), "is not a cause"),
        (ENTRY.format(by='case = "x"'), "known.toml:2: 'x' is not the id of a case"),
        (ENTRY.format(by='case = "a:b"\nrule = "ISO-SHIFT"'), "known.toml:1: give one of case, rule and cause, not 2"),
        (ENTRY.format(by=""), "known.toml:1: give one of case, rule and cause, not 0"),
        (ENTRY.format(by='because = "x"'), "known.toml:2: unknown key because; did you mean cause?"),
        (2 * ENTRY.format(by='case = "a:b"'), "known.toml:6: case a:b is listed twice"),
    ],
)
def test_each_mistake_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    """File, line, field and what to write instead."""
    with pytest.raises(TomlError) as caught:
        load_baseline(_file(tmp_path, text))
    assert said in str(caught.value).replace(str(tmp_path) + "/", "")


ERRATUM = '[[erratum]]\ncase = "boundaries:x"\nkind = "withdrawn"\nversions = ["1", "2"]\nsince = "3"\npublished = 2026-12-01\nwhy = "y"\n'


def test_an_erratum_concerns_its_versions_only(tmp_path: Path) -> None:
    """A case is set aside in the suite versions in which it was wrong, in no other."""
    (erratum,) = load_errata(_file(tmp_path, ERRATUM))
    assert Erratum("boundaries:x", "withdrawn", ("1", "2"), "3", dt.date(2026, 12, 1), "y") == erratum
    found = {version: errata_of([SuiteRecord("boundaries", version, "", 1, 1)], [erratum]) for version in ("1", "2", "3")}
    assert {"1": {"boundaries:x": erratum}, "2": {"boundaries:x": erratum}, "3": {}} == found
    assert {} == errata_of([SuiteRecord("published", "1", "", 1, 1)], [erratum])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('since = "3"', 'since = "2"', "known.toml:5: the version since which the case is right is among"),
        ('case = "boundaries:x"', 'case = "x"', "known.toml:2: 'x' is not the id of a case"),
        ('kind = "withdrawn"', 'kind = "gone"', "known.toml:3: "),
        ('why = "y"\n', "", "known.toml:1: missing"),
    ],
)
def test_mistakes_in_errata_are_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    """With file and line, as everywhere."""
    with pytest.raises(TomlError) as caught:
        load_errata(_file(tmp_path, ERRATUM.replace(old, new)))
    assert said in str(caught.value).replace(str(tmp_path) + "/", "")


def test_shipped_errata_are_sound() -> None:
    """The file that is shipped can be read."""
    assert all(erratum.why for erratum in shipped_errata())
