"""Faulty readers of values: numbers, times, text, ids and positions in each of their forms, refused or misread."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from rtconform.conformance.strength.mutants.reader import Number, Reader, Sent, altering, found_in, strict
from rtconform.conformance.strength.mutants.schema import Field, fields
from rtconform.generators.suites.respelled.places import Document, holders, objects


def of_values() -> Iterator[Reader]:
    """Every faulty reader of numbers, times, text and ids."""
    yield from _of_numbers()
    yield from _of_times()
    yield from _of_text()
    yield from _of_ids()


_FORMS: Mapping[str, tuple[str, re.Pattern[str]]] = {
    "whole": ("without a point", re.compile(r"-?\d+")),
    "with an exponent": ("with an exponent", re.compile(r".*[eE].*")),
    "with zeros": ("that ends in zeros", re.compile(r"-?\d+\.\d+0")),
}


def _of_numbers() -> Iterator[Reader]:
    """Numbers that are not counts in one of their forms, refused."""
    for one in fields():
        if one.kind in ("float", "tuple"):
            for form, (words, pattern) in _FORMS.items():
                yield strict(f"{one.id} {form}", f"{one.id} {words}", "number", partial(_in_form, one, pattern))


def _in_form(one: Field, pattern: "re.Pattern[str]", sent: Sent) -> bool:
    for found in found_in(sent, one.path):
        value = found.get(one.name)
        numbers = value if isinstance(value, list) else [value]
        if any(isinstance(number, Number) and pattern.fullmatch(number) for number in numbers):
            return True
    return False


def _of_times() -> Iterator[Reader]:
    """Times and dates of which only a part is read, or that are refused for a part that they have."""
    for one in fields():
        if one.kind == "datetime":
            for slug, pattern in (("fraction", r".*\.\d+"), ("seconds", r".*:\d\d:(?!00)\d\d.*"), ("midnight", r".*T00:00:00.*")):
                refuses = partial(_written_as, one, re.compile(pattern))
                yield strict(f"{one.id} {slug}", f"{one.id} with a {slug}", "time", refuses, "IGRT-REVIEW")
            if not one.required:
                says = f"midnight in {one.id} is read as no time"
                yield altering(f"{one.id} midnight", says, "time", partial(_no_midnight, one), "IGRT-REVIEW")
    years = partial(_in_times, lambda text: f"2026{text[4:]}")
    yield altering("times without years", "times are compared without their years", "time", years, "IGRT-REVIEW")
    days = partial(_in_times, lambda text: f"2026-01-01{text[10:]}")
    yield altering("times without days", "times are compared without their days", "time", days, "IGRT-REVIEW")


def _written_as(one: Field, pattern: "re.Pattern[str]", sent: Sent) -> bool:
    return any(isinstance(found.get(one.name), str) and pattern.fullmatch(found[one.name]) for found in found_in(sent, one.path))


def _no_midnight(one: Field, document: Document) -> None:
    for found in objects(document, one.path):
        if "T00:00:00" in (found.get(one.name) or ""):
            found[one.name] = None


def _in_times(change: Callable[[str], str], document: Document) -> None:
    """All times of the record and its day: the session's own day stays the date of service."""
    for one in fields():
        if one.kind == "datetime":
            for found in objects(document, one.path):
                if found.get(one.name):
                    found[one.name] = change(found[one.name])
    for found in objects(document, "billing"):
        found["date_of_service"] = change(found["date_of_service"])


def _of_text() -> Iterator[Reader]:
    """What JSON leaves open about text."""
    yield strict("not ASCII", "a document that is not ASCII alone", "text", lambda sent: not sent.document.isascii())
    for slug, pattern in (
        ("escape", rb"\\u"),
        ("escaped quote", rb'\\"'),
        ("escaped solidus", rb"\\/"),
        ("escaped backslash", rb"\\\\"),
        ("escaped tab", rb"\\t"),
        ("surrogate pair", rb"\\u[dD][89abAB]"),
        ("delete character", b"\x7f"),
        ("blank between tokens", rb"\" *: "),
        ("tab between tokens", b"\t"),
    ):
        yield strict(slug, f"a document with a {slug}", "text", partial(_holds, re.compile(pattern)))
    for limit in (64, 255, 1024):
        says = f"text of more than {limit} characters"
        yield strict(f"text beyond {limit}", says, "text", partial(_long, limit))
    yield strict("astral characters", "a character beyond the basic plane", "text", lambda sent: _astral(sent.document))


