"""Suite files as their authors write them: what stands in one, and every fault of its form with the line.

The format is described at the top of `data/published.toml`. This module knows the form; `handmade.py` makes cases of it.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

import msgspec
from msgspec import Struct

from rtconform.generators.suites.written.composition import WHOSE_CLAIM, Document, nearest, plain
from rtconform.generators.suites.written.tomltext import Place, TomlText, toml_text
from rtconform.reference.documents.wire import MAX_DOCUMENT_BYTES
from rtconform.reference.errors import DocumentError, Fault
from rtconform.reference.toml_tables import NotToml, parse_toml

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SLUG_FORM = "small letters, digits, hyphens between"
_YEARS = range(2000, 2100)
_TABLES = ("suite", "treatment", "case", "pair")

T = TypeVar("T", bound=Struct)


class SuiteFileError(DocumentError):
    """All faults of a suite file, each on the line where it stands, or where the case begins that has it."""

    def __init__(self, source: str, placed: Iterable[tuple[int | None, Fault]]) -> None:
        self.placed = tuple(sorted(placed, key=lambda item: item[0] or 0))
        super().__init__(source, self.placed[0][0], tuple(fault for _, fault in self.placed))

    def __str__(self) -> str:
        return "\n".join(str(DocumentError(self.source, line, (fault,))) for line, fault in self.placed)


class Difference(Struct, kw_only=True):
    """What a case, a pair or a side of one states beside its base: whose claim, which day, and paths into the treatment."""

    changes: dict[str, object] = msgspec.field(name="set", default_factory=dict)
    removals: tuple[str, ...] = msgspec.field(name="unset", default=())
    claim: str | None = None
    date: dt.date | None = None


class _Head(Struct):
    name: str
    version: str
    about: str


class _Single(Difference, kw_only=True):
    slug: str
    title: str
    why: str
    rule: str
    heading: str
    base: str
    expect: str | dict[str, str]


class _Side(Difference, kw_only=True):
    slug: str
    title: str
    expect: str
    why: str = ""


class _Pair(Difference, kw_only=True):
    rule: str
    heading: str
    fact: str
    base: str
    a: _Side
    b: _Side


@dataclass(frozen=True, kw_only=True)
class Draft:
    """One case as its author wrote it. `differences` apply in order, a later one over an earlier."""

    place: Place
    slug: str
    title: str
    why: str
    rule: str
    heading: str
    base: str
    expect: str
    claim: str | None
    date: dt.date | None
    differences: tuple[Difference, ...]
    twin: str | None = None


@dataclass
class SuiteFile:
    """A suite file while it is read: its text, what was found in it, and its faults so far."""

    source: str
    text: TomlText
    name: str = ""
    version: str = ""
    about: str = ""
    treatments: dict[str, Document] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)
    placed: list[tuple[int | None, Fault]] = field(default_factory=list)

    def fault(self, what: str, path: str, place: Place, *near: str) -> None:
        """Notes a fault of the table at `place`, on the line there that gives one of `near`."""
        self.placed.append((self.text.line(place, *near), Fault(what, path)))

    def refuse_faults(self) -> None:
        """Raises SuiteFileError if any fault was noted."""
        if self.placed:
            raise SuiteFileError(self.source, self.placed)


def read_suite_file(source: str, data: bytes) -> SuiteFile:
    """What stands in a suite file, with every fault of its form noted. Raises SuiteFileError for what is not TOML."""
    document, text = _parse(source, data)
    file = SuiteFile(source, toml_text(text))
    for key in document:
        if key not in _TABLES:
            file.fault(f"unknown table {key!r}{nearest(key, _TABLES)}", key, (), key, f"[{key}", key)
    _read_head(file, document)
    _read_treatments(file, document)
    for index, table in enumerate(_tables(file, document, "case")):
        file.drafts += _single_drafts(file, table, ("case", index))
    for index, table in enumerate(_tables(file, document, "pair")):
        file.drafts += _pair_drafts(file, table, ("pair", index))
    _check_drafts(file)
    return file


def _parse(source: str, data: bytes) -> tuple[Document, str]:
    if len(data) > MAX_DOCUMENT_BYTES:
        raise SuiteFileError(source, [(None, Fault(f"longer than {MAX_DOCUMENT_BYTES} bytes"))])
    try:
        text = data.decode().replace("\r\n", "\n")
        return parse_toml(text), text
    except NotToml as error:
        fault = (error.line, Fault(error.what))
    except UnicodeDecodeError as error:
        fault = (data.count(b"\n", 0, error.start) + 1, Fault(f"not UTF-8 text (byte {error.start}); save it as UTF-8"))
    raise SuiteFileError(source, [fault])


def _read_head(file: SuiteFile, document: Document) -> None:
    if document.keys() <= {"treatment"}:
        return
    if "suite" not in document:
        file.fault("no [suite] with name, version and about", "suite", ())
        return
    head = _convert(file, document["suite"], _Head, ("suite",))
    if head is None:
        return
    if not _SLUG.fullmatch(head.name):
        file.fault(f"{head.name!r} is not a name of a suite: {_SLUG_FORM}", "suite.name", ("suite",), "name")
    file.name, file.version, file.about = head.name, head.version, head.about


def _read_treatments(file: SuiteFile, document: Document) -> None:
    treatments = document.get("treatment", {})
    if not isinstance(treatments, dict):
        file.fault("write each treatment as [treatment.NAME]", "treatment", ("treatment",))
        return
    for name, treatment in treatments.items():
        if isinstance(treatment, dict):
            file.treatments[name] = plain(treatment)
        else:
            file.fault(f"not a table: write it as [treatment.{name}]", f"treatment.{name}", ("treatment",), name)


def _tables(file: SuiteFile, document: Document, kind: str) -> list[object]:
    tables = document.get(kind, [])
    if isinstance(tables, list):
        return tables
    file.fault(f"write each as [[{kind}]], with two brackets", kind, (kind,))
    return []


def _single_drafts(file: SuiteFile, table: object, place: Place) -> Iterator[Draft]:
    entry = _convert(file, table, _Single, place)
    if entry is None:
        return
    several = isinstance(entry.expect, dict)
    if several and entry.claim is not None:
        what = "a table of expectations names the claims itself: leave claim away"
        file.fault(what, f"{entry.slug}: claim", place, "claim")
    expectations = entry.expect if isinstance(entry.expect, dict) else {entry.claim: entry.expect}
    for claim, expect in expectations.items():
        yield Draft(
            place=place,
            slug=f"{entry.slug}-{claim}" if several else entry.slug,
            title=f"{entry.title}, {str(claim).replace('-', ' ')} claim" if several else entry.title,
            why=entry.why,
            rule=entry.rule,
            heading=entry.heading,
            base=entry.base,
            expect=expect,
            claim=claim,
            date=entry.date,
            differences=(entry,),
        )


def _pair_drafts(file: SuiteFile, table: object, place: Place) -> Iterator[Draft]:
    if isinstance(table, dict) and (missing := [letter for letter in ("a", "b") if letter not in table]):
        for letter in missing:
            file.fault(f"a pair has two cases: [pair.{letter}] is missing", _name(table, place), place)
        return
    pair = _convert(file, table, _Pair, place)
    if pair is None:
        return
    for letter, side, twin in (("a", pair.a, pair.b.slug), ("b", pair.b, pair.a.slug)):
        yield Draft(
            place=(*place, letter),
            slug=side.slug,
            title=side.title,
            why=side.why or pair.fact,
            rule=pair.rule,
            heading=pair.heading,
            base=pair.base,
            expect=side.expect,
            claim=side.claim or pair.claim,
            date=side.date or pair.date,
            differences=(pair, side),
            twin=twin,
        )


def _check_drafts(file: SuiteFile) -> None:
    """Notes what is wrong with slugs, claims and dates, and leaves wrong claims and dates away."""
    first: dict[str, Draft] = {}
    for index, draft in enumerate(file.drafts):
        if draft.claim is not None and draft.claim not in WHOSE_CLAIM:
            what = f"no claim {draft.claim!r}{nearest(draft.claim, WHOSE_CLAIM)}"
            file.fault(what, f"{draft.slug}: claim", draft.place, draft.claim, "claim")
            file.drafts[index] = replace(file.drafts[index], claim=None)
        if draft.date is not None and draft.date.year not in _YEARS:
            what = f"{draft.date} is not a day of treatment: use the years {_YEARS.start} to {_YEARS.stop - 1}"
            file.fault(what, f"{draft.slug}: date", draft.place, "date")
            file.drafts[index] = replace(file.drafts[index], date=None)
        if not _SLUG.fullmatch(draft.slug):
            file.fault(f"{draft.slug!r} is not a slug: {_SLUG_FORM}", "slug", draft.place, "slug")
        if draft.slug in first:
            line = file.text.line(first[draft.slug].place, "slug")
            file.fault(f"duplicate slug, first on line {line}", f"{draft.slug}: slug", draft.place, "slug")
        first.setdefault(draft.slug, draft)


def _convert(file: SuiteFile, table: object, kind: type[T], place: Place) -> T | None:
    """The table as `kind`; None, with its faults noted, where it is none or has a key that `kind` lacks."""
    unknown = list(_unknown_keys(table, kind))
    for way, key, known in unknown:
        file.fault(f"unknown key {key!r}{nearest(key, known)}", _name(table, place, way), (*place, *way), key)
    try:
        entry = msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$")
        way = tuple(path.rstrip("`").strip(".").split(".")) if path else ()
        file.fault(what, _name(table, place, way), place, *reversed(way))
        return None
    return None if unknown else entry


def _name(table: object, place: Place, way: tuple[str, ...] = ()) -> str:
    """How a fault names a part of a table: by the slug of the case that it is in, where there is one."""
    in_side = isinstance(table, dict) and way[:1] in (("a",), ("b",))
    own = table.get(way[0], table) if isinstance(table, dict) and in_side else table
    slug = own.get("slug") if isinstance(own, dict) else None
    if isinstance(slug, str):
        return ": ".join((slug, *way[in_side:][-1:]))
    return ".".join((f"{place[0]}[{place[1]}]" if len(place) > 1 else str(place[0]), *way))


def _unknown_keys(
    table: object, kind: type[Struct], way: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str, list[str]]]:
    if not isinstance(table, dict):
        return
    fields = {item.encode_name: item.type for item in msgspec.structs.fields(kind)}
    for key, value in table.items():
        if key not in fields:
            yield way, key, list(fields)
        elif isinstance(fields[key], type) and issubclass(fields[key], Struct):
            yield from _unknown_keys(value, fields[key], (*way, key))
