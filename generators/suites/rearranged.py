"""Suites whose cases are made once, though they are asked for twice: for the digest before a run, and by the run."""

from dataclasses import dataclass, field

from rtconform.generators.suites.suite import Item_co, Rearranged


@dataclass(frozen=True)
class _Kept(Rearranged[Item_co]):
    made: dict[tuple[int, int], Item_co] = field(default_factory=dict)


class Remembering(_Kept[Item_co]):
    """The suite itself; each case that it makes is kept in `made`, by index and seed."""

    def case(self, index: int, seed: int) -> Item_co:
        """The suite's own."""
        made = self.made[index, seed] = self.suite.case(index, seed)
        return made


class Remembered(_Kept[Item_co]):
    """The suite itself; a case in `made` is not made again but handed out once, and let go of: a run asks each once."""

    def case(self, index: int, seed: int) -> Item_co:
        """The suite's own."""
        made = self.made.pop((index, seed), None)
        return self.suite.case(index, seed) if made is None else made
