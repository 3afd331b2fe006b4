"""A suite whose cases are made once, though they are asked for twice: for its digest before a run, and by the run."""

from dataclasses import dataclass, field

from rtconform.generators.suite import Item_co, Rearranged


@dataclass(frozen=True)
class Remembering(Rearranged[Item_co]):
    """The suite itself; a case that it has made is kept until it is asked for again, and let go of then."""

    _made: dict[tuple[int, int], Item_co] = field(default_factory=dict)

    def size(self, count: int | None) -> int:
        """The suite's own."""
        return self.suite.size(count)

    def case(self, index: int, seed: int) -> Item_co:
        """The suite's own."""
        made = self._made.pop((index, seed), None)
        if made is None:
            made = self._made[index, seed] = self.suite.case(index, seed)
        return made

    def index_of(self, case_id: str) -> tuple[int, int]:
        """The suite's own."""
        return self.suite.index_of(case_id)
