"""The adapter for a Storage SCP: the objects of a case by C-STORE in one association, whose release says that all are there."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from pydicom.config import disable_value_validation

from rtconform.conformance.adapters import Log, Reply
from rtconform.conformance.adapters.dicom.association import Peer, Sender, Sent
from rtconform.conformance.adapters.exchange import Exchange
from rtconform.conformance.adapters.returned import Returned
from rtconform.conformance.adapters.tls import connecting
from rtconform.conformance.protocol import Question, Writing
from rtconform.conformance.vendors.settings import DicomSettings, Vendor
from rtconform.formats.dicom.network import as_objects
from rtconform.formats.folders import unpacked


class DicomAdapter:
    """Keeps up to `workers` cases before the vendor, each in an association of its own."""

    def __init__(self, vendor: Vendor, settings: DicomSettings, log: Log, workers: int) -> None:
        self.window = workers
        self._timeout_s = settings.timeout_s
        self._exchange = Exchange(vendor, log)
        self._returned = Returned(vendor, self._exchange, settings)
        self._sender = Sender(Peer(settings.host, settings.port, settings.called_ae, settings.calling_ae))
        self._settings, self._folder = settings, vendor.folder
        self._threads = ThreadPoolExecutor(workers, "dicom")
        self._left_out: set[str] = set()
        self._as_written = ExitStack()

    async def start(self) -> None:
        """See that the vendor takes an association, and look for answers. Raises VendorUnreachable."""
        # what was written right is sent as it is: pydicom counts the bytes of a value where the standard counts characters
        self._as_written.enter_context(disable_value_validation())
        await self._exchange.start()
        if self._settings.tls:
            self._sender.secure(connecting(self._settings, self._folder))
        await self._returned.start()
        await asyncio.get_running_loop().run_in_executor(self._threads, self._sender.reach, self._timeout_s)

    async def ask(self, question: Question, writing: Writing | None = None) -> Reply:
        """Send the objects of one case, and wait for its answer."""
        return await self._exchange.ask(question, writing, self._ask)

    async def _ask(self, questions: Sequence[Question], request: bytes) -> Sequence[Reply]:
        (question,) = questions
        return [await self._stored(question, request)]

    async def _stored(self, question: Question, request: bytes) -> Reply:
        awaited, loop = self._returned.awaited, asyncio.get_running_loop()
        pendings = await awaited.expect([question])
        try:
            deadline = loop.time() + self._timeout_s
            sent = await loop.run_in_executor(self._threads, self._send, request)
            if sent.status:
                return self._exchange.failure(sent.status, sent.detail, refused=sent.refused)
            self._tell(sent.left_out)
            hint = f"; not sent, since the engine takes none: {', '.join(sent.left_out)}" if sent.left_out else ""
            return await self._returned.answer(pendings[0], deadline - loop.time(), self._timeout_s, hint)
        finally:
            awaited.done(pendings, [question])

    async def close(self) -> None:
        """Abort all associations, and look for no more answers."""
        await asyncio.to_thread(self._sender.close)
        await asyncio.to_thread(self._threads.shutdown)
        await self._returned.close()
        await self._exchange.close()
        self._as_written.close()

    def _send(self, request: bytes) -> Sent:
        return self._sender.send(as_objects(unpacked(request)), self._timeout_s)

    def _tell(self, left_out: tuple[str, ...]) -> None:
        """Log once which classes of objects the engine takes none of."""
        for name in left_out:
            if name not in self._left_out:
                self._left_out.add(name)
                self._exchange.event("stray_output", f"the engine takes no {name}: such objects are not sent")
