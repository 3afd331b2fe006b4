"""TOML files of a user's own: what is right is read, and each mistake is told with file, line, field and what to write."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import pytest
from msgspec import Meta, Struct

from rtconform.reference.errors import Fault, UserError
from rtconform.reference.toml_tables import (
    LONGEST_FILE,
    MOST_DOTS,
    NotToml,
    PlacedFault,
    TomlError,
    TomlFile,
    day_of,
    line_of,
    parse_toml,
)


class Settings(Struct, rename={"kind_": "kind"}):
    """A table of every sort of field."""

    name: str
    kind_: Literal["a", "b"] = "a"
    workers: Annotated[int, Meta(ge=1)] | None = None
    shares: dict[str, float] = {}


Own = Callable[[str], TomlFile]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "own.toml"


@pytest.fixture
def own(path: Path) -> Own:
    """Reads a file with this text."""

    def own(text: str) -> TomlFile:
        path.write_text(text, encoding="utf-8")
        return TomlFile(path)

    return own


def told(file: TomlFile) -> list[str]:
    """What `check` says of the file, without the file's name."""
    with pytest.raises(TomlError) as caught:
        file.check()
    first = caught.value.faults[0]
    assert isinstance(first, PlacedFault)
    assert (file.source, first.line) == (caught.value.source, caught.value.line)
    return str(caught.value).replace(file.source, "own").splitlines()


def test_a_table_is_read_as_what_it_is_to_be(own: Own, path: Path) -> None:
    """Fields go by the names of the file; what is left out has its default."""
    file = own('[t]\nname = "N"\nkind = "b"\nshares = { x = 0.5 }\n')
    assert Settings("N", "b", None, {"x": 0.5}) == file.table(Settings, file.root["t"], "t")
    assert (str(path), path.read_bytes(), path.read_text(encoding="utf-8")) == (file.source, file.content, file.text)
    file.check()


def test_all_mistakes_of_a_table_are_told(own: Own) -> None:
    """Each on its line, in the order of the lines, with the advice for its field."""
    file = own('[t]\nshares = { x = "much" }\nworkers = 0\nkind = "c"\nworker = 3\ncolour = 1\n')
    advice = {"name": "write a name", "kind": 'use "a" or "b"'}
    assert file.table(Settings, file.root["t"], "t", advice=advice) is None
    assert [
        "own:1: missing; write a name @ $.t.name",
        "own:2: Expected `float`, got `str` (at [...]) @ $.t.shares",
        "own:3: Expected `int` >= 1 @ $.t.workers",
        'own:4: Invalid enum value \'c\'; use "a" or "b" @ $.t.kind',
        "own:5: unknown key worker; did you mean workers? @ $.t.worker",
        "own:6: unknown key colour; known here: name, kind, workers, shares @ $.t.colour",
    ] == told(file)


def test_a_mistake_without_advice(own: Own) -> None:
    """Null is not offered, since TOML has none."""
    file = own('[t]\nworkers = "two"\n')
    file.table(Settings, file.root["t"], "t")
    assert ["own:1: missing @ $.t.name", "own:2: Expected `int`, got `str` @ $.t.workers"] == told(file)


def test_mistakes_elsewhere_spoil_no_table(own: Own) -> None:
    """A right table is read although the file had a fault before it."""
    file = own('x = 1\n[t]\nname = "N"\n')
    file.unknown_keys(file.root, ("t",))
    assert Settings("N") == file.table(Settings, file.root["t"], "t")
    assert ["own:1: unknown key x; known here: t @ $.x"] == told(file)


def test_what_is_no_table(own: Own) -> None:
    """It is told which table it should be."""
    file = own("[a]\nb = 3\n")
    assert file.table(Settings, file.root["a"]["b"], "a", "b") is None
    assert ["own:2: must be one table [a.b] @ $.a.b"] == told(file)


def test_a_fault_of_the_whole_file_has_no_line(own: Own) -> None:
    """It comes before those that have one; a place in an array is its number."""
    file = own("[[a]]\nx = 1\n[[a]]\nx = 2\n")
    file.fault("not this", "a", "1", "x")
    file.fault("the first", "a", "0")
    file.fault("nothing here", "b")
    assert ["own: nothing here @ $.b", "own:1: the first @ $.a[0]", "own:4: not this @ $.a[1].x"] == told(file)


