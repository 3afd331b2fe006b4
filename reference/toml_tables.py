"""TOML tables into typed values, with every fault of the file at once and the line that each is on."""

import datetime as dt
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from rtconform.reference.errors import DocumentError, Fault, UserError
from rtconform.reference.regular_file import read_regular

T = TypeVar("T", bound=msgspec.Struct)
Path_ = tuple[str, ...]

LONGEST_FILE = 1024 * 1024
"""Longest TOML file that is read, in bytes."""

MOST_FAULTS = 100
"""How many faults of a file are reported; the others are counted."""

LONGEST_KEY = 100
"""How much of an unknown key is compared with the known ones."""

MOST_DOTS = 500
"""How many dots a line may have."""

TOO_MANY_DIGITS = "a number of thousands of digits"
ENDLESS = f"more than {MOST_DOTS} dots on a line: no key or text here needs that many"

_HEADER = re.compile(r"\s*\[+\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_PLACE = re.compile(r"\s*\(at line (\d+), column (\d+)\)")


@dataclass(frozen=True)
class PlacedFault(Fault):
    """A fault and the line that it is on, from 1; None where the file has no such line."""

    line: int | None = None


class TomlError(DocumentError):
    """All faults of one TOML file, each on a line of its own with the line that it is on."""

    def __str__(self) -> str:
        return "\n".join(f"{self.source}{_colon(fault)}: {fault}" for fault in self.faults)


class TomlFile:
    """One TOML file being read. Faults are gathered; `check` raises them all."""

    def __init__(self, path: Path) -> None:
        self.source = str(path)
        self.content = _read(path)
        try:
            self.text = self.content.decode("utf-8-sig")  # editors on Windows begin a file with a byte order mark
        except UnicodeDecodeError as error:
            raise UserError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None
        self.faults: list[PlacedFault] = []
        self._more = 0
        self.root = self._parse()

    def fault(self, what: str, *path: str) -> None:
        """Note one fault at a key; the tables of an array have their numbers, from 0, for keys."""
        shown = "$" + "".join(f"[{key}]" if key.isdecimal() else f".{key}" for key in path)
        if self.full:
            self._more += 1
            return
        self.faults.append(PlacedFault(what, shown, _line_among(self._places, path)))

    @property
    def full(self) -> bool:
        """Whether as many faults are noted as are reported: further ones are only counted."""
        return len(self.faults) >= MOST_FAULTS

    @cached_property
    def _places(self) -> dict[Path_, int]:
        return _places(self.text)

    def check(self) -> None:
        """Raise TomlError where there were faults, in the order of their lines."""
        if self.faults:
            faults = sorted(self.faults, key=lambda fault: fault.line or 0)
            if self._more:
                faults.append(PlacedFault(f"and {self._more:,} more faults"))
            raise TomlError(self.source, faults[0].line, tuple(faults))

    def table(self, kind: type[T], raw: object, *path: str, advice: dict[str, str] | None = None) -> T | None:
        """The table at `path` as a `kind` (a Struct); None where it has faults, which are noted.

        `advice` adds to the message for a field what to write instead.
        """
        if not isinstance(raw, dict):
            self.fault(f"must be one table [{'.'.join(path)}]", *path)
            return None
        before = len(self.faults) + self._more
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        self.unknown_keys(raw, list(fields), *path)
        values: dict[str, Any] = {}
        for key, field in fields.items():
            hint = f"; {advice[key]}" if advice and key in advice else ""
            if key not in raw:
                if field.required:
                    self.fault(f"missing{hint}", *path, key)
            else:
                try:
                    values[field.name] = msgspec.convert(raw[key], field.type)
                except msgspec.ValidationError as error:
                    self.fault(f"{_spoken(str(error))}{hint}", *path, key)
        return kind(**values) if len(self.faults) + self._more == before else None

    def unknown_keys(self, raw: dict[str, Any], known: Sequence[str], *path: str) -> None:
        """Note every key that is not among `known`, with the one that may have been meant."""
        for key in raw:
            if key not in known:
                close = [] if self.full else get_close_matches(key[:LONGEST_KEY], known, n=1)
                hint = f"did you mean {close[0]}?" if close else f"known here: {', '.join(known)}"
                self.fault(f"unknown key {key}; {hint}", *path, key)

    def _parse(self) -> dict[str, Any]:
        try:
            return parse_toml(self.text)
        except NotToml as error:
            if error.line is None:
                raise UserError(f"{self.source}: {error.what}") from None
            raise TomlError(self.source, error.line, (PlacedFault(error.what, "$", error.line),)) from None


class NotToml(Exception):
    """A text that is not TOML: `what` is wrong with it, and the `line` where, from 1; None where no line can be named."""

    def __init__(self, what: str, line: int | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.line = line


def parse_toml(text: str) -> dict[str, Any]:
    """The tables of a TOML text, in bounded time whatever it holds. Raises NotToml."""
    # a key of very many parts takes the reader quadratic time
    if line := next((number for number, line in enumerate(text.splitlines(), 1) if line.count(".") > MOST_DOTS), None):
        raise NotToml(ENDLESS, line)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        column = f", column {place[2]}" if place else ""
        what = f"not TOML: {_PLACE.sub('', str(error))}{column}"
        raise NotToml(what, int(place[1]) if place else text.count("\n") + 1) from None
    except ValueError:
        raise NotToml(TOO_MANY_DIGITS) from None
    except RecursionError:
        raise NotToml("nested too deep") from None


def line_of(text: str, path: Path_) -> int | None:
    """The line of the key at `path`, or of the nearest table around it that is in the file."""
    return _line_among(_places(text), path)


def _line_among(places: dict[Path_, int], path: Path_) -> int | None:
    for length in range(len(path), 0, -1):
        if path[:length] in places:
            return places[path[:length]]
    return None


def _places(text: str) -> dict[Path_, int]:
    places: dict[Path_, int] = {}
    table: Path_ = ()
    of_array: Counter[Path_] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _parts(header[1])
            places.setdefault(table, number)
            if line.lstrip().startswith("[["):
                of_array[table] += 1
                table = (*table, str(of_array[table] - 1))
                places[table] = number
        elif key := _KEY.match(line):
            places.setdefault(table + _parts(key[1]), number)
    return places


def _parts(key: str) -> Path_:
    return tuple(part.strip("\"'") for part in _PART.findall(key))


def _read(path: Path) -> bytes:
    try:
        content = read_regular(path, LONGEST_FILE + 1)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; give the path of a TOML file") from None
    if len(content) > LONGEST_FILE:
        raise UserError(f"{path}: longer than {LONGEST_FILE} bytes; give the path of a TOML file")
    return content


def _spoken(message: str) -> str:
    what, _, place = message.replace(" | null`", "`").partition(" - at `$")
    where = place.rstrip("`")
    return f"{what} (at {where})" if where else what


def _colon(fault: Fault) -> str:
    line = fault.line if isinstance(fault, PlacedFault) else None
    return "" if line is None else f":{line}"


def day_of(file: TomlFile, key: str) -> dt.date | None:
    """The first day of a table `[period.2026-01-01]`, from its key; None where the key is not a day, which is noted."""
    try:
        return dt.date.fromisoformat(key)
    except ValueError:
        file.fault(f"{key!r} is not a day: name the period by its first day, as in [period.2026-01-01]", "period", key)
        return None
