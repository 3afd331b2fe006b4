"""The faults of a run: what does not stand, grouped by cause, in the order of repair.

What is kept of each is bounded: its smallest cases, and how its cases fall together with other faults.
"""

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from rtconform.conformance.causes import Cause, size_of
from rtconform.conformance.records import Result
from rtconform.reports.repair import Step, order

SMALLEST = 3
"""How many of the smallest cases of each fault are kept."""

_HUGE = (10**6,)
"""The size of a case whose treatment is not in the record."""


@dataclass(frozen=True)
class Fault:
    """One fault: its cause, its place in the order of repair, its smallest cases."""

    cause: Cause
    step: Step
    smallest: tuple[Result, ...]


@dataclass
class FaultTally:
    """Takes the results that do not stand one by one."""

    combinations: Counter[frozenset[str]] = field(default_factory=Counter)
    _causes: dict[str, Cause] = field(default_factory=dict)
    _smallest: dict[str, list[tuple[tuple[int, ...], int, Result]]] = field(default_factory=dict)
    _number: int = 0

    def add(self, result: Result, causes: Sequence[Cause]) -> None:
        """One result with its causes."""
        self._number += 1
        self.combinations[frozenset(cause.id for cause in causes)] += 1
        size = (len(causes), *(size_of(asked) if (asked := result.case or result.claim) else _HUGE))
        largest_first = tuple(-part for part in size)
        for cause in causes:
            self._causes[cause.id] = cause
            heap = self._smallest.setdefault(cause.id, [])
            entry = (largest_first, -self._number, result)
            if len(heap) < SMALLEST:
                heapq.heappush(heap, entry)
            elif entry[:2] > heap[0][:2]:
                heapq.heapreplace(heap, entry)

    def faults(self) -> tuple[Fault, ...]:
        """The faults in the order of repair, the smallest case of each first: few causes, then a small treatment."""
        return tuple(
            Fault(
                self._causes[step.cause],
                step,
                tuple(entry[2] for entry in sorted(self._smallest[step.cause], key=_rank, reverse=True)),
            )
            for step in order(self.combinations)
        )


def _rank(entry: tuple[tuple[int, ...], int, Result]) -> tuple[tuple[int, ...], int]:
    return entry[:2]
