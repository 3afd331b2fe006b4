"""The adapter for a watched folder: a question is a file in `in`, its answer a file in `out`, whatever that is called."""

import asyncio
from collections.abc import Sequence

from msgspec.structs import replace

from rtconform.conformance.adapters import Log, Reply
from rtconform.conformance.adapters.awaited import AwaitedAnswers
from rtconform.conformance.adapters.exchange import Exchange
from rtconform.conformance.adapters.folder.places import IN, OUT, Places
from rtconform.conformance.adapters.folder.watch import Watch
from rtconform.conformance.protocol import Question, Writing
from rtconform.conformance.roles import ROLES
from rtconform.conformance.vendors.settings import FolderSettings, Vendor
from rtconform.formats.names import key_of, name_of
from rtconform.formats.registry import QUESTIONS


class FolderAdapter:
    """Keeps up to `workers` files before the vendor. What stood in `out` before is left alone; what is read is removed."""

    def __init__(self, vendor: Vendor, settings: FolderSettings, log: Log, workers: int) -> None:
        self.window = workers
        self._exchange = Exchange(vendor, log)
        self._places = Places(vendor.folder / settings.folder)
        self._timeout_s = settings.timeout_s
        self._key = key_of(vendor.file_digest)
        row = QUESTIONS.get((vendor.format.question, ROLES[vendor.role].asks))
        self._suffix = row.suffix if row else "json"
        self._awaited = AwaitedAnswers(vendor, self._exchange, settings.timeout_s, "folder")
        self._watch = Watch(self._exchange, self._places, self._awaited)

    async def start(self) -> None:
        """Make the folders and watch. Raises VendorUnreachable, or UserError where the request template is wrong."""
        await self._exchange.start()
        await self._watch.start()

    async def ask(self, question: Question, writing: Writing | None = None) -> Reply:
        """Put one case into the folder."""
        return await self._exchange.ask(question, writing, self._ask)

    async def ask_many(self, questions: Sequence[Question]) -> Sequence[Reply]:
        """Put several questions into the folder, in one file."""
        replies = await self._exchange.ask_many(questions, self._ask)
        return [reply if reply.status == "answered" else replace(reply, alone=True) for reply in replies]

    async def close(self) -> None:
        """Stop watching, and take back what nobody has answered."""
        await self._watch.close()
        self._awaited.finish()
        await self._exchange.close()

    async def _ask(self, questions: Sequence[Question], request: bytes) -> Sequence[Reply]:
        pendings = await self._awaited.expect(questions)
        name = f"{name_of(questions[0].id, self._key)}.{self._suffix}"
        try:
            await asyncio.to_thread(self._places.put, name, request)
            await asyncio.wait([pending.reply for pending in pendings], timeout=self._timeout_s)
            return [
                pending.reply.result()
                if pending.reply.done()
                else self._awaited.late(pending, f"no answer came to {OUT} within {self._timeout_s:g} s", self._hint(name))
                for pending in pendings
            ]
        except OSError as error:
            return [self._exchange.failure("error", f"can't write to {IN}: {error.strerror}")] * len(questions)
        finally:
            self._awaited.done(pendings, questions)
            self._places.take_back(name)

    def _hint(self, name: str) -> str:
        return f"; {name} still stands in {IN}: does the product watch that folder?" if self._places.stands(name) else ""
