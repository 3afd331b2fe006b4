"""Conditions as data: what a rule asks of the facts. They read like the rule book, and can be called, taken apart and changed.

    holds("photons") & holds("electrons")
    equals("motion", "active") & ~equals("technique", "2d")
    at_least("isocenters", 2)

An atom names a fact, an attribute of `SessionFacts`, `PlanFacts` or `CaseFacts`; `&`, `|` and `~` make conditions of conditions.
What is proved of the suites (`conformance/strength`) is proved over these atoms: each changed alone is a faulty rule.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Literal

Relation = Literal["holds", "equals", "at_least", "among"]
Value = str | int | None | tuple[str, ...]
Test = Callable[[object], bool]
Path = tuple[int, ...]
"""Where a part of a condition stands: the numbers of the parts on the way to it."""


@dataclass(frozen=True)
class Condition:
    """What every condition can do; `parts` are the conditions that it is made of."""

    parts: tuple["Condition", ...] = ()
    test: Test = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "test", self._tested())

    def __call__(self, facts: object) -> bool:
        """Whether the facts meet it."""
        return self.test(facts)

    def _tested(self) -> Test:
        """The function that answers: made once, since a coder asks for every rule of every session."""
        raise NotImplementedError

    def __and__(self, other: "Condition") -> "Condition":
        return All((*_parts(self, All), *_parts(other, All)))

    def __or__(self, other: "Condition") -> "Condition":
        return AnyOf((*_parts(self, AnyOf), *_parts(other, AnyOf)))

    def __invert__(self) -> "Condition":
        return Not((self,))


@dataclass(frozen=True)
class Atom(Condition):
    """One question to one fact; `value` is what it is compared with (None where the fact itself is the answer)."""

    fact: str = ""
    relation: Relation = "holds"
    value: Value = None

    def _tested(self) -> Test:
        of, value = attrgetter(self.fact), self.value
        if self.relation == "holds":
            return lambda facts: bool(of(facts))
        if self.relation == "equals":
            return lambda facts: bool(of(facts) == value)
        if self.relation == "at_least" and isinstance(value, int):
            return lambda facts: bool(of(facts) >= value)
        if self.relation == "among" and isinstance(value, tuple):
            return lambda facts: of(facts) in value
        raise TypeError(f"{self.relation} {value!r} asks nothing of {self.fact}")

    def __str__(self) -> str:
        value = " or ".join(self.value) if isinstance(self.value, tuple) else self.value
        return {
            "holds": self.fact,
            "equals": f"{self.fact} = {value}",
            "at_least": f"{self.fact} >= {value}",
            "among": f"{self.fact} = {value}",
        }[self.relation]


@dataclass(frozen=True)
class All(Condition):
    """Every part holds."""

    def _tested(self) -> Test:
        first, *others = [part.test for part in self.parts] or [lambda _: True]
        for other in others:
            first = _both(first, other)
        return first

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, AnyOf) else str(part) for part in self.parts)


@dataclass(frozen=True)
class AnyOf(Condition):
    """At least one part holds."""

    def _tested(self) -> Test:
        first, *others = [part.test for part in self.parts] or [lambda _: False]
        for other in others:
            first = _either(first, other)
        return first

    def __str__(self) -> str:
        return " or ".join(f"({part})" if isinstance(part, All) else str(part) for part in self.parts)


@dataclass(frozen=True)
class Not(Condition):
    """Its one part does not hold."""

    def _tested(self) -> Test:
        test = self.parts[0].test
        return lambda facts: not test(facts)

    def __str__(self) -> str:
        return f"not {self.parts[0]}" if isinstance(self.parts[0], Atom) else f"not ({self.parts[0]})"


ALWAYS, NEVER = All(), AnyOf()
"""The conditions that all facts meet, and that none do."""


def holds(fact: str) -> Condition:
    """The fact is true, or is not empty."""
    return Atom(fact=fact)


def equals(fact: str, value: str) -> Condition:
    """The fact has this value."""
    return Atom(fact=fact, relation="equals", value=value)


def at_least(fact: str, number: int) -> Condition:
    """The fact, a number, is so high or higher."""
    return Atom(fact=fact, relation="at_least", value=number)


def among(fact: str, values: tuple[str, ...]) -> Condition:
    """The fact has one of these values."""
    return Atom(fact=fact, relation="among", value=values)


def atoms(condition: Condition, path: Path = ()) -> Iterator[tuple[Path, Atom]]:
    """Every atom of the condition, from left to right, with its place."""
    if isinstance(condition, Atom):
        yield path, condition
    for number, part in enumerate(condition.parts):
        yield from atoms(part, (*path, number))


def with_part(condition: Condition, path: Path, part: Condition) -> Condition:
    """The condition with another part at this place."""
    if not path:
        return part
    parts = list(condition.parts)
    parts[path[0]] = with_part(parts[path[0]], path[1:], part)
    return replace(condition, parts=tuple(parts))


def _parts(condition: Condition, kind: type[Condition]) -> tuple[Condition, ...]:
    return condition.parts if isinstance(condition, kind) else (condition,)


def _both(one: Test, other: Test) -> Test:
    return lambda facts: one(facts) and other(facts)


def _either(one: Test, other: Test) -> Test:
    return lambda facts: one(facts) or other(facts)
