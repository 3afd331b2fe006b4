"""Suite `exhaustive`: every valid combination of the dimensions that codes can depend on; the others are drawn.

Any case is reached by its index without making the ones before it (`counting.row`).
"""

from collections.abc import Callable
from functools import cache
from operator import itemgetter

from msgspec import Struct

from rtconform.generators.clinic.realise import realise
from rtconform.generators.randomness import Draw
from rtconform.generators.space.counting import count, possible, row
from rtconform.generators.space.space import DECIDING, SPACE, Combination, beside
from rtconform.generators.suites.generated import GeneratedSuite, Place
from rtconform.generators.suites.suite import SuiteCase


class _Other(Struct, frozen=True, eq=False):
    """A dimension that no code depends on. `values` are the possible ones, by the values of the dimensions `beside` it."""

    name: str
    beside: tuple[str, ...]
    key: Callable[[Combination], object]
    values: dict[object, tuple[str, ...]]

    def one(self, known: Combination, draw: Draw) -> str:
        """A value that goes with those known."""
        key = self.key(known)
        found = self.values.get(key)
        if found is None:
            found = self.values[key] = possible(SPACE, {name: known[name] for name in self.beside}, self.name)
        return found[int(draw() * len(found))]


def decided_at(index: int) -> Combination:
    """The values that case number `index` is about. Raises UserError beyond the last."""
    return dict(zip(DECIDING.names, row(DECIDING, index), strict=True))


def whole(decided: Combination, draw: Draw) -> Combination:
    """A combination of the space that has these values, which are those of a valid row of `DECIDING`."""
    known = dict(decided)
    for other in _others():
        known[other.name] = other.one(known, draw)
    return known


@cache
def _others() -> tuple[_Other, ...]:
    """The other dimensions in the order of the space."""
    return tuple(_other(name) for name in SPACE.names if name not in DECIDING.names)


def _other(name: str) -> _Other:
    """A dimension, with all that has to be known so that those drawn after it find a value too."""
    together = {name}
    while more := {*beside(*together)} - together - {*DECIDING.names}:
        together |= more
    later = SPACE.names[SPACE.names.index(name) :]
    known = tuple(
        each for each in (*DECIDING.names, *sorted(together - {*later})) if each in beside(*together) or each in together
    )
    return _Other(name, known, itemgetter(*known) if known else _nothing, {})


def _nothing(_: Combination) -> object:
    """The key where nothing stands beside a dimension."""
    return ()


def _make(place: Place) -> SuiteCase:
    draw = place.draw()
    return SuiteCase(realise(whole(decided_at(place.index), draw), draw, place.id))


EXHAUSTIVE = GeneratedSuite(
    "exhaustive", "3", "every valid combination of the dimensions that codes can depend on", _make, lambda: count(DECIDING)
)
