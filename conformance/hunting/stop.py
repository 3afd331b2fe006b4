"""A search that is asked to stop, at any moment, stops between two questions, so that no record is torn."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")


class Stop:
    """A request that a search stop. `told`: it was made. For one thread and its signal handlers."""

    def __init__(self) -> None:
        self.told = False
        self._waiting: asyncio.Task[Any] | None = None

    def tell(self) -> None:
        """Say so, from a signal handler for instance: nothing is raised here, amid whatever is being done."""
        self.told = True
        if self._waiting is not None:
            self._waiting.get_loop().call_soon_threadsafe(self._waiting.cancel)

    def wait(self, runner: asyncio.Runner, doing: Coroutine[None, None, _T]) -> _T:
        """What comes of `doing`. Raises KeyboardInterrupt where it was told to stop, before or while it waits."""
        if self.told:
            doing.close()
            raise KeyboardInterrupt
        try:
            return runner.run(self._cancelled_when_told(doing))
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None

    async def _cancelled_when_told(self, doing: Coroutine[None, None, _T]) -> _T:
        self._waiting = asyncio.current_task()
        try:
            if self.told and self._waiting is not None:
                self._waiting.cancel()
            return await doing
        finally:
            self._waiting = None
