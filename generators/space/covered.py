"""Which t-tuples a changing list of rows covers, and how often: the bookkeeping beneath `covering`.

Every value of every parameter has a number; numbers run on through the parameters, so that a row, or any part of one,
is an int with the bits of its values: its key. For each value two large ints say which (t-1)-tuples make a tuple with it
that no row covers, or only one: how much a row gains or loses by a value is then a conjunction and a count of bits.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from rtconform.generators.space.diagram import Reach, diagram_of
from rtconform.generators.space.model import Implication, Model, Values


@dataclass
class Draft:
    """A valid row being worked on: its values by parameter, its key, its (t-1)-tuples; for each parameter the values that it
    may take while the others stay (None: to be worked out), and the step of the search until which it is left alone.
    """

    values: list[int]
    key: int
    parts: int
    allowed: list[tuple[int, ...] | None]
    held_until: list[int]


class Numbers:
    """A model for strength `t` in numbers: never changes."""

    def __init__(self, model: Model, t: int) -> None:
        self.t = t
        self.first = [sum(model.sizes[:parameter]) for parameter in range(len(model.sizes))]
        self.ranges = [range(first, first + size) for first, size in zip(self.first, model.sizes, strict=True)]
        self.parameter_of = [parameter for parameter, size in enumerate(model.sizes) for _ in range(size)]
        whole = Reach(diagram_of(model), {})
        self.part = {self._key(part): place for place, part in enumerate(whole.tuples(t - 1))}
        """The bit of each valid (t-1)-tuple."""
        self.without = [
            sum(1 << place for key, place in self.part.items() if not key & self._span(parameter))
            for parameter in range(len(model.sizes))
        ]
        """For each parameter, the (t-1)-tuples that leave it out."""
        self.splits: dict[int, tuple[tuple[int, int], ...]] = {}
        """For each valid t-tuple, each of its values with the bit of the other t-1."""
        for found in whole.tuples(t):
            key = self._key(found)
            values = [self.first[parameter] + place for parameter, place in found]
            self.splits[key] = tuple((value, self.part[key ^ 1 << value]) for value in values)
        self._checks = [
            [
                _Check(self, model, implication, parameter)
                for implication in model.implications
                if name in {*implication.when, *implication.then}
            ]
            for parameter, name in enumerate(model.names)
        ]
        self._neighbours = [
            [
                other
                for other, other_name in enumerate(model.names)
                if other != parameter and any({name, other_name} <= {*i.when, *i.then} for i in model.implications)
            ]
            for parameter, name in enumerate(model.names)
        ]

    def _key(self, found: tuple[tuple[int, int], ...]) -> int:
        return sum(1 << self.first[parameter] + place for parameter, place in found)

    def _span(self, parameter: int) -> int:
        return sum(1 << value for value in self.ranges[parameter])

    def draft(self, row: Values) -> Draft:
        """A valid row, ready to be worked on."""
        values = [first + place for first, place in zip(self.first, row, strict=True)]
        bits = [1 << value for value in values]
        parts = 0
        for chosen in combinations(bits, self.t - 1):
            parts |= 1 << self.part[sum(chosen)]
        return Draft(values, sum(bits), parts, [None] * len(values), [0] * len(values))

    def row(self, values: list[int]) -> Values:
        """The row with these values, by the places of each parameter."""
        return tuple(value - first for value, first in zip(values, self.first, strict=True))

    def allowed(self, draft: Draft, parameter: int) -> tuple[int, ...]:
        """The values that this parameter may take while the others stay as they are."""
        found = draft.allowed[parameter]
        if found is None:
            forbidden = 0
            for check in self._checks[parameter]:
                forbidden |= check.forbids(draft.key)
            found = tuple(value for value in self.ranges[parameter] if not forbidden >> value & 1)
            draft.allowed[parameter] = found
        return found

    def replace(self, draft: Draft, parameter: int, value: int) -> None:
        """Give a parameter another of its allowed values."""
        draft.key ^= 1 << draft.values[parameter] | 1 << value
        draft.values[parameter] = value
        parts = draft.parts & self.without[parameter]
        for rest in self.rests(draft, parameter, self.t - 2):
            parts |= 1 << self.part[rest | 1 << value]
        draft.parts = parts
        for neighbour in self._neighbours[parameter]:
            draft.allowed[neighbour] = None

    def rests(self, draft: Draft, parameter: int, size: int) -> list[int]:
        """The keys of all combinations of `size` values of a row that leave this parameter out."""
        if size < 0:
            return []
        bits = [1 << value for value in draft.values]
        del bits[parameter]
        return list(map(sum, combinations(bits, size)))


class _Check:
    """An implication as seen by one of its parameters: which of its values the rest of the row forbids."""

    def __init__(self, numbers: Numbers, model: Model, implication: Implication, parameter: int) -> None:
        name = model.names[parameter]

        def mask(of: int, values: tuple[str, ...]) -> int:
            return sum(1 << numbers.first[of] + model.places[of][value] for value in values)

        own_when = mask(parameter, implication.when.get(name, model.parameters[name]))
        own_then = mask(parameter, implication.then.get(name, model.parameters[name]))
        self._when = [mask(model.names.index(other), values) for other, values in implication.when.items() if other != name]
        self._then = [mask(model.names.index(other), values) for other, values in implication.then.items() if other != name]
        self._if_kept = own_when & ~own_then
        self._if_broken = own_when

    def forbids(self, key: int) -> int:
        """The values forbidden beside the others of the row with this key."""
        for values in self._when:
            if not key & values:
                return 0
        for values in self._then:
            if not key & values:
                return self._if_broken
        return self._if_kept


class Coverage:
    """Rows, and how often each t-tuple is covered by them."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers
        self.rows: list[Draft] = []
        self.holders = [0] * len(numbers.parameter_of)
        """For each value, a bit for each row that has it."""
        self.missing = [0] * len(numbers.parameter_of)
        self.single = [0] * len(numbers.parameter_of)
        """For each value, the (t-1)-tuples that make with it a tuple covered by no row, and by exactly one."""
        self._times = dict.fromkeys(numbers.splits, 0)
        self.uncovered = list(numbers.splits)
        """The keys of the tuples that no row covers, in no particular order."""
        self._place = {key: place for place, key in enumerate(self.uncovered)}
        for key in self.uncovered:
            self._flip(self.missing, key)

    def gain(self, draft: Draft) -> int:
        """How many tuples would be covered by this row that are not yet."""
        return sum((self.missing[value] & draft.parts).bit_count() for value in draft.values) // self.numbers.t

    def worth(self, draft: Draft) -> int:
        """How many tuples are covered by this row and by no other one."""
        return sum((self.single[value] & draft.parts).bit_count() for value in draft.values) // self.numbers.t

    def add(self, draft: Draft) -> None:
        """Append a row."""
        for value in draft.values:
            self.holders[value] |= 1 << len(self.rows)
        self.rows.append(draft)
        self._cover(map(sum, combinations([1 << value for value in draft.values], self.numbers.t)))

    def remove(self, slot: int) -> None:
        """Take a row out; the last one takes its place."""
        draft, last = self.rows[slot], len(self.rows) - 1
        for value in draft.values:
            self.holders[value] ^= 1 << slot
        if slot != last:
            for value in self.rows[last].values:
                self.holders[value] ^= 1 << last | 1 << slot
        self.rows[slot] = self.rows[last]
        self.rows.pop()
        self._uncover(map(sum, combinations([1 << value for value in draft.values], self.numbers.t)))

    def change(self, slot: int, parameter: int, value: int) -> None:
        """Give a parameter of a row another of its allowed values."""
        draft = self.rows[slot]
        old = draft.values[parameter]
        rests = self.numbers.rests(draft, parameter, self.numbers.t - 1)
        self._cover([rest | 1 << value for rest in rests])
        self._uncover([rest | 1 << old for rest in rests])
        self.holders[old] ^= 1 << slot
        self.holders[value] ^= 1 << slot
        self.numbers.replace(draft, parameter, value)

    def _cover(self, keys: Iterable[int]) -> None:
        times = self._times
        for key in keys:
            before = times[key]
            times[key] = before + 1
            if before == 0:
                self._flip(self.missing, key)
                self._flip(self.single, key)
                last, place = self.uncovered.pop(), self._place.pop(key)
                if last != key:
                    self.uncovered[place] = last
                    self._place[last] = place
            elif before == 1:
                self._flip(self.single, key)

    def _uncover(self, keys: Iterable[int]) -> None:
        times = self._times
        for key in keys:
            after = times[key] - 1
            times[key] = after
            if after == 0:
                self._flip(self.single, key)
                self._flip(self.missing, key)
                self._place[key] = len(self.uncovered)
                self.uncovered.append(key)
            elif after == 1:
                self._flip(self.single, key)

    def _flip(self, masks: list[int], key: int) -> None:
        for value, part in self.numbers.splits[key]:
            masks[value] ^= 1 << part
