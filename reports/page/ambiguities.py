"""Ambiguous guidance: which reading the vendor follows, and whether always the same."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from rtconform.conformance.records import Result
from rtconform.reference.coder.rules import RULES
from rtconform.reports.figures.failure import RuleText, rule_text

Follows = Literal["primary", "other", "both", "neither"]


@dataclass(frozen=True)
class Ambiguity:
    """A rule on which guidance is ambiguous: in how many cases the vendor read it as the rule book does first, or the other way.

    `unclear`: cases that do not stand for another reason. `examples`: a case of each reading, "" where there is none.
    """

    rule: RuleText
    primary: int
    other: int
    unclear: int
    examples: tuple[str, str]

    @property
    def follows(self) -> Follows:
        """The reading followed."""
        if self.primary and self.other:
            return "both"
        return "primary" if self.primary else "other" if self.other else "neither"


@dataclass
class AmbiguityTally:
    """Counts readings over the results in which an ambiguity bites."""

    _counts: Counter[tuple[str, Follows]] = field(default_factory=Counter)
    _examples: dict[tuple[str, Follows], str] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        """One result."""
        if result.coding is None or result.verdict == "not_applicable":
            return
        for rule in {alternative.rule for alternative in result.coding.alternatives}:
            reading = _reading(result, rule)
            self._counts[rule, reading] += 1
            self._examples.setdefault((rule, reading), result.id)

    def ambiguities(self) -> tuple[Ambiguity, ...]:
        """Each that bit in the run, in the order of the rule book."""
        met = {rule for rule, _ in self._counts}
        ordered = [*(rule for rule in RULES if rule in met), *sorted(met.difference(RULES))]
        return tuple(
            Ambiguity(
                rule_text(rule),
                self._counts[rule, "primary"],
                self._counts[rule, "other"],
                self._counts[rule, "neither"],
                (self._examples.get((rule, "primary"), ""), self._examples.get((rule, "other"), "")),
            )
            for rule in ordered
        )


def _reading(result: Result, rule: str) -> Follows:
    if result.verdict == "pass":
        return "primary"
    if result.verdict == "accepted":
        return "other" if rule in result.rules else "primary"
    return "neither"
