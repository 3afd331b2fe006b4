"""Joining parts of a run that were run apart: the events that they leave.

The ordinary runner runs each part, so each part asks its own canary and its own sample again. The joined run looks like one that
was never divided.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from msgspec.structs import replace

from rtconform.conformance.records import Event


@dataclass
class EventMerge:
    """The events of parts, joined as the parts come. Equal canaries and findings appear once, and the end comes last."""

    _told: set[tuple[str, str, tuple[str, ...]]] = field(default_factory=set)
    _ends: list[Event] = field(default_factory=list)
    _parts: int = 0

    def part(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events of one more part that are new, except its end."""
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
