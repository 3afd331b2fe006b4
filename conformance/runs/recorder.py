"""Where a run writes its records: a run folder (`folder.RunWriter`), or memory."""

from collections.abc import Iterable
from typing import Protocol

from rtconform.conformance.records import Event, Result


class Recorder(Protocol):
    """What the runner needs of it."""

    def done(self) -> set[str]:
        """Ids of the cases that have a result."""
        ...

    def results(self, results: Iterable[Result]) -> None:
        """Keep some results at once."""
        ...

    def event(self, event: Event) -> None:
        """Keep one event."""
        ...


class MemoryRecorder:
    """Keeps the records in memory, in the order in which they came: `kept` are the results."""

    def __init__(self) -> None:
        self.kept: list[Result] = []
        self.events: list[Event] = []

    def done(self) -> set[str]:
        """Ids of the cases that have a result."""
        return {result.id for result in self.kept}

    def results(self, results: Iterable[Result]) -> None:
        """Keep some results at once."""
        self.kept.extend(results)

    def event(self, event: Event) -> None:
        """Keep one event."""
        self.events.append(event)
