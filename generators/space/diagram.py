"""The decision diagram of a model: all its valid rows in a few nodes.

A node at depth d stands for all ways to decide the first d parameters that leave the same rows open, an edge for a value of
the next one. All that an implication needs to remember on the way is whether its `when` can still come true and whether its
`then` is broken already, so that nodes stay few where parameters that constrain each other are declared near each other.
From the number of rows below each node follow the count of all rows, the row with a given number and the number of a given
row; from the set of nodes that a partial assignment can reach, whether it can be completed at all.
"""

from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import accumulate

from rtconform.generators.space.model import Model, Values

_NOWHERE = -1
_ANY = -1

Tuple = tuple[tuple[int, int], ...]
"""A combination of values: (parameter, place of value) pairs, by parameter."""


class Diagram:
    """The decision diagram of a model. Nodes are numbered from 0 at each depth; a set of nodes is an int with their bits."""

    def __init__(self, model: Model) -> None:
        self.sizes = model.sizes
        self.children: list[list[list[int]]] = []
        self.rows_below: list[list[int]] = []
        self._after: dict[tuple[int, int, int], int] = {}
        self._before: dict[tuple[int, int, int], int] = {}
        self._build(_edges(model))

    def _build(self, layers: list[list[list[int]]]) -> None:
        """Merge nodes with the same children, from the last parameter up, and drop those that no valid row passes."""
        below, renamed = [1], [0]
        for layer in reversed(layers):
            numbers: dict[tuple[int, ...], int] = {}
            names: list[int] = []
            for edges in layer:
                merged = tuple(_NOWHERE if child == _NOWHERE else renamed[child] for child in edges)
                alive = any(child != _NOWHERE for child in merged)
                names.append(numbers.setdefault(merged, len(numbers)) if alive else _NOWHERE)
            self.rows_below.append(below)
            self.children.append([list(merged) for merged in numbers])
            below = [sum(below[child] for child in merged if child != _NOWHERE) for merged in numbers]
            renamed = names
        self.rows_below.append(below)
        self.children.reverse()
        self.rows_below.reverse()

    @property
    def count(self) -> int:
        """The number of valid rows."""
        return sum(self.rows_below[0])

    def unrank(self, index: int) -> Values:
        """The valid row number `index`, from 0, in lexicographic order. The caller has checked that there is one."""
        node, values = 0, []
        for layer, before in zip(self.children, self._rows_before, strict=True):
            rows = before[node]
            value = bisect(rows, index) - 1
            values.append(value)
            index -= rows[value]
            node = layer[node][value]
        return tuple(values)

    @cached_property
    def _rows_before(self) -> list[list[list[int]]]:
        """At each depth, for each node and value: how many rows below the node come before those with the value."""
        return [
            [[0, *accumulate(0 if child == _NOWHERE else below[child] for child in edges[:-1])] for edges in layer]
            for layer, below in zip(self.children, self.rows_below[1:], strict=True)
        ]

    def complete(self, fixed: Mapping[int, int], draw: Callable[[], float]) -> Values:
        """A valid row with these values, each other one drawn; the caller knows that there is one. `draw` gives [0, 1)."""
        values: list[int] = []
        self._complete(0, fixed, draw, values, set())
        return tuple(values)

    def _complete(
        self, node: int, fixed: Mapping[int, int], draw: Callable[[], float], values: list[int], dead: set[tuple[int, int]]
    ) -> bool:
        depth = len(values)
        if depth == len(self.sizes):
            return True
        edges = self.children[depth][node]
        size = self.sizes[depth]
        start = int(draw() * size)
        for value in (fixed[depth],) if depth in fixed else (*range(start, size), *range(start)):
            child = edges[value]
            if child != _NOWHERE and (not dead or (depth + 1, child) not in dead):
                values.append(value)
                if self._complete(child, fixed, draw, values, dead):
                    return True
                values.pop()
        dead.add((depth, node))
        return False

    def after(self, depth: int, nodes: int, value: int) -> int:
        """The nodes one deeper that these nodes lead to with a value, or with any."""
        key = (depth, nodes, value)
        found = self._after.get(key)
        if found is None:
            found = 0
            for node in set_bits(nodes):
                edges = self.children[depth][node]
                for child in edges if value == _ANY else (edges[value],):
                    if child != _NOWHERE:
                        found |= 1 << child
            self._after[key] = found
        return found

    def before(self, depth: int, deeper: int, value: int) -> int:
        """The nodes that lead to any of these, one deeper, with a value, or with any."""
        key = (depth, deeper, value)
        found = self._before.get(key)
        if found is None:
            found = _bits(
                any(child != _NOWHERE and deeper >> child & 1 for child in (edges if value == _ANY else (edges[value],)))
                for edges in self.children[depth]
            )
            self._before[key] = found
        return found

    def rank(self, values: Values) -> int:
        """The number of a row among the valid ones. The caller has checked that it is valid."""
        node, index = 0, 0
        for depth, (layer, value) in enumerate(zip(self.children, values, strict=True)):
            below = self.rows_below[depth + 1]
            index += sum(below[child] for child in layer[node][:value] if child != _NOWHERE)
            node = layer[node][value]
        return index


