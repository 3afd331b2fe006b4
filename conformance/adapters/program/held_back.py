"""Answers that are not handed on at once: a second one to the same case may follow, or the last word on it may not have come."""

import asyncio
from collections.abc import Callable, Iterable, Mapping

from rtconform.conformance.adapters.program.in_flight import Held, Pending


class HeldBack:
    """What one worker holds back. `held`: the answers of the last message, by case id, until the next one or for `held_s`.

    An answer that need not be the last word stays with its case, in flight, for `settle_s`. `release` hands an answer on.
    """

    def __init__(self, held_s: float, settle_s: float, release: Callable[[Held], None]) -> None:
        self.held: dict[str, Held] = {}
        self._held_s = held_s
        self._settle_s = settle_s
        self._release = release
        self._holding: asyncio.TimerHandle | None = None

    def hold(self, held: Held) -> None:
        """Hold an answer back until the next message."""
        self.held[held.pending.id] = held

    def early(self, held: Held) -> None:
        """Keep an answer that need not be the last word; the time for that begins again."""
        held.pending.early = held
        asyncio.get_running_loop().call_later(self._settle_s, self._settle, held)

    def taken(self) -> Mapping[str, Held]:
        """What was held, which another message now lets go."""
        held, self.held = self.held, {}
        return held

    def hold_on(self) -> None:
        """Wait for a second answer to what is held, from now."""
        self._stop()
        self._holding = asyncio.get_running_loop().call_later(self._held_s, self.let_go)

    def let_go(self, waiting: Iterable[Pending] = ()) -> None:
        """Hand on everything; of `waiting` too, where one has an answer."""
        self._stop()
        for held in self.taken().values():
            self._release(held)
        for held in [pending.early for pending in waiting if pending.early is not None]:
            self._release(held)

    def _settle(self, held: Held) -> None:
        if held.pending.early is held:
            held.pending.early = None
            self._release(held)

    def _stop(self) -> None:
        if self._holding is not None:
            self._holding.cancel()
            self._holding = None
