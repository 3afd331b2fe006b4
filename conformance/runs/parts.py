"""Joining parts of a run that were run apart: slices of suites, and the events that they leave.

A part is run by the ordinary runner, so each asks its own canary and sample again; joined, the run reads as one that was never
taken apart.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from msgspec.structs import replace

from rtconform.conformance.records import Event
from rtconform.generators.suites.suite import Item_co, Rearranged


@dataclass(frozen=True)
class Slice(Rearranged[Item_co]):
    """The cases of a suite from index `first` on, `cases` of them, as a suite: names, versions and ids are the suite's own."""

    first: int
    cases: int

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


@dataclass
class EventMerge:
    """The events of parts, joined as the parts come: what each asked and found alike is told once, and the end comes last."""

    _told: set[tuple[str, str, tuple[str, ...]]] = field(default_factory=set)
    _ends: list[Event] = field(default_factory=list)
    _parts: int = 0

    def part(self, events: Iterable[Event]) -> Iterator[Event]:
        """Of the events of one more part, those to be told, but for its end."""
        self._parts += 1
        for event in events:
            said = (event.kind, event.detail, event.cases)
            if event.kind == "finished":
                self._ends.append(event)
            elif event.kind not in ("canary", "finding"):
                yield event
            elif said not in self._told:
                self._told.add(said)
                yield event

    def end(self) -> Iterator[Event]:
        """The end of the run, where every part reached its own; else nothing."""
        if self._ends and len(self._ends) == self._parts:
            yield replace(self._ends[0], at=max(end.at for end in self._ends))
