"""The adapter for a watched folder: a question is a file in `in`, its answer a file in `out`, whatever that is called."""

import asyncio
from collections.abc import Sequence

from msgspec.structs import replace

from rtconform.conformance.adapters import SILENT, Log, Reply
from rtconform.conformance.adapters.answers import Received, claimed_id
from rtconform.conformance.adapters.exchange import Exchange
from rtconform.conformance.adapters.folder.places import IN, OUT, Found, Places
from rtconform.conformance.adapters.program.held_back import HeldBack
from rtconform.conformance.adapters.program.in_flight import Held, Pending
from rtconform.conformance.adapters.program.unmatched import Unmatched
from rtconform.conformance.protocol import Question, Writing
from rtconform.conformance.roles import ROLES
from rtconform.conformance.vendors.settings import FolderSettings, Vendor
from rtconform.formats.names import key_of, name_of
from rtconform.formats.registry import QUESTIONS

LOOK_S = 0.05
"""How often `out` is looked at, in seconds."""

MOST_STRANGE = 20
"""How many entries of `out` that are not files are told."""


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
        self._formatted = vendor.format.answer != "json"
        self._waiting: dict[str, Pending] = {}
        self._unmatched = Unmatched("folder", self._exchange)
        self._back = HeldBack(0, min(vendor.format.settle_s, settings.timeout_s), self._release)
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Make the folders and watch. Raises VendorUnreachable, or UserError where the request template is wrong."""
        await self._exchange.start()
        old = self._places.open()
        if old:
            self._exchange.event("stray_output", f"folder: {old} files stood in {OUT} before the run and are left alone")
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def ask(self, question: Question, writing: Writing | None = None) -> Reply:
        """Put one case into the folder."""
        return await self._exchange.ask(question, writing, self._ask)

    async def ask_many(self, questions: Sequence[Question]) -> Sequence[Reply]:
        """Put several questions into the folder, in one file."""
        replies = await self._exchange.ask_many(questions, self._ask)
        return [reply if reply.status == "answered" else replace(reply, alone=True) for reply in replies]

    async def close(self) -> None:
        """Stop watching, and take back what nobody has answered."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        self._unmatched.finish()
        await self._exchange.close()

    async def _ask(self, questions: Sequence[Question], request: bytes) -> Sequence[Reply]:
        loop = asyncio.get_running_loop()
        while busy := [self._waiting[question.id].reply for question in questions if question.id in self._waiting]:
            await asyncio.wait(busy)  # answers are matched by id: none can be asked twice at a time
        batch = object() if len(questions) > 1 else None
        pendings = [Pending(question.id, b"", loop.create_future(), sent_at=loop.time(), batch=batch) for question in questions]
        name = f"{name_of(questions[0].id, self._key)}.{self._suffix}"
        self._waiting |= {pending.id: pending for pending in pendings}
        try:
            await asyncio.to_thread(self._places.put, name, request)
            await asyncio.wait([pending.reply for pending in pendings], timeout=self._timeout_s)
            return [pending.reply.result() if pending.reply.done() else self._late(pending, name) for pending in pendings]
        except OSError as error:
            return [self._exchange.failure("error", f"can't write to {IN}: {error.strerror}")] * len(questions)
        finally:
            for pending, question in zip(pendings, questions, strict=True):
                self._waiting.pop(pending.id, None)
                self._exchange.over(question)
            self._places.take_back(name)

    def _late(self, pending: Pending, name: str) -> Reply:
        detail = f"no answer came to {OUT} within {self._timeout_s:g} s"
        if pending.unmatched:
            return self._exchange.failure("invalid", f"{detail}; what came: {pending.unmatched}")
        if self._places.stands(name):
            detail += f"; {name} still stands in {IN}: does the product watch that folder?"
        return self._exchange.failure("timeout", detail)

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
                await self._take(file)

    async def _take(self, file: Found) -> None:
        for received in await self._read(file):
            pending = self._waiting.get(received.id or "")
            if pending is None or pending.reply.done():
                unmatched = self._unmatched.note(received, file.content)
                for waiting in self._waiting.values():
                    waiting.unmatched = waiting.unmatched or unmatched
                continue
            self._unmatched.answered(pending.id)
            latency_ms = (asyncio.get_running_loop().time() - pending.sent_at) * 1000
            before, pending.early = pending.early, None
            if received.answer is None or (received.message_refused and pending.batch is not None):
                fault, refused = received.fault, received.refused
                pending.reply.set_result(
                    self._exchange.failure("invalid", fault, file.content, latency_ms=latency_ms, refused=refused)
                )
                continue
            raw = before.raw + file.content if before else file.content
            held = Held(pending, received.answer, latency_ms, raw)
            if received.last:
                self._release(held)
            else:
                self._back.early(held)

    async def _read(self, file: Found) -> list[Received]:
        if not file.longer:
            return await self._exchange.read_all(file.content)
        fault = f"{file.name} is longer than {len(file.content)} bytes"
        about = [one.id for one in await self._exchange.read_all(file.content)] if self._formatted else [claimed_id(file.content)]
        return [Received(case_id, None, fault) for case_id in about]

    def _release(self, held: Held) -> None:
        if not held.pending.reply.done():
            reply = self._exchange.answered(held.answer, held.raw, latency_ms=held.latency_ms, stderr=SILENT)
            held.pending.reply.set_result(reply)
