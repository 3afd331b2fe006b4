"""The faults of a run: what does not stand, grouped by cause, in the order of repair.

What is kept of each is bounded: its smallest cases, and how its cases fall together with other faults.
"""

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from rtconform.conformance.coder.causes import Cause, size_of
from rtconform.conformance.coder.faults.catalogue import known_fault
from rtconform.conformance.coder.faults.faulty import Fault as KnownFault
from rtconform.conformance.records import Result
from rtconform.reference.relative_values import RelativeValues
from rtconform.reports.figures.money import MoneyTally, Weight
from rtconform.reports.figures.repair import Step, order

SMALLEST = 3
"""How many of the smallest cases of each fault are shown."""

EARLIEST = 24
"""How many more are kept, the earliest: small cases are alike, and what they look like may not be all of the fault."""

LOOKED_INTO = 20
"""Faults that are held against the catalogue, the first in the order of repair."""

_HUGE = (10**6,)
"""The size of a case whose treatment is not in the record."""


@dataclass(frozen=True)
class Fault:
    """One fault: its cause, its place in the order of repair, its smallest cases, the fault of the catalogue it looks like.

    `weight`: what it costs or overpays, where relative values cover its cases.
    """

    cause: Cause
    step: Step
    smallest: tuple[Result, ...]
    known: KnownFault | None = None
    weight: Weight | None = None


@dataclass
class FaultTally:
    """Takes the results that do not stand one by one; `values`: relative values to weigh the faults by."""

    values: RelativeValues = ()
    combinations: Counter[frozenset[str]] = field(default_factory=Counter)
    _causes: dict[str, Cause] = field(default_factory=dict)
    _smallest: dict[str, list[tuple[tuple[int, ...], int, Result]]] = field(default_factory=dict)
    _earliest: dict[str, list[Result]] = field(default_factory=dict)
    _number: int = 0
    _money: MoneyTally = field(init=False)

    def __post_init__(self) -> None:
        self._money = MoneyTally(self.values)

    def add(self, result: Result, causes: Sequence[Cause]) -> None:
        """One result with its causes."""
        self._number += 1
        self.combinations[frozenset(cause.id for cause in causes)] += 1
        size = (len(causes), *(size_of(asked) if (asked := result.case or result.claim) else _HUGE))
        largest_first = tuple(-part for part in size)
        if len(causes) == 1:
            self._money.add(result, causes[0].id)
        for cause in causes:
            self._causes[cause.id] = cause
            if len(causes) == 1 and len(earliest := self._earliest.setdefault(cause.id, [])) < EARLIEST:
                earliest.append(result)
            heap = self._smallest.setdefault(cause.id, [])
            entry = (largest_first, -self._number, result)
            if len(heap) < SMALLEST:
                heapq.heappush(heap, entry)
            elif entry[:2] > heap[0][:2]:
                heapq.heapreplace(heap, entry)

    def faults(self) -> tuple[Fault, ...]:
        """The faults in the order of repair, the smallest case of each first: few causes, then a small treatment."""
        return tuple(self._fault(step, look=number < LOOKED_INTO) for number, step in enumerate(order(self.combinations)))

    def known(self) -> KnownFault | None:
        """The one fault of the catalogue that gives all the answers kept, of several causes; None where there is none."""
        results = [entry[2] for heap in self._smallest.values() for entry in heap]
        return looks_like(results) if 1 < len(self._smallest) <= LOOKED_INTO else None

    def _fault(self, step: Step, *, look: bool) -> Fault:
        kept = [entry[2] for entry in sorted(self._smallest[step.cause], key=_rank, reverse=True)]
        alone = [*kept[: step.alone], *self._earliest.get(step.cause, ())]
        known = looks_like(alone) if look else None
        return Fault(self._causes[step.cause], step, tuple(kept), known, self._money.weight(step.cause))


def looks_like(results: Sequence[Result]) -> KnownFault | None:
    """The fault of the catalogue that gives just these answers; None where there is none, or a result has no case or answer."""
    answers = [(result.case, result.coded) for result in results if result.case is not None and result.coded is not None]
    return known_fault(answers) if answers and len(answers) == len(results) else None


def _rank(entry: tuple[tuple[int, ...], int, Result]) -> tuple[tuple[int, ...], int]:
    return entry[:2]
