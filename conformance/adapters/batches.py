"""Questions put in batches, as payers work: those that are asked at the same time go out in one message.

A question whose batch comes to nothing (a crash, a message refused as a whole, an answer that leaves it out) is asked alone, so
that no verdict depends on what else was in its batch.
"""

import asyncio
from collections.abc import Callable, Sequence

from rtconform.conformance.adapters import BatchAdapter, Reply
from rtconform.conformance.protocol import Question, Writing

IDLE_S = 0.02
"""A batch that is not full goes out when so long no other question came for it, in seconds."""

AT_A_TIME = 2
"""How many batches each of the vendor's processes, requests or files may have before it."""

_Waiting = tuple[Question, "asyncio.Future[Reply]"]


class Batches:
    """Gathers questions for `inner`, up to `size` of those for which `together` gives the same."""

    def __init__(self, inner: BatchAdapter, size: int, workers: int, together: Callable[[Question], str]) -> None:
        self.window = workers * AT_A_TIME * size
        self._inner = inner
        self._size = size
        self._together = together
        self._gathered: dict[str, list[_Waiting]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._room = asyncio.Semaphore(workers * AT_A_TIME)
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Make ready. Raises VendorUnreachable."""
        await self._inner.start()

    async def ask(self, question: Question, writing: Writing | None = None) -> Reply:
        """Put one question to the vendor, with others that are asked at the same time."""
        if writing is not None:
            return await self._inner.ask(question, writing)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Reply] = loop.create_future()
        kind = self._together(question)
        gathered = self._gathered.setdefault(kind, [])
        gathered.append((question, future))
        if len(gathered) >= self._size:
            self._send(kind)
        else:
            self._wait()
        reply = await future
        return await self._inner.ask(question) if reply.alone else reply

    async def close(self) -> None:
        """End every process and connection."""
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._inner.close()

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(IDLE_S, self._send_all)

    def _send_all(self) -> None:
        for kind in tuple(self._gathered):
            self._send(kind)

    def _send(self, kind: str) -> None:
        gathered = self._gathered.pop(kind, [])
        task = asyncio.get_running_loop().create_task(self._ask(gathered))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, gathered: Sequence[_Waiting]) -> None:
        try:
            async with self._room:
                replies = await self._inner.ask_many([question for question, _ in gathered])
        except BaseException as error:
            for _, future in gathered:
                if not future.done():
                    future.set_exception(error)
            raise
        for (_, future), reply in zip(gathered, replies, strict=True):
            if not future.done():
                future.set_result(reply)
