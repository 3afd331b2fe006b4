"""The reference coder, made quick: what was worked out for one session is remembered for all sessions with the same facts.

Rules look at a few facts, and these have a few values each, so most questions were asked before. This module goes around the
coder and knows no rule: what it answers, `coder.expect` answers too, in about twice the time. A test compares the two.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, fields
from functools import cached_property
from operator import attrgetter
from typing import Generic, TypeVar

from rtconform.reference.coder import coder, rules
from rtconform.reference.coder.book import BOOK, Book
from rtconform.reference.coder.conditions import atoms
from rtconform.reference.coder.explain import DELIVERY_TOLD, GUIDANCE_TOLD
from rtconform.reference.coder.facts import PlanFacts, SessionFacts
from rtconform.reference.coder.rules import PlanRule, SessionRule
from rtconform.reference.coder.services import ALWAYS_NAMED, LEVEL_FACTS, Carried, Service
from rtconform.reference.documents.treatment import Case

REMEMBERED = 10_000
"""The most answers that one function remembers."""

F = TypeVar("F", bound=SessionFacts | PlanFacts)
T = TypeVar("T")


class ByFacts(Generic[F, T]):
    """A function of the facts of a session or plan that looks only at the facts named in `looked_at`. Answers are kept."""

    def __init__(self, function: Callable[[F], T], looked_at: frozenset[str]) -> None:
        self._function = function
        self.looked_at = looked_at
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


@dataclass(frozen=True)
class RememberedBook(Book):
    """A book that remembers what it answered."""

    def delivery_of(self, s: SessionFacts) -> Service:
        """As the book says."""
        return self._delivery(s)

    def guidance_of(self, s: SessionFacts) -> Service:
        """As the book says."""
        return self._guidance(s)

    def carried(self, s: SessionFacts) -> Carried:
        """As the book says."""
        return self._carried(s)

    def facts_at_work(self, s: SessionFacts) -> tuple[str, ...]:
        """As the book says."""
        return _facts_at_work(s)

    def doubts(self, plan: PlanFacts) -> tuple[PlanRule, ...]:
        """As the book says."""
        return self._doubts(plan)

    @cached_property
    def _delivery(self) -> ByFacts[SessionFacts, Service]:
        asked = asked_by((*self.delivery, *LEVEL_FACTS, *rules.DELIVERY_FACTS))
        return ByFacts(super().delivery_of, asked | DELIVERY_TOLD)

    @cached_property
    def _guidance(self) -> ByFacts[SessionFacts, Service]:
        asked = asked_by((*self.guidance, *rules.GUIDANCE_FACTS, rules.IGRT_GLOBAL))
        return ByFacts(super().guidance_of, asked | GUIDANCE_TOLD)

    @cached_property
    def _carried(self) -> ByFacts[SessionFacts, Carried]:
        return ByFacts(super().carried, asked_by(self.claims))

    @cached_property
    def _doubts(self) -> ByFacts[PlanFacts, tuple[PlanRule, ...]]:
        return ByFacts(super().doubts, asked_by(self.plan_record))


def remembered(book: Book) -> RememberedBook:
    """The same book, which remembers what it answered."""
    return RememberedBook(**{field.name: getattr(book, field.name) for field in fields(Book)})


def asked_by(asked: Iterable[SessionRule | PlanRule]) -> frozenset[str]:
    """The facts that the rules ask about."""
    return frozenset(atom.fact for rule in asked for _, atom in atoms(rule.when))


_facts_at_work = ByFacts(BOOK.facts_at_work, asked_by(ALWAYS_NAMED))

REMEMBERED_BOOK = remembered(BOOK)
"""The reference's book, which remembers."""


def expect(case: Case, book: RememberedBook = REMEMBERED_BOOK) -> coder.Expectation:
    """What `coder.expect` says of the case, sooner."""
    return coder.expect(case, book)
