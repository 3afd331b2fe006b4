"""The order of repair: which fault to fix first, so that each step makes as many cases right as one change can.

A case that fails for two causes is right only when both are fixed. So the best next step depends on the steps before it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """Fix `cause`: it is in `cases` cases, is the only cause of `alone`, and after the steps before clears `clears` more."""

    cause: str
    cases: int
    alone: int
    clears: int
    left: int


def order(combinations: Mapping[frozenset[str], int]) -> tuple[Step, ...]:
    """The steps, greedily: each clears the most cases that it can; `combinations` counts the cases by their set of causes.

    Where no single repair clears a case, the one that is in the way of most comes first.
    """
    return tuple(_steps(combinations))


def _steps(combinations: Mapping[frozenset[str], int]) -> Iterator[Step]:
    cases = Counter[str]()
    alone = Counter[str]()
    for causes, number in combinations.items():
        cases.update(dict.fromkeys(causes, number))
        if len(causes) == 1:
            alone.update(dict.fromkeys(causes, number))
    remaining = Counter(dict(combinations))
    while any(remaining):
        cause = _best(remaining)
        after = Counter[frozenset[str]]()
        for causes, number in remaining.items():
            after[causes - {cause}] += number
        clears = after.pop(frozenset(), 0)
        yield Step(cause, cases[cause], alone[cause], clears, after.total())
        remaining = after


def _best(remaining: Counter[frozenset[str]]) -> str:
    clears = Counter[str]()
    helps = Counter[str]()
    for causes, number in remaining.items():
        for cause in causes:
            clears[cause] += number if len(causes) == 1 else 0
            helps[cause] += number
    return min(helps, key=lambda cause: (-clears[cause], -helps[cause], cause))
