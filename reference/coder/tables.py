"""Asking tables of rules about the facts of a session or plan."""

from collections.abc import Iterable
from typing import TypeVar

from rtconform.reference.coder.facts import PlanFacts, SessionFacts
from rtconform.reference.coder.rules import PlanRule, SessionRule

R = TypeVar("R", bound=SessionRule | PlanRule)


def holding(rules: Iterable[R], facts: SessionFacts | PlanFacts) -> tuple[R, ...]:
    """The rules that the facts meet, in order. Where a table is read from the top, the first one decides."""
    return tuple(rule for rule in rules if rule.when(facts))


def at_work(rules: Iterable[SessionRule], s: SessionFacts) -> tuple[str, ...]:
    """The ids of the rules that the facts meet."""
    return tuple(rule.id for rule in holding(rules, s))
