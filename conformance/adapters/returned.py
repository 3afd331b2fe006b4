"""The way by which answers come back where no connection holds them: files in a folder, or requests to an address of ours."""

import asyncio
import ssl

from rtconform.conformance.adapters import Reply
from rtconform.conformance.adapters.awaited import AwaitedAnswers
from rtconform.conformance.adapters.exchange import Exchange
from rtconform.conformance.adapters.folder.places import OUT, Places
from rtconform.conformance.adapters.folder.watch import Watch
from rtconform.conformance.adapters.program.in_flight import Pending
from rtconform.conformance.adapters.tls import listening
from rtconform.conformance.vendors.settings import DicomSettings, HttpSettings, Vendor


class Returned:
    """`awaited`: the questions that wait. `place`: where answers are looked for, in words."""

    def __init__(self, vendor: Vendor, exchange: Exchange, settings: DicomSettings | HttpSettings) -> None:
        self.awaited = AwaitedAnswers(vendor, exchange, settings.timeout_s, "answers")
        self._exchange, self._settings, self._folder = exchange, settings, vendor.folder
        if settings.listen:
            from rtconform.conformance.adapters.http.listener import Listener  # noqa: PLC0415 - aiohttp takes 200 ms to import

            self.place = f"{'https' if settings.certificate else 'http'}://{settings.listen}/"
            self._way: Listener | Watch = Listener(settings.listen, exchange, self.awaited, self._tls)
        else:
            self.place = f"{settings.folder}/{OUT}"
            self._way = Watch(exchange, Places(vendor.folder / settings.folder), self.awaited, asks=False)

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

    def _tls(self) -> ssl.SSLContext | None:
        """Raises VendorUnreachable where the files can't be used."""
        return listening(self._settings, self._folder, self._refused) if self._settings.certificate else None

    def _refused(self, why: str) -> None:
        self._exchange.event("stray_output", f"answers: a connection to {self._settings.listen} was refused: {why}")
