"""Conditions of the rules as data, written as rows of unary tests in FEEL, the expression language of DMN.

A row of a DMN table is a conjunction: one test per column. An `any` therefore becomes several rows. They exclude each other, so
that a rule never counts twice where all rows that hold are at work.
"""

import json
from collections.abc import Iterable
from itertools import product
from typing import NamedTuple

from msgspec import structs

from rtconform.reference.coder.decision_table import FactShape, When


class UnaryTest(NamedTuple):
    """A question to one fact, and whether the answer must be yes."""

    asked: When
    wanted: bool


Conjunction = tuple[UnaryTest, ...]


def conjunctions(when: When, *, wanted: bool = True) -> tuple[Conjunction, ...]:
    """Conjunctions of which exactly one holds where the condition holds (or fails, if that is wanted), and none elsewhere."""
    if when.negated is not None:
        return conjunctions(when.negated, wanted=not wanted)
    if when.all:
        return _together(when.all, wanted=True) if wanted else _one_at_least(when.all, wanted=False)
    if when.any:
        return _one_at_least(when.any, wanted=True) if wanted else _together(when.any, wanted=False)
    if not when.fact:
        return ((),) if wanted else ()
    return ((UnaryTest(when, wanted),),)


def _together(parts: Iterable[When], *, wanted: bool) -> tuple[Conjunction, ...]:
    return tuple(
        tuple(test for row in rows for test in row) for rows in product(*(conjunctions(p, wanted=wanted) for p in parts))
    )


def _one_at_least(parts: tuple[When, ...], *, wanted: bool) -> tuple[Conjunction, ...]:
    """A row for each part: it is as wanted, and no part before it is."""
    rows: list[Conjunction] = []
    for place, part in enumerate(parts):
        before = _together(parts[:place], wanted=not wanted)
        rows += [one + other for one in before for other in conjunctions(part, wanted=wanted)]
    return tuple(rows)


def cell(test: UnaryTest, fact: FactShape) -> str:
    """The test as the cell of a table has it. Raises TypeError for a question that a fact of this type can't answer."""
    asked, wanted = test
    if asked.holds and fact.type == "boolean":
        return literal(wanted)
    if asked.holds and fact.type == "list":
        return "count(?) > 0" if wanted else "count(?) = 0"
    if asked.at_least is not None:
        return f">= {asked.at_least}" if wanted else f"< {asked.at_least}"
    values = asked.among or ((asked.equals,) if asked.equals is not None else ())
    if not values:
        raise TypeError(f"no test of a {fact.type} in FEEL: {structs.asdict(asked)}")
    alternatives = ", ".join(map(literal, values))
    return alternatives if wanted else f"not({alternatives})"


def literal(value: object) -> str:
    """A value, written in FEEL, which writes null, booleans, texts and lists as JSON does."""
    return json.dumps(value, ensure_ascii=False)
