"""Tables of rules, asked for one session after the other: what a table says is remembered by the facts that it asks about.

A table asks about a few facts that have a few values each, so that sessions soon repeat what it has been asked already.
"""

from collections.abc import Hashable, Iterable
from operator import attrgetter
from typing import Generic, TypeVar

from rtconform.reference.conditions import atoms
from rtconform.reference.facts import SessionFacts
from rtconform.reference.rules import SessionRule

REMEMBERED = 10_000
"""For how many values of its facts a table remembers what it says, at most."""

Rule_co = TypeVar("Rule_co", bound=SessionRule, covariant=True)


class Table(Generic[Rule_co]):
    """Some rules over the facts of a session, in order."""

    def __init__(self, rules: Iterable[Rule_co]) -> None:
        self._rules = tuple(rules)
        asked = {atom.fact for rule in self._rules for _, atom in atoms(rule.when)}
        self._facts_of = attrgetter(*sorted(asked)) if asked else lambda _: ()
        self._known: dict[Hashable, tuple[Rule_co, ...]] = {}

    def holding(self, s: SessionFacts) -> tuple[Rule_co, ...]:
        """The rules that the facts meet."""
        facts = self._facts_of(s)
        found = self._known.get(facts)
        if found is None:
            found = tuple(rule for rule in self._rules if rule.when(s))
            if len(self._known) < REMEMBERED:
                self._known[facts] = found
        return found

    def first(self, s: SessionFacts) -> Rule_co | None:
        """The first of them: it decides, where the table is read from the top."""
        return next(iter(self.holding(s)), None)
