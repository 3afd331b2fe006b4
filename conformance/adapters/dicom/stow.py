"""The adapter for a web service that takes DICOM objects (STOW-RS): all objects of a case in one request.

The answer is the response's body; or the response says only that the objects are stored, and the answer comes by another way.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import ExitStack

from msgspec.structs import replace
from pydicom.config import disable_value_validation

from rtconform.conformance.adapters import Log, Reply
from rtconform.conformance.adapters.http.service import HttpAdapter
from rtconform.conformance.adapters.returned import Returned
from rtconform.conformance.protocol import Question, Writing
from rtconform.conformance.vendors.settings import HttpSettings, Vendor
from rtconform.formats.dicom.network import as_objects
from rtconform.formats.dicom.stow import multipart
from rtconform.formats.folders import unpacked

SOME_FAILED = 202
"""What a STOW-RS service answers where it did not store every object as it was sent."""


class StowAdapter(HttpAdapter):
    """Keeps up to `workers` cases before the service."""

    def __init__(self, vendor: Vendor, settings: HttpSettings, log: Log, workers: int) -> None:
        super().__init__(vendor, settings, log, workers)
        self._timeout_s = settings.timeout_s
        self._as_written = ExitStack()
        self._returned = Returned(vendor, self._exchange, settings) if settings.folder or settings.listen else None

    async def start(self) -> None:
        """See that somebody listens, and look for answers. Raises VendorUnreachable."""
        self._as_written.enter_context(disable_value_validation())  # pydicom counts bytes where the standard counts characters
        await super().start()
        if self._returned is not None:
            await self._returned.start()

    async def ask(self, question: Question, writing: Writing | None = None) -> Reply:
        """Send the objects of one case."""
        return await self._exchange.ask(question, writing, self._store)

    async def _store(self, questions: Sequence[Question], request: bytes) -> Sequence[Reply]:
        body = await asyncio.to_thread(lambda: multipart(as_objects(unpacked(request))))
        if self._returned is None:
            return await self._ask_on_a_good_connection(questions, body)
        return [await self._ask_and_wait(self._returned, questions[0], body)]

    async def close(self) -> None:
        """Close all connections, and look for no more answers."""
        if self._returned is not None:
            await self._returned.close()
        await super().close()
        self._as_written.close()

    async def _ask_and_wait(self, returned: Returned, question: Question, body: bytes) -> Reply:
        pendings = await returned.awaited.expect([question])
        started = time.perf_counter()
        try:
            response = await self._response(body, started)
            if isinstance(response, Reply):
                return response
            if response.status == SOME_FAILED:
                said = f"the service answered {SOME_FAILED}: it did not store every object as it was sent"
                return replace(self._exchange.failure("error", said, response.body), refused=True)
            left_s = self._timeout_s - (time.perf_counter() - started)
            return await returned.answer(pendings[0], left_s, self._timeout_s)
        finally:
            returned.awaited.done(pendings, [question])
