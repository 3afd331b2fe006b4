"""The faults of a run: the cases that are not right, grouped by cause, in the order of repair.

Only a bounded part of each is kept: its smallest cases, and how its cases coincide with other faults.
"""

import heapq
from collections import Counter
from dataclasses import dataclass, field

from rtconform.conformance.cause import Cause
from rtconform.conformance.records import KnownFaults, Recognised, Result
from rtconform.reference.relative_values import RelativeValues
from rtconform.reports.figures.money import MoneyTally, Weight
from rtconform.reports.figures.repair import Step, order
from rtconform.reports.figures.size import size_of

SMALLEST = 3
"""How many of the smallest cases of each fault are shown."""

_HUGE = (10**6,)
"""The size of a case whose treatment is not in the record."""


@dataclass(frozen=True)
class FaultGroup:
    """One fault: its cause, its place in the order of repair, its smallest cases.

    `known`: the known faults, any of which would have given exactly these answers; None: there is none, or nobody looked.
    `weight`: what it costs or overpays, where relative values cover its cases.
    """

    cause: Cause
    step: Step
    smallest: tuple[Result, ...]
    known: Recognised | None = None
    weight: Weight | None = None


@dataclass
class FaultTally:
    """Takes the results that do not stand one by one; `values`: relative values to weigh the faults by."""

    values: RelativeValues = ()
    combinations: Counter[frozenset[str]] = field(default_factory=Counter)
    _causes: dict[str, Cause] = field(default_factory=dict)
    _smallest: dict[str, list[tuple[tuple[int, ...], int, Result]]] = field(default_factory=dict)
    _number: int = 0
    _money: MoneyTally = field(init=False)

    def __post_init__(self) -> None:
        self._money = MoneyTally(self.values)

    def add(self, result: Result) -> None:
        """One result that does not stand."""
        causes = result.causes
        self._number += 1
        self.combinations[frozenset(cause.id for cause in causes)] += 1
        size = (len(causes), *(size_of(result) or _HUGE))
        largest_first = tuple(-part for part in size)
        if len(causes) == 1:
            self._money.add(result, causes[0].id)
        for cause in causes:
            self._causes[cause.id] = cause
            heap = self._smallest.setdefault(cause.id, [])
            entry = (largest_first, -self._number, result)
            if len(heap) < SMALLEST:
                heapq.heappush(heap, entry)
            elif entry[:2] > heap[0][:2]:
                heapq.heapreplace(heap, entry)

    def faults(self, known: KnownFaults | None = None) -> tuple[FaultGroup, ...]:
        """The faults in the order of repair, the smallest case of each first: few causes, then a small treatment.

        `known`: what was recognised at the end of the run.
        """
        recognised = {one.cause: one for one in known.recognised} if known else {}
        return tuple(self._fault(step, recognised.get(step.cause)) for step in order(self.combinations))

    def _fault(self, step: Step, known: Recognised | None) -> FaultGroup:
        kept = tuple(entry[2] for entry in sorted(self._smallest[step.cause], key=_rank, reverse=True))
        return FaultGroup(self._causes[step.cause], step, kept, known, self._money.weight(step.cause))


def _rank(entry: tuple[tuple[int, ...], int, Result]) -> tuple[tuple[int, ...], int]:
    return entry[:2]