def test_a_fault_that_was_given_no_line() -> None:
    """It is told without."""
    assert "own: torn @ $" == str(TomlError("own", None, (Fault("torn"),)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\na = 2\n", "own:2: not TOML: Cannot overwrite a value, column 6 @ $"),
        ("a = 1\n[b\n", "own:2: not TOML: Expected ']' at the end of a table declaration, column 3 @ $"),
        ('a = 1\nb = """x\n', "own:3: not TOML: Unterminated string (at end of document) @ $"),
        (
            "a = 1\n" + "b." * (MOST_DOTS + 1) + "c = 1\n",
            "own:2: more than 500 dots on a line: no key or text here needs that many @ $",
        ),
    ],
)
def test_what_is_no_toml(own: Own, path: Path, text: str, said: str) -> None:
    """The line, the column and what the reader of TOML says."""
    with pytest.raises(TomlError) as caught:
        own(text)
    assert said == str(caught.value).replace(str(path), "own")
    first = caught.value.faults[0]
    assert isinstance(first, PlacedFault)
    assert (str(path), first.line) == (caught.value.source, caught.value.line)
    assert f"own:{caught.value.line}:" == said[: said.index(": ") + 1]


def test_a_file_that_cannot_be_read(path: Path) -> None:
    """No file, no text, too long, nested without end: what it is, and what to do."""

    def said() -> str:
        with pytest.raises(UserError) as caught:
            TomlFile(path)
        return str(caught.value).replace(str(path), "own")

    assert "own: No such file or directory; give the path of a TOML file" == said()
    path.write_bytes(b'a = "\xe9"')
    assert "own: not UTF-8 text (byte 5); save it as UTF-8" == said()
    path.write_bytes(b"#" * (LONGEST_FILE + 1))
    assert "own: longer than 1048576 bytes; give the path of a TOML file" == said()
    path.write_text("a = " + "[" * 100_000, encoding="utf-8")
    assert "own: nested too deep" == said()


def test_the_longest_file_that_is_read(path: Path) -> None:
    """One of just that length is."""
    path.write_bytes(b"a = 1\n" + b"#" * (LONGEST_FILE - 6))
    assert {"a": 1} == TomlFile(path).root


def test_so_many_dots_a_line_may_have() -> None:
    """The first line that has more is told; the dots of two lines are not added up."""
    most = "." * MOST_DOTS
    assert {} == parse_toml(f"#{most}\n#{most}")
    with pytest.raises(NotToml) as raised:
        parse_toml(f"#{most}\n#.{most}\n#.{most}")
    assert 2 == raised.value.line


PLACES = """x = 1

[a]
y = 1
"q.r" = 2
b.c = 3
b . 'd' = 4

  [ a . "e f" ]
z = 1
[[list]]
z = 1
  [[list]]
z = 2
[list.sub]
w = 1
[a.late]
[n.m]
z_9-X = 1
z = 1
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("x",), 1),
        (("a",), 3),
        (("a", "y"), 4),
        (("a", "q.r"), 5),
        (("a", "b", "c"), 6),
        (("a", "b", "d"), 7),
        (("a", "e f"), 9),
        (("a", "e f", "z"), 10),
        (("list",), 11),
        (("list", "0"), 11),
        (("list", "0", "z"), 12),
        (("list", "1"), 13),
        (("list", "1", "z"), 14),
        (("list", "sub", "w"), 16),
        (("a", "late"), 17),
        (("n", "m", "z_9-X"), 19),
        (("n", "m", "z"), 20),
        (("a", "y", "gone"), 4),
        (("a", "gone", "x"), 3),
        (("n",), None),
        (("gone",), None),
        ((), None),
    ],
)
def test_a_key_has_a_line(key: tuple[str, ...], line: int | None) -> None:
    """That of the key, else that of the nearest table around it; None where there is neither."""
    assert line == line_of(PLACES, key)


def test_of_a_key_written_twice_the_first_line_counts() -> None:
    """The second is the mistake of the program that looks for the key, and TOML refuses it anyway."""
    assert [1, 2] == [line_of("[a]\nb = 1\nb = 2\n[a]\n", key) for key in (("a",), ("a", "b"))]


def test_the_first_day_of_a_period(own: Own) -> None:
    """The day that the key says; what is not a day is reported."""
    file = own("[period.2026-01-01]\n[period.new]\n")
    assert dt.date(2026, 1, 1) == day_of(file, "2026-01-01")
    assert day_of(file, "new") is None
    said = "own:2: 'new' is not a day: name the period by its first day, as in [period.2026-01-01] @ $.period.new"
    assert [said] == told(file)
