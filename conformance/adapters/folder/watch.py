"""Watches `out` of a folder and hands on each file that is whole."""

import asyncio

from rtconform.conformance.adapters.awaited import AwaitedAnswers
from rtconform.conformance.adapters.exchange import Exchange
from rtconform.conformance.adapters.folder.places import OUT, Places

LOOK_S = 0.05
"""How often `out` is looked at, in seconds."""

MOST_STRANGE = 20
"""How many entries of `out` that are not files are told."""


class Watch:
    """Looks for answers. What stood in `out` before is left alone; what is read is removed. `asks`: questions go by files too."""

    def __init__(self, exchange: Exchange, places: Places, awaited: AwaitedAnswers, *, asks: bool = True) -> None:
        self._exchange, self._places, self._awaited, self._asks = exchange, places, awaited, asks
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Make the folders and watch. Raises VendorUnreachable."""
        old = self._places.open(asks=self._asks)
        if old:
            self._exchange.event("stray_output", f"folder: {old} files stood in {OUT} before the run and are left alone")
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def close(self) -> None:
        """Stop watching."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def _watch(self) -> None:
        said = ""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                found = await asyncio.to_thread(self._places.look)
            except OSError as error:  # the folder is gone for a moment, or for good: then no answer comes
                if said != (said := f"folder: {OUT} can't be read: {error.strerror}"):
                    self._exchange.event("stray_output", said)
                continue
            for name in self._places.strange[:MOST_STRANGE]:
                self._exchange.event(
                    "stray_output", self._exchange.shown(f"folder: {OUT}/{name} is not a file: left alone".encode())
                )
            self._places.strange.clear()
            for file in found:
                await self._awaited.take(file.content, too_long=file.name if file.longer else "")
