"""Covering arrays: few valid rows that together contain every valid t-tuple of values.

1. Each tuple of a set in which no two fit into one row (`incompatible_tuples`) gets a row; no array has fewer. The rest of each
   row is chosen to cover as much as possible.
2. Rows are added for the tuples that are left.
3. Rows are taken out one at a time, and each tuple that is lost is put back by the change of one value that loses least, until
   that no longer succeeds. A value that was just changed stays for a while, so that the search moves on instead of undoing its
   last step.

Everything is a function of model, strength and seed: draws come from one seeded generator, budgets are counted in steps.
"""

from collections.abc import Callable, Iterable
from itertools import cycle
from random import Random

from rtconform.generators.space.covered import Coverage, Draft, Numbers
from rtconform.generators.space.diagram import Tuple, diagram_of, set_bits
from rtconform.generators.space.lower_bound import incompatible_tuples
from rtconform.generators.space.model import Model, Row, Values

_STARTS = 2  # rows tried for each that is added
_SAMPLE = 20  # rows of which the one worth least is taken out
_HELD = 200  # steps for which a changed value stays, or up to twice as many; 10 and less went in circles
# the search ends after _PATIENCE steps without a row less, or _STEPS in all: twice as many save one row in three hundred
_PATIENCE, _STEPS = 3_000, 15_000


def covering_array(model: Model, t: int, seed: int = 0) -> tuple[Row, ...]:
    """Valid rows that contain every valid combination of values of any `t` parameters, in order of declaration.

    The same model, strength and seed give the same rows on every Python and platform. A model without valid rows has the
    empty array. Raises UserError for a strength that the model can't have.
    """
    apart = incompatible_tuples(model, t)
    search = _Search(model, t, Random(seed).random)  # noqa: S311 - rows must repeat themselves, no secret
    search.start(apart)
    return tuple(model.spell(row) for row in sorted(search.shrink(len(apart))))


class _Search:
    """The rows so far, and the ways to get to better ones."""

    def __init__(self, model: Model, t: int, draw: Callable[[], float]) -> None:
        self._diagram = diagram_of(model)
        self._numbers = Numbers(model, t)
        self._coverage = Coverage(self._numbers)
        self._draw = draw
        self._step = 0

    def start(self, apart: Iterable[Tuple]) -> None:
        """Rows that cover everything: one for each of these tuples, in random order, then what is left needs."""
        for found in sorted(apart, key=lambda _: self._draw()):
            self._coverage.add(self._new_row(dict(found)))
        while self._coverage.uncovered:
            self._coverage.add(self._new_row(self._fixed(self._any_uncovered())))

    def shrink(self, floor: int) -> list[Values]:
        """The fewest rows found that still cover everything; the search ends at `floor` rows or when it gets nowhere."""
        coverage, best, idle = self._coverage, list[list[int]](), 0
        while idle < _PATIENCE and self._step < _STEPS:
            if not coverage.uncovered:
                best = [draft.values.copy() for draft in coverage.rows]
                if len(best) <= floor:
                    break
                coverage.remove(self._weak_row())
                idle = 0
                continue
            idle += 1
            self._step += 1
            key = self._any_uncovered()
            change = self._best_change(key)
            if change is None:
                self._rebuild(self._fixed(key))
            else:
                slot, parameter, value = change
                coverage.rows[slot].held_until[parameter] = self._step + int(_HELD * (1 + self._draw()))
                coverage.change(slot, parameter, value)
        return [self._numbers.row(values) for values in best]

    def _best_change(self, key: int) -> tuple[int, int, int] | None:
        """The change of one value that covers this tuple and loses least: row, parameter, value."""
        coverage, numbers, step = self._coverage, self._numbers, self._step
        values = [value for value, _ in numbers.splits[key]]
        best, best_gain = None, 0
        for value in values:
            parameter, missing = numbers.parameter_of[value], coverage.missing[value]
            slots = (1 << len(coverage.rows)) - 1
            for other in values:
                if other != value:
                    slots &= coverage.holders[other]
            for slot in set_bits(slots):
                draft = coverage.rows[slot]
                if draft.held_until[parameter] > step or value not in numbers.allowed(draft, parameter):
                    continue
                lost = coverage.single[draft.values[parameter]]
                gain = (missing & draft.parts).bit_count() - (lost & draft.parts).bit_count()
                if best is None or gain > best_gain:
                    best, best_gain = (slot, parameter, value), gain
        return best

    def _rebuild(self, fixed: dict[int, int]) -> None:
        """Give up a row that is worth little for a new one with these values."""
        coverage = self._coverage
        coverage.remove(self._weak_row())
        coverage.add(self._new_row(fixed))

    def _weak_row(self) -> int:
        """The row worth least among a few drawn ones."""
        coverage = self._coverage
        slots = [int(self._draw() * len(coverage.rows)) for _ in range(_SAMPLE)]
        return min(slots, key=lambda slot: coverage.worth(coverage.rows[slot]))

    def _new_row(self, fixed: dict[int, int]) -> Draft:
        """The best of a few valid rows with these values, each improved value by value."""
        drafts = [self._numbers.draft(self._diagram.complete(fixed, self._draw)) for _ in range(_STARTS)]
        for draft in drafts:
            self._climb(draft, [parameter for parameter in range(len(draft.values)) if parameter not in fixed])
        return max(drafts, key=self._coverage.gain)

    def _climb(self, draft: Draft, parameters: list[int]) -> None:
        """Change these parameters, one at a time, to the values that cover most, until none helps."""
        missing, allowed = self._coverage.missing, self._numbers.allowed
        unchanged = 0
        for parameter in cycle(sorted(parameters, key=lambda _: self._draw())):
            now = draft.values[parameter]
            best, most = now, (missing[now] & draft.parts).bit_count()
            for value in allowed(draft, parameter):
                covered = (missing[value] & draft.parts).bit_count()
                if covered > most:
                    best, most = value, covered
            unchanged += 1
            if best != now:
                self._numbers.replace(draft, parameter, best)
                unchanged = 0
            if unchanged >= len(parameters):
                return

    def _any_uncovered(self) -> int:
        uncovered = self._coverage.uncovered
        return uncovered[int(self._draw() * len(uncovered))]

    def _fixed(self, key: int) -> dict[int, int]:
        """The values of a tuple as parameters and places."""
        numbers = self._numbers
        values = [value for value, _ in numbers.splits[key]]
        return {numbers.parameter_of[value]: value - numbers.first[numbers.parameter_of[value]] for value in values}
