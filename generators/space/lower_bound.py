"""A lower bound for the rows of a covering array: tuples of which each needs a row of its own.

Two t-tuples are incompatible when no valid row contains both. Where n tuples are pairwise incompatible, no
covering array has fewer than n rows. The simplest such set holds all valid combinations of values of t parameters; better ones
are found by exchange: all completions of a small tuple by the same further parameters are pairwise
incompatible, and replace the members that are compatible with the small tuple, wherever these are not more.
"""

from collections.abc import Callable
from functools import lru_cache
from random import Random

from rtconform.generators.space.diagram import Reach, Tuple, diagram_of, set_bits
from rtconform.generators.space.model import Model
from rtconform.reference.errors import UserError

_Block = tuple[Tuple, list[list[Tuple]]]
"""A small tuple, and sets of its completions, as many in each, to choose from."""

_ROUNDS_WITHOUT_GAIN = 2
_SHUFFLES = 3  # a round: all blocks _SHUFFLES times, then all tuples alone, of which there are many more


class _Members:
    """The set under construction. For each value, a bit for each member that some valid row has together with it.

    A tuple counts as compatible with a member when each of its values is: at times too often, which only costs members.
    """

    def __init__(self, model: Model) -> None:
        self._diagram = diagram_of(model)
        self._fits = {(parameter, place): 0 for parameter, size in enumerate(model.sizes) for place in range(size)}
        self._values_beside: dict[Tuple, list[tuple[int, int]]] = {}
        self._free: list[int] = []
        self.tuples: dict[int, Tuple] = {}

    def compatible(self, core: Tuple) -> int:
        """The slots of the members that may share a row with `core`."""
        if not core:
            return sum(1 << slot for slot in self.tuples)
        slots = -1
        for value in core:
            slots &= self._fits[value]
        return slots

    def exchange(self, displaced: int, arrivals: list[Tuple]) -> None:
        """Put `arrivals` in the place of the members in the slots `displaced`."""
        staying = {self.tuples[slot] for slot in set_bits(displaced)}.intersection(arrivals)
        for slot in set_bits(displaced):
            if self.tuples[slot] not in staying:
                for value in self._beside(self.tuples.pop(slot)):
                    self._fits[value] ^= 1 << slot
                self._free.append(slot)
        for arrival in arrivals:
            if arrival not in staying:
                slot = self._free.pop() if self._free else len(self.tuples)
                self.tuples[slot] = arrival
                for value in self._beside(arrival):
                    self._fits[value] ^= 1 << slot

    def _beside(self, member: Tuple) -> list[tuple[int, int]]:
        found = self._values_beside.get(member)
        if found is None:
            found = [*member, *(value for (value,) in Reach(self._diagram, dict(member)).tuples(1))]
            self._values_beside[member] = found
        return found


def lower_bound(model: Model, t: int) -> int:
    """A number of rows below which no covering array of strength `t` exists. A bound, not always the best one.

    Raises UserError for a strength that the model can't have.
    """
    return len(incompatible_tuples(model, t))


@lru_cache(maxsize=16)
def incompatible_tuples(model: Model, t: int) -> tuple[Tuple, ...]:
    """A large set of valid t-tuples, no two of which fit into one valid row.

    Raises UserError for a strength that the model can't have.
    """
    if not 1 <= t <= len(model.names):
        raise UserError(
            f"there is no strength {t}: the model has {len(model.names)} parameters, so it is 1 to {len(model.names)}"
        )
    blocks = _blocks(model, t)
    singles: list[_Block] = [(found, [[found]]) for found in Reach(diagram_of(model), {}).tuples(t)]
    members = _Members(model)
    draw = Random(0).random  # noqa: S311 - a search that must repeat itself, no secret
    best: tuple[Tuple, ...] = ()
    idle = 0
    while idle < _ROUNDS_WITHOUT_GAIN:
        idle += 1
        for _ in range(_SHUFFLES):
            _exchange(members, sorted(blocks, key=lambda _: draw()), draw)
        start = int(draw() * len(singles))
        _exchange(members, singles[start:] + singles[:start], draw)
        if len(members.tuples) > len(best):
            best, idle = tuple(members.tuples.values()), 0
    return best


def _exchange(members: _Members, blocks: list[_Block], draw: Callable[[], float]) -> None:
    """Try each block once."""
    for core, choices in blocks:
        displaced = members.compatible(core)
        if displaced.bit_count() <= len(choices[0]):
            members.exchange(displaced, choices[int(draw() * len(choices))])


def _blocks(model: Model, t: int) -> list[_Block]:
    """Each tuple of less than t values with the largest sets of its completions to t values by the same parameters."""
    blocks: list[_Block] = []
    whole = Reach(diagram_of(model), {})
    for core in (core for size in range(t) for core in whole.tuples(size)):
        by_parameters: dict[tuple[int, ...], list[Tuple]] = {}
        for rest in Reach(diagram_of(model), dict(core)).tuples(t - len(core)):
            by_parameters.setdefault(tuple([parameter for parameter, _ in rest]), []).append(rest)
        most = max((len(rests) for rests in by_parameters.values()), default=0)
        choices = [[tuple(sorted(core + rest)) for rest in rests] for rests in by_parameters.values() if len(rests) == most]
        if choices:
            blocks.append((core, choices))
    return blocks
