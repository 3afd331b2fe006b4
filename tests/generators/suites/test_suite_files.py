"""Suite files of a user: what a sound one gives, and how a wrong one is refused."""

import datetime as dt
from pathlib import Path

import pytest

from rtconform.generators.suites.suite import cases
from rtconform.generators.suites.written.handmade import load_suite_file, shipped_treatments
from rtconform.generators.suites.written.suitefile import SuiteFileError
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import decode, encode
from rtconform.reference.errors import DocumentError, UserError

SOUND = """\
[suite]
name = "my-clinic"
version = "3"
about = "our own cases"

[[case]]
slug = "heel"
title = "Heel"
why = "2D, one isocenter"
rule = "L1-2D"
heading = "Level 1"
base = "heel"
[case.expect]
freestanding-global = "77402"
freestanding-professional = "nothing"

[[case]]
slug = "our-spine"
title = "Our spine"
why = "one more isocenter"
rule = "L3-ISOCENTERS"
heading = "Level 3"
base = "our-spine"
claim = "hospital-facility"
date = 2026-07-01
expect = "77412"
unset = ["sessions.S1.next_session_at"]
[case.set]
"isocenters.ISO2" = { id = "ISO2", position_mm = [0.0, -30.0, -80.0] }
"plans.P1.beams.1.isocenter" = "ISO2"

[[pair]]
rule = "IGRT-REVIEW"
heading = "Scenarios 2 to 4"
fact = "approved in time, or late"
base = "prostate-vmat"
claim = "hospital-professional"
set = { "sessions.S1.guidance.0.method" = "cbct", "sessions.S1.fraction" = 6 }
[pair.a]
slug = "in-time"
title = "In time"
expect = "77387-26"
set = { "sessions.S1.physician_review.approved_at" = 2026-03-10T12:00:00, "sessions.S1.fraction" = 7 }
[pair.b]
slug = "late"
title = "Late"
why = "two days later"
expect = "nothing"
set = { "sessions.S1.physician_review.approved_at" = 2026-03-12T12:00:00 }

[treatment.our-spine]
patient = { birth_date = 1950-01-01, sex = "male" }
billing = { date_of_service = 2026-06-30, setting = "hospital_outpatient", claim = "facility" }
isocenters = [{ id = "ISO1", position_mm = [0.0, -38.0, 112.0] }]

[[treatment.our-spine.plans]]
id = "P1"
technique = "2d"
beams = [
  { id = "P1B1", radiation = "photon", isocenter = "ISO1" },
  { id = "P1B2", radiation = "photon", isocenter = "ISO1" },
]

[[treatment.our-spine.sessions]]
id = "S1"
started_at = 2026-06-30T10:00:00
beams_delivered = ["P1B1", "P1B2"]
next_session_at = 2026-07-01T10:00:00
"""


def _written(folder: Path, text: str) -> Path:
    path = folder / "clinic.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sound_file_is_a_suite(tmp_path: Path) -> None:
    """Singles, a table of claims, a pair and a treatment of the file's own give cases with all that their author said."""
    found = load_suite_file(_written(tmp_path, SOUND))
    entries = {entry.case.id: entry for entry in cases(found, 0)}
    assert ("my-clinic", "3", "our own cases", 5) == (found.name, found.version, found.about, found.size(None))
    assert [
        "my-clinic:heel-freestanding-global",
        "my-clinic:heel-freestanding-professional",
        "my-clinic:our-spine",
        "my-clinic:in-time",
        "my-clinic:late",
    ] == list(entries)
    professional = entries["my-clinic:heel-freestanding-professional"]
    assert ("Heel, freestanding professional claim", "nothing", "professional") == (
        professional.title,
        professional.expect,
        professional.case.billing.claim,
    )
    late = entries["my-clinic:late"]
    assert ("my-clinic:in-time", "two days later", "IGRT-REVIEW") == (late.twin, late.why, late.rule)
    assert "approved in time, or late" == entries["my-clinic:in-time"].why
    for entry in entries.values():
        assert entry.case == decode(encode(entry.case), Case)