def _holds(pattern: "re.Pattern[bytes]", sent: Sent) -> bool:
    return pattern.search(sent.document) is not None


def _long(limit: int, sent: Sent) -> bool:
    return _longest(sent.values) > limit


def _longest(value: object) -> int:
    if isinstance(value, dict):
        return max(map(_longest, value.values()), default=0)
    if isinstance(value, list):
        return max(map(_longest, value), default=0)
    return len(value) if isinstance(value, str) else 0


def _astral(document: bytes) -> bool:
    return any(character > "\uffff" for character in document.decode(errors="replace"))


_IDS: Mapping[str, tuple[str, ...]] = {
    "isocenters": ("isocenters[].id", "plans[].beams[].isocenter"),
    "plans": ("plans[].id",),
    "beams": ("plans[].beams[].id", "sessions[].beams_delivered"),
    "sessions": ("sessions[].id",),
}


def ids_of(document: Document, kind: str) -> list[str]:
    """The ids of things of this kind, in the order of the document."""
    return [holder[name] for holder, name in holders(document, _IDS[kind][0])]


def _of_ids() -> Iterator[Reader]:
    """Ids that are refused for how they look, taken for equal, or for one among all kinds."""
    for kind in _IDS:
        for slug, pattern in (
            ("plain", r"[A-Za-z0-9._-]+"),
            ("short", r".{1,64}"),
            ("with a letter", r".*[^\W\d].*"),
            ("not dotted", r"[^.]*"),
            ("ASCII", r"[\x00-\x7f]*"),
        ):
            refuses = partial(_odd_ids, kind, re.compile(pattern))
            yield strict(f"id of {kind} not {slug}", f"an id of {kind} that is not {slug}", "id", refuses, "DOC-CONFLICT")
        for slug, key in _ALIKE.items():
            refuses = partial(_alike, kind, key)
            says = f"ids of {kind} that differ beyond {slug}" if "characters" in slug else f"ids of {kind} that differ in {slug}"
            yield strict(f"ids of {kind} {slug}", says, "id", refuses, "DOC-CONFLICT")
    yield strict("ids of several kinds", "an id that things of two kinds have", "id", _shared, "DOC-CONFLICT")


_ALIKE: Mapping[str, Callable[[str], str]] = {
    "letter case": str.casefold,
    "eight characters": lambda text: text[:8],
    "twenty characters": lambda text: text[:20],
}


def _odd_ids(kind: str, pattern: "re.Pattern[str]", sent: Sent) -> bool:
    return any(not pattern.fullmatch(name) for name in ids_of(sent.values, kind))


def _alike(kind: str, key: Callable[[str], str], sent: Sent) -> bool:
    names = ids_of(sent.values, kind)
    return len(set(map(key, names))) < len(set(names))


def _shared(sent: Sent) -> bool:
    sets = [set(ids_of(sent.values, kind)) for kind in _IDS]
    return sum(map(len, sets)) > len(set().union(*sets))


def of_positions() -> Iterator[Reader]:
    """Positions that are rounded, cut off, or refused."""
    for slug, change in (
        ("whole", lambda mm: float(round(mm))),
        ("cut", lambda mm: float(int(mm))),
        ("without sign", abs),
    ):
        says = f"positions are read {slug}"
        yield altering(f"positions {slug}", says, "number", partial(_positions, change), "ISO-CONTIGUOUS")
    for axis in range(3):
        says = f"coordinate {axis + 1} of positions is not read"
        yield altering(f"positions without axis {axis + 1}", says, "number", partial(_without_axis, axis), "ISO-CONTIGUOUS")
    for limit in (500, 10_000):
        refuses = partial(_far, limit)
        yield strict(f"positions beyond {limit}", f"a position beyond {limit} mm", "number", refuses, "ISO-CONTIGUOUS")


def _positions(change: Callable[[float], float], document: Document) -> None:
    for point in objects(document, "isocenters[]"):
        point["position_mm"] = list(map(change, point["position_mm"]))


def _without_axis(axis: int, document: Document) -> None:
    for point in objects(document, "isocenters[]"):
        point["position_mm"][axis] = 0.0


def _far(limit: float, sent: Sent) -> bool:
    return any(abs(float(mm)) > limit for point in found_in(sent, "isocenters[]") for mm in point["position_mm"])
