"""The way by which answers come back where no connection holds them: files in a folder, or requests to an address of ours."""

import asyncio

from rtconform.conformance.adapters import Reply
from rtconform.conformance.adapters.awaited import AwaitedAnswers
from rtconform.conformance.adapters.exchange import Exchange
from rtconform.conformance.adapters.folder.places import OUT, Places
from rtconform.conformance.adapters.folder.watch import Watch
from rtconform.conformance.adapters.program.in_flight import Pending
from rtconform.conformance.vendors.settings import Vendor


class Returned:
    """`awaited`: the questions that wait. `place`: where answers are looked for, in words."""

    def __init__(self, vendor: Vendor, exchange: Exchange, folder: str, listen: str, timeout_s: float) -> None:
        self.awaited = AwaitedAnswers(vendor, exchange, timeout_s, "answers")
        self.place = f"http://{listen}/" if listen else f"{folder}/{OUT}"
        if listen:
            from rtconform.conformance.adapters.http.listener import Listener  # noqa: PLC0415 - aiohttp takes 200 ms to import

            self._way: Listener | Watch = Listener(listen, exchange, self.awaited)
        else:
            self._way = Watch(exchange, Places(vendor.folder / folder), self.awaited, asks=False)

    async def answer(self, pending: Pending, left_s: float, within_s: float, hint: str = "") -> Reply:
        """What comes of a question whose objects are all stored, waited for `left_s` more of the `within_s` that it may take."""
        await asyncio.wait([pending.reply], timeout=max(0.0, left_s))
        if pending.reply.done():
            return pending.reply.result()
        detail = f"all objects were stored, and no answer came to {self.place} within {within_s:g} s"
        return self.awaited.late(pending, detail, hint)

    async def start(self) -> None:
        """Look for answers from now on. Raises VendorUnreachable."""
        await self._way.start()

    async def close(self) -> None:
        """Look no more."""
        await self._way.close()
        self.awaited.finish()
