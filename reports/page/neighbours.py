"""The cases that passed, of which one is laid beside a case that failed: its twin, or the one that is most like it."""

from dataclasses import dataclass, field

from rtconform.conformance.records import Result
from rtconform.conformance.traits import Traits

MOST = 20_000
"""Cases that passed of which the ids are kept."""

MOST_LIKE = 500
"""Kinds of cases, by their traits, among which the most alike is looked for; of each the first that passed."""


@dataclass
class Neighbours:
    """Takes the results of a run one by one; what is kept is bounded."""

    _passed: set[str] = field(default_factory=set)
    _kinds: dict[Traits, str] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        """One result, of which only those that passed are of use."""
        if result.verdict not in ("pass", "accepted"):
            return
        if len(self._passed) < MOST:
            self._passed.add(result.id)
        if result.traits is not None and len(self._kinds) < MOST_LIKE:
            self._kinds.setdefault(result.traits, result.id)

    def twin(self, result: Result) -> str:
        """The id of its twin, where that passed; else empty."""
        return result.twin if result.twin in self._passed and result.twin is not None else ""

    def nearest(self, traits: Traits) -> tuple[str, Traits] | None:
        """A case that passed, of the kind that shares the most traits: its id and its traits. None where none passed."""
        if not self._kinds:
            return None
        kind = max(self._kinds, key=lambda kind: _shared(kind, traits))
        return self._kinds[kind], kind


def _shared(one: Traits, other: Traits) -> int:
    return sum(getattr(one, name) == getattr(other, name) for name in Traits.__struct_fields__)
