"""Systematic mutants that read a document too strictly, or too carelessly: a coder that is right about every rule, behind a
reader that is not.

Derived from the types of a case: each optional field that may be absent or null, each object that may hold fields that nobody
knows, each list and each key whose order means nothing, each number and each time in each of its forms; and each thing that makes
a document no case, passed over. A strict reader sends back what it does not read (`needs_review`).
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from typing import Any

from rtconform.conformance.coder.faults.faulty import correct
from rtconform.conformance.strength.mutants.flaws_in import FLAW_KINDS, kinds_of
from rtconform.conformance.strength.mutants.schema import Field, fields, paths
from rtconform.generators.suites.respelled.places import Document, holders, objects
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import decode, encode
from rtconform.reference.errors import DocumentError

_SCHEMA = "schema"


class Number(str):
    """A number as it is written."""

    __slots__ = ()


@dataclass(frozen=True)
class Sent:
    """A document as it is sent.

    `case`: the sound case that it holds or, where it is not a case, was made from. `written`: its bytes (None: those of the
    plain way).
    """

    case: Case
    sound: bool = True
    written: bytes | None = None

    @cached_property
    def document(self) -> bytes:
        """The bytes."""
        return encode(self.case) if self.written is None else self.written

    @cached_property
    def values(self) -> Document:
        """The document's values, with numbers as they are written; empty where it is not a sound one."""
        found: Document = json.loads(self.document, parse_float=Number, parse_int=Number) if self.sound else {}
        return found


@dataclass(frozen=True)
class Reader:
    """A faulty reader. `refuses`: what it sends back though it is a case; `alters`: what it makes of a case before it is coded;
    `swallows`: what is wrong with documents that it codes all the same, each as the sound case that it was made from.
    """

    id: str
    says: str
    operator: str
    rules: tuple[str, ...]
    refuses: Callable[[Sent], bool] | None = field(default=None, repr=False, compare=False)
    alters: Callable[[Document], None] | None = field(default=None, repr=False, compare=False)
    swallows: str = ""

    def answer(self, sent: Sent) -> Answer:
        """What the coder behind the reader answers."""
        asked_back = Answer(sent.case.id, "needs_review")
        if not sent.sound:
            swallowed = self.swallows and kinds_of(sent.document) == {self.swallows}
            return correct(sent.case) if swallowed else asked_back
        if self.refuses is not None and self.refuses(sent):
            return asked_back
        if self.alters is None:
            return correct(sent.case)
        altered = json.loads(sent.document)
        self.alters(altered)
        try:
            return correct(decode(json.dumps(altered).encode(), Case))
        except DocumentError:
            return asked_back


@cache
def readers() -> tuple[Reader, ...]:
    """Every faulty reader."""
    return (
        *_of_fields(),
        *_of_objects(),
        *_of_numbers(),
        *_of_times(),
        *_of_text(),
        *_of_ids(),
        *_of_lists(),
        *_of_positions(),
        *_careless(),
    )


def _strict(slug: str, says: str, operator: str, refuses: Callable[[Sent], bool], rule: str = "DOC-UNKNOWN") -> Reader:
    return Reader(f"strict {slug}", f"{says} is sent back", operator, (rule,), refuses=refuses)


def _altering(slug: str, says: str, operator: str, alters: Callable[[Document], None], rule: str = "DOC-UNKNOWN") -> Reader:
    return Reader(f"reads {slug}", says, operator, (rule,), alters=alters)


def _found(sent: Sent, path: str) -> Iterator[dict[str, Any]]:
    return objects(sent.values, path)


def _of_fields() -> Iterator[Reader]:
    """Optional fields that are absent, or null, refused; or read as something."""
    for one in fields():
        if not one.required:
            yield _strict(f"{one.id} absent", f"{one.id} that is absent", "absent", partial(_absent, one))
        if one.nullable:
            yield _strict(f"{one.id} null", f"{one.id} that is null", "null", partial(_null, one))
        for other in _others(one):
            shown = json.dumps(other)
            says = f"{one.id} that is absent or null is read as {shown}"
            yield _altering(f"{one.id} absent as {shown}", says, "other default", partial(_read_as, one, other))
    schema = Field("$", _SCHEMA, "str", required=False, nullable=False, default=None, terms=())
    yield _strict("schema absent", "a document without its schema", "absent", partial(_absent, schema))


def _absent(one: Field, sent: Sent) -> bool:
    return any(one.name not in found for found in _found(sent, one.path))


def _null(one: Field, sent: Sent) -> bool:
    return any(one.name in found and found[one.name] is None for found in _found(sent, one.path))


