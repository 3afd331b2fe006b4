"""Asking many cases at the same time, with the replies in the order of the cases.

Cases are made ahead while others are under way, a few at a time, so that a fast vendor is sent the next one before
the last one is judged.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from rtconform.conformance.adapters import Reply
from rtconform.generators.suites.suite import SuiteItem

AHEAD = 4
"""How many windows of cases may be made, under way or answered while an earlier one is still waited for."""

AT_ONCE = 16
"""How many cases are made, or handed on with their replies, before what came meanwhile is looked at."""

Ask = Callable[[SuiteItem], Awaitable[Reply]]


@dataclass(eq=False)
class Turn:
    """One case or claim: `reason` says why it is not asked (None: it is), `reply` what came of asking it."""

    item: SuiteItem
    reason: str | None
    reply: Reply | None = None

    @property
    def over(self) -> bool:
        """Whether nothing is waited for any more."""
        return self.reply is not None or self.reason is not None


class Pipeline:
    """Asks what is to be asked of `turns`, at most `window` at the same time, for one who iterates over `in_order`."""

    def __init__(self, turns: Iterable[Turn], ask: Ask, window: int) -> None:
        self._turns = iter(turns)
        self._ask = ask
        self._window = window
        self._waiting: asyncio.Queue[Turn] = asyncio.Queue()
        self._under_way: deque[Turn] = deque()
        self._askers: list[asyncio.Task[None]] = []
        self._news = asyncio.Event()
        self._failure: BaseException | None = None

    async def in_order(self) -> AsyncGenerator[list[Turn], None]:
        """The turns that are over, some at a time. Raises what asking raised."""
        try:
            made = True
            while made or self._under_way:
                room = AHEAD * self._window - len(self._under_way)
                made = self._make(min(AT_ONCE, room)) if room > 0 else made
                if over := self._over():
                    yield over
                elif self._under_way and (room <= 0 or not made):
                    await self._news.wait()
                self._news.clear()
                if self._failure is not None:
                    raise self._failure
                await asyncio.sleep(0)
        finally:
            for asker in self._askers:
                asker.cancel()
            await asyncio.gather(*self._askers, return_exceptions=True)

    def _make(self, number: int) -> bool:
        """Take `number` more questions under way; False: there are no more."""
        made = list(islice(self._turns, number))
        self._under_way += made
        for turn in made:
            if turn.reason is None:
                self._waiting.put_nowait(turn)
                if len(self._askers) < self._window:
                    self._askers.append(asyncio.create_task(self._keep_asking()))
                    self._askers[-1].add_done_callback(self._stopped)
        return len(made) == number

    def _over(self) -> list[Turn]:
        over: list[Turn] = []
        while self._under_way and self._under_way[0].over and len(over) < AT_ONCE:
            over.append(self._under_way.popleft())
        return over

    async def _keep_asking(self) -> None:
        while True:
            turn = await self._waiting.get()
            turn.reply = await self._ask(turn.item)
            self._news.set()

    def _stopped(self, asker: "asyncio.Task[None]") -> None:
        if not asker.cancelled():
            self._failure = asker.exception()
            self._news.set()
