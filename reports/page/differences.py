"""How a case differs from one that passed: the fields that are not the same, such as `motion.method: none → gating`.

Ids, names and labels say nothing that decides, and are left out.
"""

from collections.abc import Iterator, Sequence

import msgspec

from rtconform.conformance.traits import Traits
from rtconform.reference.documents.treatment import Case
from rtconform.reports.text import one_line

SHOWN = 4
"""Differences that are shown; of more, how many there are."""

_LONGEST = 48
_Change = tuple[str, object, object]
_SILENT = frozenset({"id", "label", "patient"})


def differences(passed: Case, failing: Case) -> tuple[str, ...]:
    """What changes from the case that passed to the one that fails, field by field, at most `SHOWN` and a count of the rest."""
    found = [
        f"{one_line(place)}: {_value(before)} → {_value(after)}"
        for place, before, after in _differences("", msgspec.to_builtins(passed), msgspec.to_builtins(failing))
    ]
    more = len(found) - SHOWN
    return (*found[:SHOWN], f"and {more:,} more") if more > 0 else tuple(found)


def differing_traits(passed: Traits, failing: Traits) -> tuple[str, ...]:
    """The same of two kinds of cases: two that are not twins differ in much that decides nothing."""
    pairs = ((name, getattr(passed, name), getattr(failing, name)) for name in Traits.__struct_fields__)
    return tuple(f"{name}: {_value(before)} → {_value(after)}" for name, before, after in pairs if before != after)


def _differences(place: str, one: object, other: object) -> Iterator[_Change]:
    if one == other:
        return
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys((*one, *other)):
            if key not in _SILENT:
                yield from _differences(_within(place, key), one.get(key), other.get(key))
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple):
        yield from _of_lists(place, one, other)
    else:
        yield place, one, other


def _of_lists(place: str, one: Sequence[object], other: Sequence[object]) -> Iterator[_Change]:
    """Members that have ids are laid side by side by these, others by their places."""
    before, after = (_by_name(members) for members in (one, other))
    for name in dict.fromkeys((*before, *after)):
        yield from _differences(f"{place}[{name}]", before.get(name), after.get(name))


def _by_name(members: Sequence[object]) -> dict[str, object]:
    return {_name(member, place): member for place, member in enumerate(members)}


def _name(member: object, place: int) -> str:
    return str(member.get("id", place) if isinstance(member, dict) else place)


def _within(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _value(value: object) -> str:
    if value is None:
        return "absent"
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    text = one_line(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
