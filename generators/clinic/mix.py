"""The mix of a realistic clinic: how often what is done (data in `data/clinic_mix.toml`)."""

import tomllib
from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import Generic, TypeVar

from msgspec import Struct

from rtconform.generators.randomness import Draw

T = TypeVar("T")


class Weighted(Struct, Generic[T], frozen=True, eq=False, gc=False):
    """Values to draw from, each as often as its weight says; `steps` are the weights added up, to `total`."""

    values: tuple[T, ...]
    steps: tuple[float, ...]
    total: float

    def one(self, draw: Draw) -> T:
        """A value."""
        return self.values[bisect(self.steps, draw() * self.total)]

    @property
    def shares(self) -> Iterable[tuple[T, float]]:
        """Each value with its weight, relative to all."""
        before = (0.0, *self.steps)
        return ((value, (step - last) / self.total) for value, step, last in zip(self.values, self.steps, before, strict=False))


def table(values: Sequence[T], weights: Iterable[float]) -> Weighted[T]:
    """Values with their weights."""
    steps = tuple(accumulate(weights))
    return Weighted(tuple(values), steps, steps[-1] if steps else 0.0)


def weighted(weights: Mapping[str, float], among: Iterable[str] | None = None) -> Weighted[str]:
    """The values of `among` (None: all) that have a weight, in the order of the weights."""
    chosen = set(weights) if among is None else set(among)
    found = {value: weight for value, weight in weights.items() if value in chosen and weight}
    return table(tuple(found), found.values())


@cache
def mix() -> Mapping[str, Mapping[str, float]]:
    """The tables of the mix: dimension to value to weight."""
    text = files("rtconform.generators").joinpath("data", "clinic_mix.toml").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, float]] = tomllib.loads(text)
    return found