class Reach:
    """What stays possible once some parameters are fixed: walks the diagram with sets of nodes instead of single ones."""

    def __init__(self, diagram: Diagram, fixed: Mapping[int, int]) -> None:
        self._diagram = diagram
        self._values = [fixed.get(parameter, _ANY) for parameter in range(len(diagram.sizes))]
        self._live = [(1 << len(nodes)) - 1 for nodes in diagram.rows_below]
        for depth in range(max(fixed, default=-1), -1, -1):  # below the last fixed parameter every node leads to a row
            self._live[depth] = diagram.before(depth, self._live[depth + 1], self._values[depth])
        self._counts: dict[tuple[int, int, int], int] = {}

    @property
    def possible(self) -> bool:
        """Whether any valid row has the fixed values."""
        return self._live[0] != 0

    def values(self, parameter: int) -> list[int]:
        """The values of a parameter that rows with the fixed values have."""
        nodes = self._live[0]
        for depth in range(parameter):
            nodes = self._step(depth, nodes, self._values[depth])
        fixed = self._values[parameter]
        own = range(self._diagram.sizes[parameter]) if fixed == _ANY else (fixed,)
        return [value for value in own if self._step(parameter, nodes, value)]

    def count(self, t: int) -> int:
        """How many combinations of values of `t` free parameters can be completed to a valid row."""
        return self._count(t, 0, self._live[0])

    def _count(self, t: int, depth: int, nodes: int) -> int:
        if not nodes or t > len(self._values) - depth:
            return 0
        if t == 0:
            return 1
        key = (depth, nodes, t)
        found = self._counts.get(key)
        if found is None:
            found = self._count(t, depth + 1, self._step(depth, nodes, self._values[depth]))
            if self._values[depth] == _ANY:
                for value in range(self._diagram.sizes[depth]):
                    found += self._count(t - 1, depth + 1, self._step(depth, nodes, value))
            self._counts[key] = found
        return found

    def tuples(self, t: int) -> list[Tuple]:
        """Every combination of values of `t` free parameters that can be completed to a valid row."""
        found: list[Tuple] = [()] if t == 0 and self.possible else []
        begun: list[tuple[Tuple, int]] = [((), self._live[0])] if t and self.possible else []
        for depth, value in enumerate(self._values):
            deeper = [(chosen, self._step(depth, nodes, value)) for chosen, nodes in begun]
            for chosen, nodes in begun if value == _ANY else ():
                for own in range(self._diagram.sizes[depth]):
                    reached = self._step(depth, nodes, own)
                    if reached and len(chosen) == t - 1:
                        found.append((*chosen, (depth, own)))
                    elif reached:
                        deeper.append(((*chosen, (depth, own)), reached))
            begun = deeper
        return found

    def _step(self, depth: int, nodes: int, value: int) -> int:
        return self._diagram.after(depth, nodes, value) & self._live[depth + 1]


@lru_cache(maxsize=16)
def diagram_of(model: Model) -> Diagram:
    """The decision diagram of a model, made once."""
    return Diagram(model)


def _edges(model: Model) -> list[list[list[int]]]:
    """The diagram before nodes are merged: for each depth, each node's child by value.

    A node is what its rows have in common: which implications are still open, and which of these have a broken `then`.
    """
    implications = model.implications
    nodes = {((1 << len(implications)) - 1, 0): 0}
    layers: list[list[list[int]]] = []
    for depth, (name, values) in enumerate(model.parameters.items()):
        seen = set(model.names[: depth + 1])
        when_decided = _bits(set(implication.when) <= seen for implication in implications)
        then_decided = _bits(set(implication.then) <= seen for implication in implications)
        closes = [_bits(value not in implication.when.get(name, values) for implication in implications) for value in values]
        breaks = [_bits(value not in implication.then.get(name, values) for implication in implications) for value in values]
        deeper: dict[tuple[int, int], int] = {}
        layer: list[list[int]] = []
        for still_open, broken in nodes:
            edges = []
            for closed, newly_broken in zip(closes, breaks, strict=True):
                left = still_open & ~closed
                bad = (broken | newly_broken) & left
                if bad & when_decided:
                    edges.append(_NOWHERE)
                    continue
                left &= bad | ~then_decided
                edges.append(deeper.setdefault((left, bad), len(deeper)))
            layer.append(edges)
        layers.append(layer)
        nodes = deeper
    return layers


def set_bits(bits: int) -> Iterator[int]:
    """The places of the bits that are set, lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _bits(flags: Iterable[bool]) -> int:
    return sum(1 << place for place, flag in enumerate(flags) if flag)
