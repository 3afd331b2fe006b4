"""The mix of a realistic clinic: how often what is done (data in `data/clinic_mix.toml`)."""

import tomllib
from bisect import bisect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from random import Random


@dataclass(frozen=True, slots=True)
class Weighted:
    """Values to draw from, each as often as its weight says; `steps` are the weights added up, to `total`."""

    values: tuple[str, ...]
    steps: tuple[float, ...]
    total: float

    def one(self, draw: Random) -> str:
        """A value."""
        return self.values[bisect(self.steps, draw.random() * self.total)]


def weighted(weights: Mapping[str, float], among: Iterable[str] | None = None) -> Weighted:
    """The values of `among` (None: all) that have a weight, in the order of the weights."""
    chosen = set(weights) if among is None else set(among)
    found = {value: weight for value, weight in weights.items() if value in chosen and weight}
    steps = tuple(accumulate(found.values()))
    return Weighted(tuple(found), steps, steps[-1] if steps else 0.0)


@cache
def mix() -> Mapping[str, Mapping[str, float]]:
    """The tables of the mix: dimension to value to weight."""
    text = files("rtconform.generators").joinpath("data", "clinic_mix.toml").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, float]] = tomllib.loads(text)
    return found