_READ_AS: Mapping[str, tuple[object, ...]] = {
    "plans[].planning": ({"volumetric_imaging": "ct", "targets": ["PTV"], "organs_at_risk": ["Cord"], "dvh_evaluated": True},),
    "plans[].planning.volumetric_imaging": ("ct",),
    "plans[].planning.targets": (["PTV"],),
    "plans[].planning.organs_at_risk": (["SpinalCord"],),
    "plans[].beams[].modulation": ("dynamic_mlc",),
    "sessions[].guidance": ([{"method": "cbct", "purpose": "target_localization"}],),
    "sessions[].motion": ({"method": "gating", "during_beam": True, "beam_hold": True},),
    "sessions[].motion.documentation": ({},),
    "sessions[].motion.documentation.system": ("camera",),
    "sessions[].physician_review": ({"approved_at": "2027-12-31T00:00:00"},),
    "sessions[].physician_review.approved_at": ("2027-12-31T00:00:00",),
    "sessions[].next_session_at": ("2026-01-01T00:00:00",),
}
"""What careless readers take for said where the field is not there; of other fields, true for what may be true or false."""


def _others(one: Field) -> Iterable[object]:
    return () if one.required else _READ_AS.get(one.id, (True,) if one.kind == "bool" else ())


def _read_as(one: Field, other: object, document: Document) -> None:
    for found in objects(document, one.path):
        if found.get(one.name) is None:
            found[one.name] = other


def _of_objects() -> Iterator[Reader]:
    """Fields that the format lacks, and keys in another order, refused."""
    for path in paths():
        names = [one.name for one in fields() if one.path == path]
        known = {*names, *((_SCHEMA,) if path == "$" else ())}
        yield _strict(
            f"{path} unknown field", f"a field that {path} should not have", "unknown field", partial(_unknown, path, known)
        )
        if len(names) > 1:
            yield _strict(
                f"{path} key order", f"{path} with its keys in another order", "key order", partial(_disordered, path, names)
            )


def _unknown(path: str, known: set[str], sent: Sent) -> bool:
    return any(found.keys() - known for found in _found(sent, path))


def _disordered(path: str, names: list[str], sent: Sent) -> bool:
    return any(
        [name for name in found if name in names] != [name for name in names if name in found] for found in _found(sent, path)
    )


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
                yield _strict(f"{one.id} {form}", f"{one.id} {words}", "number", partial(_in_form, one, pattern))


def _in_form(one: Field, pattern: "re.Pattern[str]", sent: Sent) -> bool:
    for found in _found(sent, one.path):
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
                yield _strict(f"{one.id} {slug}", f"{one.id} with a {slug}", "time", refuses, "IGRT-REVIEW")
            if not one.required:
                says = f"midnight in {one.id} is read as no time"
                yield _altering(f"{one.id} midnight", says, "time", partial(_no_midnight, one), "IGRT-REVIEW")
    years = partial(_in_times, lambda text: f"2026{text[4:]}")
    yield _altering("times without years", "times are compared without their years", "time", years, "IGRT-REVIEW")
    days = partial(_in_times, lambda text: f"2026-01-01{text[10:]}")
    yield _altering("times without days", "times are compared without their days", "time", days, "IGRT-REVIEW")


def _written_as(one: Field, pattern: "re.Pattern[str]", sent: Sent) -> bool:
    return any(isinstance(found.get(one.name), str) and pattern.fullmatch(found[one.name]) for found in _found(sent, one.path))


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
    yield _strict("not ASCII", "a document that is not ASCII alone", "text", lambda sent: not sent.document.isascii())
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
        yield _strict(slug, f"a document with a {slug}", "text", partial(_holds, re.compile(pattern)))
    for limit in (64, 255, 1024):
        says = f"text of more than {limit} characters"
        yield _strict(f"text beyond {limit}", says, "text", partial(_long, limit))
    yield _strict("astral characters", "a character beyond the basic plane", "text", lambda sent: _astral(sent.document))


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


def _ids(document: Document, kind: str) -> list[str]:
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
            yield _strict(f"id of {kind} not {slug}", f"an id of {kind} that is not {slug}", "id", refuses, "DOC-CONFLICT")
        for slug, key in (
            ("letter case", str.casefold),
            ("eight characters", lambda text: text[:8]),
            ("twenty characters", lambda t: t[:20]),
        ):
            refuses = partial(_alike, kind, key)
            says = f"ids of {kind} that differ beyond {slug}" if "characters" in slug else f"ids of {kind} that differ in {slug}"
            yield _strict(f"ids of {kind} {slug}", says, "id", refuses, "DOC-CONFLICT")
    yield _strict("ids of several kinds", "an id that things of two kinds have", "id", _shared, "DOC-CONFLICT")