def test_differences_are_applied_to_the_base(tmp_path: Path) -> None:
    """Paths by id and by position, an added item, a removed field, a side over its pair, and a date that takes the times along."""
    found = load_suite_file(_written(tmp_path, SOUND))
    spine, in_time, late = (found.case(index, 0).case for index in (2, 3, 4))
    assert ["ISO1", "ISO2"] == [isocenter.id for isocenter in spine.isocenters]
    assert ["ISO1", "ISO2"] == [beam.isocenter for beam in spine.plans[0].beams]
    assert dt.datetime(2026, 7, 1, 10) == spine.sessions[0].started_at
    assert dt.date(2026, 7, 1) == spine.billing.date_of_service
    assert spine.sessions[0].next_session_at is None
    assert ("cbct", 7) == (in_time.sessions[0].guidance[0].method, in_time.sessions[0].fraction)
    assert ("cbct", 6) == (late.sessions[0].guidance[0].method, late.sessions[0].fraction)
    assert "stereoscopic_xray" == shipped_treatments()["prostate-vmat"]["sessions"][0]["guidance"][0]["method"]


def _line(part: str) -> int:
    return next(number for number, line in enumerate(SOUND.splitlines(), 1) if part in line)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('base = "prostate-vmat"', 'base = "prostat-vmat"', "no base treatment 'prostat-vmat': did you mean 'prostate-vmat'?"),
        ('claim = "hospital-facility"', 'claim = "hospital-facilty"', "no claim 'hospital-facilty': did you mean 'hospital-facility'?"),
        ('freestanding-global = "77402"', 'freestanding-globl = "77402"', "no claim 'freestanding-globl'"),
        ('why = "one more isocenter"', 'wy = "one more isocenter"', "unknown key 'wy': did you mean 'why'?"),
        ('title = "Late"', 'titel = "Late"', "unknown key 'titel': did you mean 'title'? @ late"),
        ('version = "3"', "version = 3", "Expected `str`, got `int` @ suite.version"),
        ('version = "3"', 'version = "3"\nseed = 1', "unknown key 'seed'"),
        ('name = "my-clinic"', 'name = "My Clinic"', "'My Clinic' is not a name of a suite"),
        ('slug = "late"', 'slug = "in-time"', f"duplicate slug, first on line {_line('in-time')} @ in-time: slug"),
        ('slug = "our-spine"', 'slug = "Our spine"', "'Our spine' is not a slug"),
        ('expect = "nothing"', 'expect = "notihng"', "'notihng' is not a service such as 77407"),
        ('expect = "nothing"', 'expect = "77388-26"', "code 77388 is not in the catalogue @ late: expect"),
        ("date = 2026-07-01", "date = 9999-12-31", "9999-12-31 is not a day of treatment"),
        ("date = 2026-07-01", 'date = "soon"', "Invalid RFC3339 encoded date @ our-spine: date"),
        ('unset = ["sessions.S1.next_session_at"]', 'unset = ["sessions.S2"]', "no item 'S2': known are S1 @ our-spine: unset"),
        ('"plans.P1.beams.1.isocenter"', '"plans.P1.beems.1.isocenter"', "no 'beems': did you mean 'beams'? @ our-spine: set"),
        ('"plans.P1.beams.1.isocenter"', '"plans.P1.beams.2.isocenter"', "no item '2': known are P1B1, P1B2"),
        ('"plans.P1.beams.1.isocenter"', '"plans.P1.technique.x"', "leads into '2d', which has no parts"),
        ('"plans.P1.beams.1.isocenter"', '"plans.P1.beams.1.isocentre"', "unknown field 'isocentre': did you mean 'isocenter'?"),
        ('isocenter" = "ISO2"', 'isocenter" = "ISO3"', "no isocenter 'ISO3': did you mean 'ISO2'?"),
        ('"plans.P1.beams.1.isocenter" = "ISO2"', '"id" = "x"', "id is given by the suite"),
        ("2026-03-12T12:00:00 }", '"tomorrow" }', "late: $.sessions[0].physician_review"),
        ('guidance.0.method" = "cbct"', 'guidance.0.method" = "cbtc"', "unknown guidance method 'cbtc'"),
        ('beams_delivered = ["P1B1", "P1B2"]', 'beams_delivered = ["P1B1", "P1B3"]', "no beam 'P1B3': did you mean 'P1B2'?"),
        ('setting = "hospital_outpatient", claim = "facility"', 'setting = "freestanding", claim = "facility"', "no facility claim in setting"),
        ('sex = "male"', 'sex = "m"', "treatment our-spine: $.patient.sex"),
        ('[treatment.our-spine]', '[treatment.heel]\n[treatment.our-spine]', "'heel' is a shipped treatment: choose another name"),
        ("[pair.b]", "[pair.c]", "a pair has two cases: [pair.b] is missing"),
        ("[[pair]]", "[pair]", "write each as [[pair]], with two brackets"),
        ("[suite]", "[suit]", "unknown table 'suit': did you mean 'suite'?"),
        ("[suite]", "[suit]", "no [suite] with name, version and about"),
        ("[[pair]]", "[[pair]", "not TOML"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Each mistake in a file is refused with the file, the line where it stands, and what is wrong."""
    path = _written(tmp_path, SOUND.replace(old, new, 1))
    with pytest.raises(DocumentError) as error:
        load_suite_file(path)
    placed = [line for line in str(error.value).splitlines() if said in line]
    assert placed, str(error.value)
    assert all(line.startswith(f"{path}:") for line in placed)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('base = "prostate-vmat"', 'base = "prostat-vmat"', _line('base = "prostate-vmat"')),
        ('expect = "nothing"', 'expect = "notihng"', _line('expect = "nothing"')),
        ('slug = "late"', 'slug = "in-time"', _line('slug = "late"')),
        ('"plans.P1.beams.1.isocenter"', '"plans.P1.beems.1.isocenter"', _line("plans.P1.beams.1.isocenter")),
        ('title = "Late"', 'titel = "Late"', _line('title = "Late"')),
        ('sex = "male"', 'sex = "m"', _line("[treatment.our-spine]") + 1),
        ('beams_delivered = ["P1B1", "P1B2"]', 'beams_delivered = ["P1B1", "P1B3"]', _line("beams_delivered")),
    ],
)
def test_a_fault_has_the_line_where_it_stands(tmp_path: Path, old: str, new: str, line: int) -> None:
    """The line of a fault is the author's own, though the parser gives none."""
    with pytest.raises(SuiteFileError) as error:
        load_suite_file(_written(tmp_path, SOUND.replace(old, new, 1)))
    assert line in [found for found, _ in error.value.placed]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """A file with three mistakes in three places is refused once, in the order of its lines."""
    text = (
        SOUND.replace('base = "heel"', 'base = "heal"').replace('title = "Late"', 'titel = "Late"').replace('"77412"', '"77421"')
    )
    with pytest.raises(SuiteFileError) as error:
        load_suite_file(_written(tmp_path, text))
    lines = [line for line, _ in error.value.placed if line]
    assert sorted(lines) == lines
    assert {_line('base = "heel"'), _line('expect = "77412"'), _line('title = "Late"')} <= set(lines)


@pytest.mark.parametrize(
    "data", [b"", b"[suite]\nname = 'a'\nversion = '1'\nabout = ''\n", b"\xff\xfe", b"a = " + b"[" * 100_000]
)
def test_what_is_no_suite_is_refused(tmp_path: Path, data: bytes) -> None:
    """An empty file, a suite without cases, no text and a tower of brackets are refused as any other mistake is."""
    path = tmp_path / "clinic.toml"
    path.write_bytes(data)
    with pytest.raises(DocumentError):
        load_suite_file(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A path without a file, and one that is a folder, are named with the reason."""
    with pytest.raises(UserError, match="can't be read"):
        load_suite_file(tmp_path / "nothing.toml")
    with pytest.raises(UserError, match="can't be read"):
        load_suite_file(tmp_path)


@pytest.mark.parametrize("number", range(1, len(SOUND.splitlines()) + 1))
def test_no_line_can_break_the_loader(tmp_path: Path, number: int) -> None:
    """Whatever line is lost, doubled or given another value, the file is a suite or is refused: never anything else."""
    lines = SOUND.splitlines()
    key, equals, _ = lines[number - 1].partition(" = ")
    others = [
        [],
        [lines[number - 1]] * 2,
        *([f"{key}{equals}{value}"] for value in ("3", '"x"', "[]", "{}", "nan", "1979-05-27")),
    ]
    for other in others:
        path = _written(tmp_path, "\n".join([*lines[: number - 1], *other, *lines[number:]]))
        refusal = _refusal(path)
        assert not refusal or refusal.startswith(str(path))


def _refusal(path: Path) -> str:
    try:
        load_suite_file(path)
    except DocumentError as error:
        return str(error)
    return ""
