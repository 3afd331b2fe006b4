"""The same treatment in other bytes: fields absent, null or spelled, fields that nobody knows, and what JSON leaves open.

A function of the first kind changes the document so that it reads as before though our own writer would never write it so; one
of the second says how values are put into bytes. Both are of the bytes alone: who gets a rendered template never sees them.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import NODEFAULT, Struct

from rtconform.generators.randomness import Draw
from rtconform.generators.suites.respelled.changes import With, times
from rtconform.generators.suites.respelled.places import Document, holders, objects
from rtconform.reference.documents.treatment import (
    Beam,
    Billing,
    Case,
    Guidance,
    Motion,
    MotionDocumentation,
    Patient,
    PhysicianReview,
    Plan,
    Planning,
    Session,
)

_TYPES: dict[str, type[Struct]] = {
    "$": Case,
    "patient": Patient,
    "billing": Billing,
    "plans[]": Plan,
    "plans[].planning": Planning,
    "plans[].beams[]": Beam,
    "sessions[]": Session,
    "sessions[].motion": Motion,
    "sessions[].motion.documentation": MotionDocumentation,
    "sessions[].guidance[]": Guidance,
    "sessions[].physician_review": PhysicianReview,
}
"""What stands where in a case."""


def defaults(at: str) -> Document:
    """The optional fields of the objects at this path, with their defaults as JSON has them."""
    fields = msgspec.structs.fields(_TYPES[at])
    plain = {field.name: field.default for field in fields if field.default is not NODEFAULT}
    return {name: msgspec.to_builtins(value) for name, value in plain.items()}


def drop(document: Document, _: Draw, at: str, how: With) -> None:
    """Fields are absent, whatever they said."""
    for found in objects(document, at):
        for name in how["fields"]:
            found.pop(name, None)


def empty(document: Document, _: Draw, at: str, how: With) -> None:
    """Fields say their default, whatever they said."""
    spelled = defaults(at)
    for found in objects(document, at):
        found.update({name: spelled[name] for name in how["fields"]})


def omit(document: Document, _: Draw, at: str, __: With) -> None:
    """Fields that say their default are absent."""
    spelled = defaults(at)
    for found in objects(document, at):
        for name, value in spelled.items():
            if name in found and json.dumps(found[name]) == json.dumps(value):
                del found[name]


def spell(document: Document, _: Draw, at: str, __: With) -> None:
    """Fields that are absent say their default."""
    spelled = defaults(at)
    for found in objects(document, at):
        for name, value in spelled.items():
            found.setdefault(name, value)


def say(document: Document, _: Draw, at: str, how: With) -> None:
    """What is said by one value is said by another; in a law "null" is null, "absent" that the field is not there, and
    `was = "text"` any text; a list of what it was is any of these.
    """
    value = _nulls(how["value"])
    was = [_nulls(one) for one in (how["was"] if isinstance(how["was"], list) else [how["was"]])]
    for holder, name in holders(document, at):
        found = holder.get(name)
        if found in was or ("text" in was and isinstance(found, str)):
            holder[name] = value
            if value == "absent":
                del holder[name]


def add_unknown(document: Document, draw: Draw, at: str, _: With) -> None:
    """Fields that the format lacks: text, a number, null, an object and a list, in any place among the others."""
    add(document, draw, at, {"fields": _UNKNOWN})


def add(document: Document, draw: Draw, at: str, how: With) -> None:
    """Fields that the format has elsewhere and lacks here, in any place among the others."""
    for found in objects(document, at):
        fields = [*found.items(), *how["fields"].items()]
        found.clear()
        found.update(field for _, field in sorted(enumerate(fields), key=lambda _: draw()))


_UNKNOWN: Document = {
    "x_local_note": "see chart",
    "x_revision": 7,
    "x_nothing": None,
    "x_origin": {"system": "R&V", "version": [1, 2], "schema": "local/3", "id": "x-1"},
    "x_größe": [{"code": "000"}, "text", 0.5],
}


def times_as(document: Document, _: Draw, at: str, how: With) -> None:
    """Times, those at the path or all, with a fraction of a second that is nothing."""
    for holder, name in times(document) if at == "$" else holders(document, at):
        text = holder.get(name)
        if text and "." not in text:
            holder[name] = text + how["suffix"]


def _nulls(value: Any) -> Any:  # noqa: ANN401 - any value of a law
    if isinstance(value, dict):
        return {name: _nulls(inside) for name, inside in value.items()}
    return None if value == "null" else value


@dataclass(frozen=True)
class Style:
    """How values are put into bytes; every default is what other writers do."""

    order: Callable[[list[str]], list[str]] = list
    number: Callable[[float], str] = repr
    text: Callable[[str], str] = json.encoder.encode_basestring
    key: Callable[[str], str] = json.encoder.encode_basestring
    gap: str = ""

    def written(self, value: Any) -> str:  # noqa: ANN401 - anything that JSON can be
        """The value as JSON."""
        gap = self.gap
        if isinstance(value, dict):
            inside = (f"{self.key(name)}{gap}:{gap}{self.written(value[name])}" for name in self.order(list(value)))
            return f"{{{gap}{f'{gap},{gap}'.join(inside)}{gap}}}"
        if isinstance(value, list):
            return f"[{gap}{f'{gap},{gap}'.join(map(self.written, value))}{gap}]"
        if isinstance(value, str):
            return self.text(value)
        return self.number(value) if isinstance(value, float) else json.dumps(value)


def plain(_: With) -> Style:
    """As any writer does."""
    return Style()


def keys(how: With) -> Style:
    """Keys in another order."""
    return Style(order=sorted if how["order"] == "sorted" else lambda names: names[::-1])


def numbers(how: With) -> Style:
    """Numbers that are not counts in another form, of exactly the same value."""
    return Style(number=_NUMBERS[how["form"]])


def strings(how: With) -> Style:
    """Strings with other escapes."""
    form = how["form"]
    if form == "keys":
        return Style(key=_first_escaped)
    return Style(text=_STRINGS[form])


def blanks(how: With) -> Style:
    """Blanks between tokens."""
    return Style(gap=how["blank"])


def _whole(number: float) -> str:
    return str(int(number)) if number.is_integer() else repr(number)


def _zeros(number: float) -> str:
    return f"{Decimal(repr(number)):f}00"


def _exponent(number: float) -> str:
    sign, digits, exponent = Decimal(repr(number)).as_tuple()
    return f"{'-' if sign else ''}{int(''.join(map(str, digits)))}E{exponent}"


def _first_escaped(text: str) -> str:
    written = json.encoder.encode_basestring(text)
    if len(text) == 0 or written[1] == "\\" or ord(text[0]) > 0xFFFF:
        return written
    return f'"\\u{ord(text[0]):04X}{written[2:]}'


_NUMBERS: dict[str, Callable[[float], str]] = {"whole": _whole, "zeros": _zeros, "exponent": _exponent}
_STRINGS: dict[str, Callable[[str], str]] = {
    "ascii": json.encoder.encode_basestring_ascii,
    "first": _first_escaped,
    "solidus": lambda text: json.encoder.encode_basestring(text).replace("/", "\\/"),
    "raw": json.encoder.encode_basestring,
}