_ALIKE: Mapping[str, Callable[[str], str]] = {
    "letter case": str.casefold,
    "eight characters": lambda text: text[:8],
    "twenty characters": lambda text: text[:20],
}


def _odd_ids(kind: str, pattern: "re.Pattern[str]", sent: Sent) -> bool:
    return any(not pattern.fullmatch(name) for name in _ids(sent.values, kind))


def _alike(kind: str, key: Callable[[str], str], sent: Sent) -> bool:
    names = _ids(sent.values, kind)
    return len(set(map(key, names))) < len(set(names))


def _shared(sent: Sent) -> bool:
    sets = [set(_ids(sent.values, kind)) for kind in _IDS]
    return sum(map(len, sets)) > len(set().union(*sets))


def _of_lists() -> Iterator[Reader]:
    """Lists of which one item is read, or that are refused in another order than the one that is usual."""
    for one in fields():
        if one.kind != "list":
            continue
        yield _strict(
            f"{one.id} not sorted", f"{one.id} that is not sorted", "list order", partial(_not_sorted, one), "ISO-DELIVERED"
        )
        if one.path != "plans[].planning":  # that there is any is the evidence
            for which, part in (("first", slice(1)), ("last", slice(-1, None))):
                says = f"of {one.id} the {which} is read alone"
                yield _altering(f"{one.id} {which}", says, "list", partial(_shortened, one, part), "ISO-DELIVERED")
        if one.name in ("beams_delivered", "guidance"):  # two of other lists share no id
            yield _strict(f"{one.id} with doubles", f"{one.id} that holds one twice", "list", partial(_doubled, one), "ONCE")
    says = "beams delivered in another order than planned"
    yield _strict("delivery order", says, "list order", _delivered_in_order, "ISO-DELIVERED")


def _shortened(one: Field, part: slice, document: Document) -> None:
    for found in objects(document, one.path):
        if found.get(one.name):
            found[one.name] = found[one.name][part]


def _sort_key(item: object) -> str:
    return str(item.get("started_at") or item.get("id") or item.get("method")) if isinstance(item, dict) else str(item)


def _not_sorted(one: Field, sent: Sent) -> bool:
    lists = (found.get(one.name) or [] for found in _found(sent, one.path))
    return any((keys := list(map(_sort_key, items))) != sorted(keys) for items in lists)


def _doubled(one: Field, sent: Sent) -> bool:
    lists = (found.get(one.name) or [] for found in _found(sent, one.path))
    return any(len(keys := list(map(json.dumps, items))) > len(set(keys)) for items in lists)


def _delivered_in_order(sent: Sent) -> bool:
    planned = _ids(sent.values, "beams")
    orders = (found.get("beams_delivered") or [] for found in _found(sent, "sessions[]"))
    return any((places := [planned.index(beam) for beam in beams if beam in planned]) != sorted(places) for beams in orders)


def _of_positions() -> Iterator[Reader]:
    """Positions that are rounded, cut off, or refused."""
    for slug, change in (
        ("whole", lambda mm: float(round(mm))),
        ("cut", lambda mm: float(int(mm))),
        ("without sign", abs),
    ):
        says = f"positions are read {slug}"
        yield _altering(f"positions {slug}", says, "number", partial(_positions, change), "ISO-CONTIGUOUS")
    for axis in range(3):
        says = f"coordinate {axis + 1} of positions is not read"
        yield _altering(f"positions without axis {axis + 1}", says, "number", partial(_without_axis, axis), "ISO-CONTIGUOUS")
    for limit in (500, 10_000):
        refuses = partial(_far, limit)
        yield _strict(f"positions beyond {limit}", f"a position beyond {limit} mm", "number", refuses, "ISO-CONTIGUOUS")


def _positions(change: Callable[[float], float], document: Document) -> None:
    for point in objects(document, "isocenters[]"):
        point["position_mm"] = list(map(change, point["position_mm"]))


def _without_axis(axis: int, document: Document) -> None:
    for point in objects(document, "isocenters[]"):
        point["position_mm"][axis] = 0.0


def _far(limit: float, sent: Sent) -> bool:
    return any(abs(float(mm)) > limit for point in _found(sent, "isocenters[]") for mm in point["position_mm"])


def _careless() -> Iterator[Reader]:
    """Documents that are not cases, coded all the same: one kind of what can be wrong passed over each."""
    for kind, says in FLAW_KINDS().items():
        yield Reader(f"careless {kind}", f"{says} is passed over", "careless", ("DOC-MALFORMED",), swallows=kind)
