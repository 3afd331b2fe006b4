"""The visits that the vendor has been told of and has not answered: what came about each, and when that is the answer."""

import asyncio
from dataclasses import dataclass, field

from rtconform.conformance.adapters.answers import LONGEST_ANSWER
from rtconform.conformance.adapters.exchange import Exchange
from rtconform.conformance.adapters.mllp.framing import Acknowledgment, framed
from rtconform.conformance.adapters.program.unmatched import Unmatched

MOST_MESSAGES = 1000
"""How many messages about one visit are kept."""


@dataclass(eq=False)
class Visit:
    """A visit under way. `name`: the case's name in every message; `came`: what came about it, but the first acknowledgments.

    `final`: the application's acknowledgment of the last message. `changed` is set with everything that comes, `over` in the end.
    """

    name: bytes
    came: dict[bytes, None] = field(default_factory=dict)
    final: Acknowledgment | None = None
    final_message: bytes = b""
    size: int = 0
    too_much: bool = False
    unmatched: str = ""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def document(self) -> bytes:
        """Everything that came about the visit, in frames."""
        return b"".join(framed(message) for message in (*self.came, *filter(None, [self.final_message])))


class Visits:
    """Takes what comes on any connection to the visit that it names."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._unmatched = Unmatched("mllp", exchange)
        self._open: dict[bytes, Visit] = {}

    async def begin(self, name: bytes) -> Visit:
        """A visit under this name, once none is under way."""
        while name in self._open:
            await self._open[name].over.wait()
        visit = self._open[name] = Visit(name)
        return visit

    def end(self, visit: Visit, *, answered: str = "") -> None:
        """The visit has its reply. `answered`: the id of its case, where it was answered."""
        self._open.pop(visit.name, None)
        visit.over.set()
        if answered:
            self._unmatched.answered(answered)

    def finish(self) -> None:
        """No more messages come."""
        self._unmatched.finish()

    async def take(self, message: bytes, said: Acknowledgment | None) -> None:
        """What came on a connection. Raises nothing."""
        if said is not None:
            self._acknowledged(message, said)
            return
        visit = next((visit for visit in self._open.values() if visit.name in message), None)
        if visit is not None:
            self._keep(visit, message)
            return
        for received in await self._exchange.read_all(message):
            unmatched = self._unmatched.note(received, message)
            for waiting in self._open.values():
                waiting.unmatched = waiting.unmatched or unmatched

    def _acknowledged(self, message: bytes, said: Acknowledgment) -> None:
        """An acknowledgment counts for a visit where it is about its last message; others are for who sends."""
        visit = self._open.get(said.control)
        if visit is None:
            return
        if said.final or not visit.final_message:
            visit.final_message = message
        if said.final:
            visit.final = said
        visit.changed.set()

    def _keep(self, visit: Visit, message: bytes) -> None:
        if message in visit.came:
            self._exchange.event("stray_output", "mllp: the same message came again, and counts once")
            return
        visit.size += len(message)
        if visit.size > LONGEST_ANSWER or len(visit.came) == MOST_MESSAGES:
            visit.too_much = True
        else:
            visit.came[message] = None
        visit.changed.set()
