"""Joining parts of a run that were run apart: slices of suites, and the events that they leave.

A part is run by the ordinary runner, so each asks its own canary and sample again; joined, the run reads as one that was never
taken apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic

from msgspec.structs import replace

from rtconform.conformance.records import Event
from rtconform.generators.suite import Asks, Item_co, SuiteOf


@dataclass(frozen=True)
class Slice(Generic[Item_co]):
    """The cases of a suite from index `first` on, `cases` of them, as a suite: names, versions and ids are the suite's own."""

    suite: SuiteOf[Item_co]
    first: int
    cases: int

    @property
    def name(self) -> str:
        """The suite's own."""
        return self.suite.name

    @property
    def version(self) -> str:
        """The suite's own."""
        return self.suite.version

    @property
    def about(self) -> str:
        """The suite's own."""
        return self.suite.about

    @property
    def asks(self) -> Asks:
        """The suite's own."""
        return self.suite.asks

    @property
    def seeded(self) -> bool:
        """The suite's own."""
        return self.suite.seeded

    def size(self, count: int | None) -> int:
        """The slice's; its length is fixed."""
        del count
        return self.cases

    def case(self, index: int, seed: int) -> Item_co:
        """The suite's case at this place of the slice."""
        return self.suite.case(self.first + index, seed)

    def index_of(self, case_id: str) -> tuple[int, int]:
        """Where in the slice the case is, and its seed."""
        index, seed = self.suite.index_of(case_id)
        return index - self.first, seed


def merged_events(parts: Sequence[Sequence[Event]]) -> Iterator[Event]:
    """The events of all parts in order: what each part asked before and found alike is told once, and the end comes last.

    There is an end only where every part reached its own.
    """
    told = set()
    ends = []
    for events in parts:
        for event in events:
            if event.kind == "finished":
                ends.append(event)
            elif event.kind not in ("canary", "finding"):
                yield event
            elif (said := (event.kind, event.detail, event.cases)) not in told:
                told.add(said)
                yield event
    if ends and len(ends) == len(parts):
        yield replace(ends[0], at=max(end.at for end in ends))
