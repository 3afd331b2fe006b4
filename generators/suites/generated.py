"""Suites that are generated: each case a pure function of suite, version, seed and index, with these in its id.

A suite is made from a function that makes the case at a place; numbering, ids and their errors are the same for all.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from msgspec import Struct

from rtconform.generators.randomness import Draw, draw_for
from rtconform.generators.suites.suite import Asks, Item_co
from rtconform.reference.errors import UserError

_ID = re.compile(r"(?P<suite>[^:]+):(?P<seed>0|[1-9][0-9]{0,19}):(?P<index>[0-9]{6,18})")


class Place(Struct, frozen=True, gc=False):
    """Where a case stands: suite and version, the seed, its number from 0."""

    suite: str
    version: str
    seed: int
    index: int

    @property
    def id(self) -> str:
        """The id of the case here, as in `pairwise:7:000042`."""
        return f"{self.suite}:{self.seed}:{self.index:06d}"

    def draw(self) -> Draw:
        """A fresh generator for the case here."""
        return draw_for(self.suite, self.version, self.seed, self.index)

    def at(self, index: int) -> "Place":
        """Another place of the same suite and seed."""
        return Place(self.suite, self.version, self.seed, index)


@dataclass(frozen=True)
class GeneratedSuite(Generic[Item_co]):
    """A generated suite (`rtconform.generators.suites.suite.SuiteOf`).

    `length` says how many cases there are; `free`: it is only the usual number, and any other can be had.
    """

    name: str
    version: str
    about: str
    make: Callable[[Place], Item_co]
    length: Callable[[], int]
    free: bool = False
    seeded: bool = True
    asks: Asks = "case"

    def size(self, count: int | None) -> int:
        """How many cases there are, or `count`. Raises UserError where the suite's length is fixed and `count` is given."""
        if count is not None and not self.free:
            raise UserError(f"suite {self.name} has {self.length()} cases, and can't have another number: leave the count out")
        return self.length() if count is None else count

    def case(self, index: int, seed: int) -> Item_co:
        """Case number `index`, from 0. Raises UserError where there is none."""
        self._check(index)
        return self.make(Place(self.name, self.version, seed, index))

    def index_of(self, case_id: str) -> tuple[int, int]:
        """Index and seed of the case with this id. Raises UserError for an id that the suite does not have."""
        found = _ID.fullmatch(case_id)
        place = Place(self.name, self.version, int(found["seed"]), int(found["index"])) if found else None
        if place is None or place.id != case_id:
            example = Place(self.name, self.version, 7, 42).id
            raise UserError(f"suite {self.name} has no case {case_id!r}: its ids read {self.name}:SEED:INDEX, as in {example}")
        self._check(place.index)
        return place.index, place.seed

    def _check(self, index: int) -> None:
        if index < 0 or (not self.free and index >= self.length()):
            last = "" if self.free else f" to {self.length() - 1}"
            raise UserError(f"suite {self.name} has cases 0{last}, no case {index}")
