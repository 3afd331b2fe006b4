"""Asking rules about the facts of one session or plan after another, with the answers remembered.

Rules look at a few facts, and these have a few values each. So most questions were asked before, and the answer is looked up by
the values of the facts.
"""

from collections.abc import Callable, Hashable, Iterable
from operator import attrgetter
from typing import Generic, TypeVar

from rtconform.reference.coder.conditions import atoms
from rtconform.reference.coder.facts import PlanFacts, SessionFacts
from rtconform.reference.coder.rules import PlanRule, SessionRule

REMEMBERED = 10_000
"""The most answers that one function remembers."""

F = TypeVar("F", bound=SessionFacts | PlanFacts)
R = TypeVar("R", bound=SessionRule | PlanRule)
T = TypeVar("T")


class ByFacts(Generic[F, T]):
    """A function of the facts of a session or plan that looks only at the facts named in `looked_at`. Answers are kept."""

    def __init__(self, function: Callable[[F], T], looked_at: frozenset[str]) -> None:
        self._function = function
        self._looked_at = attrgetter(*sorted(looked_at)) if looked_at else lambda _: ()
        self._known: dict[Hashable, T] = {}

    def __call__(self, facts: F) -> T:
        """The function's answer for these facts."""
        values = self._looked_at(facts)
        found = self._known.get(values)
        if found is None:
            found = self._function(facts)
            if len(self._known) < REMEMBERED:
                self._known[values] = found
        return found


def holding(rules: Iterable[R], facts: SessionFacts | PlanFacts) -> tuple[R, ...]:
    """The rules that the facts meet, in order. Where a table is read from the top, the first one decides."""
    return tuple(rule for rule in rules if rule.when(facts))


def at_work(rules: Iterable[SessionRule], s: SessionFacts) -> tuple[str, ...]:
    """The ids of the rules that the facts meet."""
    return tuple(rule.id for rule in holding(rules, s))


def asked_by(rules: Iterable[SessionRule | PlanRule]) -> frozenset[str]:
    """The facts that the rules ask about."""
    return frozenset(atom.fact for rule in rules for _, atom in atoms(rule.when))
