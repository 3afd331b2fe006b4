"""Suites whose cases are those of another suite: a part of them, in another order, or made once though asked for twice."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic

from rtconform.generators.suites.suite import Asks, Item_co, SuiteOf


@dataclass(frozen=True)
class Rearranged(Generic[Item_co]):
    """Another suite's cases, rearranged: a subclass says which case stands where, and everything else is the suite's own."""

    suite: SuiteOf[Item_co]

    @property
    def name(self) -> str:
        """The suite's own."""
        return self.suite.name

    @property
    def version(self) -> str:
        """The suite's own."""
        return self.suite.version

    @property
    def about(self) -> str:
        """The suite's own."""
        return self.suite.about

    @property
    def asks(self) -> Asks:
        """The suite's own."""
        return self.suite.asks

    @property
    def seeded(self) -> bool:
        """The suite's own."""
        return self.suite.seeded

    def size(self, count: int | None) -> int:
        """The suite's own."""
        return self.suite.size(count)

    def index_of(self, case_id: str) -> tuple[int, int]:
        """The suite's own."""
        return self.suite.index_of(case_id)


@dataclass(frozen=True)
class Slice(Rearranged[Item_co]):
    """The cases of a suite from index `first` on, `cases` of them, as a suite."""

    first: int
    cases: int

    def size(self, count: int | None) -> int:
        """The slice's; its length is fixed."""
        del count
        return self.cases

    def case(self, index: int, seed: int) -> Item_co:
        """The suite's case at this place of the slice."""
        return self.suite.case(self.first + index, seed)

    def index_of(self, case_id: str) -> tuple[int, int]:
        """Where in the slice the case is, and its seed."""
        index, seed = self.suite.index_of(case_id)
        return index - self.first, seed


@dataclass(frozen=True)
class Shuffled(Rearranged[Item_co]):
    """A suite at one seed in the order of its cases' ranks: the same cases, each at another place."""

    seed: int
    rank: Callable[[str], bytes]
    """What the ids of cases are sorted by."""

    def case(self, index: int, seed: int) -> Item_co:
        """The case that is asked as number `index`."""
        return self.suite.case(self._order[index], seed)

    def index_of(self, case_id: str) -> tuple[int, int]:
        """Where the case is asked, and its seed."""
        index, seed = self.suite.index_of(case_id)
        return self._order.index(index), seed

    @cached_property
    def _order(self) -> list[int]:
        ids = [self.suite.case(index, self.seed).id for index in range(self.suite.size(None))]
        return sorted(range(len(ids)), key=lambda index: self.rank(ids[index]))


@dataclass(frozen=True)
class Recording(Rearranged[Item_co]):
    """The suite itself. Each case that it makes is kept in `made`, by index and seed."""

    made: dict[tuple[int, int], Item_co] = field(default_factory=dict)

    def case(self, index: int, seed: int) -> Item_co:
        """The suite's own."""
        made = self.made[index, seed] = self.suite.case(index, seed)
        return made


@dataclass(frozen=True)
class Recorded(Rearranged[Item_co]):
    """The suite itself, which hands out each case in `made` once instead of making it again: a run asks each case once."""

    made: dict[tuple[int, int], Item_co]

    def case(self, index: int, seed: int) -> Item_co:
        """The suite's own."""
        made = self.made.pop((index, seed), None)
        return self.suite.case(index, seed) if made is None else made
