"""The plain cases that laws are tried on: hand-made ones whose author says that they are coded, rows of the covering array, and
cases of a rule.
"""

from functools import cache
from typing import TypeVar

from rtconform.generators.randomness import Draw
from rtconform.generators.suites.arrays import PAIRWISE
from rtconform.generators.suites.documentation import DOCUMENTATION, rule_at
from rtconform.generators.suites.respelled.laws import Law
from rtconform.generators.suites.suite import SuiteCase
from rtconform.generators.suites.written.handmade import shipped_suite

T = TypeVar("T")

_CODE = "77"
_GENERATED = 0.4


@cache
def handmade() -> tuple[SuiteCase, ...]:
    """All hand-made cases."""
    return tuple(entry for name in ("boundaries", "published") for entry in shipped_suite(name).cases)


@cache
def settled(rules: tuple[str, ...]) -> tuple[SuiteCase, ...]:
    """Those at these rules (none: at any) of which their author expects neither review nor that they are outside: a reader that
    sends them back is wrong.
    """
    return tuple(
        entry
        for entry in (at_rules(rules) if rules else coded())
        if entry.expect and not any(word in entry.expect for word in ("needs_review", "out_of_scope"))
    )


@cache
def coded() -> tuple[SuiteCase, ...]:
    """Those that are coded, by their author's word: each session, where there are several."""
    return tuple(entry for entry in handmade() if entry.expect and _is_coded(entry.expect))


@cache
def at_rules(rules: tuple[str, ...]) -> tuple[SuiteCase, ...]:
    """Those at these rules, whatever is due."""
    return tuple(entry for entry in handmade() if entry.rule in rules)


@cache
def _questions(rules: tuple[str, ...]) -> tuple[int, ...]:
    """The cases of suite `documentation` at these rules; which they are, no seed decides."""
    return tuple(number for number in range(DOCUMENTATION.size(None)) if rule_at(number) in rules)


def base(law: Law, draw: Draw, seed: int, *, sure: bool) -> SuiteCase:
    """A case to try the law on; `sure`: one that a coder is wrong to send back."""
    if law.cases:
        return _one(tuple(entry for entry in handmade() if entry.id in law.cases), draw)
    if sure and settled(law.rules):
        return _one(settled(law.rules), draw)
    if draw() < _GENERATED:
        questions = _questions(law.rules)
        if questions:
            return DOCUMENTATION.case(_one(questions, draw), seed)
        if not law.rules:
            return PAIRWISE.case(int(draw() * PAIRWISE.size(None)), seed)
    return _one(at_rules(law.rules) if law.rules else coded(), draw)


def _one(of: tuple[T, ...], draw: Draw) -> T:
    return of[int(draw() * len(of))]


def _is_coded(expect: str) -> bool:
    return all(part.split()[-1 if part.lstrip().startswith("S") else 0].startswith(_CODE) for part in expect.split(";"))
