"""The adapter for a program that takes a case a line and gives an answer a line (`mode = "stream"`)."""

import asyncio
from collections.abc import Sequence

from rtconform.conformance.adapters import Log, Reply
from rtconform.conformance.adapters.exchange import Exchange
from rtconform.conformance.adapters.processes.subreaper import bury
from rtconform.conformance.adapters.program.in_flight import Pending, Program
from rtconform.conformance.adapters.program.stderr import StderrLog
from rtconform.conformance.adapters.program.stream_worker import StreamWorker
from rtconform.conformance.protocol import Question, Writing
from rtconform.conformance.roles import ROLES
from rtconform.conformance.vendors.secrets import environment
from rtconform.conformance.vendors.settings import CliSettings, Vendor
from rtconform.formats.registry import ANSWERS

HELD_S = 0.1
"""How long a good answer is held back, for a second answer to the same case to come and be noticed."""

IN_FLIGHT = 64
"""How many cases one process may have in flight."""


class StreamAdapter:
    """Keeps `workers` processes of the program busy; a case goes to the one that has the fewest.

    `brisk`: answers are handed on at once; a second one to the same case is then a stray line to the next.
    """

    def __init__(self, vendor: Vendor, settings: CliSettings, log: Log, workers: int, *, brisk: bool = False) -> None:
        self.window = workers * IN_FLIGHT
        self._exchange = Exchange(vendor, log)
        own = {name: vendor.filled(value) for name, value in settings.env.items()}
        command = (*vendor.sandbox, *settings.command)
        row = ANSWERS.get((vendor.format.answer, ROLES[vendor.role].asks))
        program = Program(
            command,
            vendor.folder,
            environment(own),
            settings.timeout_s,
            0 if brisk else HELD_S,
            min(vendor.format.settle_s, settings.timeout_s),
            row.cut(vendor.answers) if row else None,
            row.ends if row else "",
        )
        stderr = StderrLog(self._exchange)
        self._workers = [StreamWorker(f"process {number}", program, stderr) for number in range(1, workers + 1)]

    async def start(self) -> None:
        """Start the processes. Raises VendorUnreachable, or UserError where the request template is wrong."""
        await self._exchange.start()
        for worker in self._workers:
            await worker.start()

    async def ask(self, question: Question, writing: Writing | None = None) -> Reply:
        """Put one case to the program."""
        return await self._exchange.ask(question, writing, self._send if writing is None else self._send_as_written)

    async def _send(self, questions: Sequence[Question], request: bytes) -> Sequence[Reply]:
        return [await self._send_one(questions[0], request)]

    async def _send_as_written(self, questions: Sequence[Question], request: bytes) -> Sequence[Reply]:
        nameless = questions[0] if self._exchange.nameless(questions[0], request) else None
        return [await self._send_one(questions[0], request, nameless=nameless)]

    async def _send_one(self, question: Question, request: bytes, *, nameless: Question | None = None) -> Reply:
        pending = Pending(question.id, request, asyncio.get_running_loop().create_future(), nameless=nameless)
        while (worker := self._free(question.id)) is None:
            # answers are matched by id: the same id can't be asked twice at a time in one process
            waiting = [reply for worker in self._workers if (reply := worker.waiting(question.id)) is not None]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        worker.put(pending)
        try:
            return await pending.reply
        finally:
            self._exchange.over(question)

    async def ask_many(self, questions: Sequence[Question]) -> Sequence[Reply]:
        """Put several questions to one process, in one message."""
        return await self._exchange.ask_many(questions, self._send_together)

    async def _send_together(self, questions: Sequence[Question], request: bytes) -> Sequence[Reply]:
        loop, batch, ids = asyncio.get_running_loop(), object(), {question.id for question in questions}
        pendings = [Pending(question.id, b"", loop.create_future(), batch=batch) for question in questions]
        pendings[0].document = request
        while (busy := [reply for worker in self._workers if (reply := worker.waiting_for(ids)) is not None]) and len(
            busy
        ) == len(self._workers):
            await asyncio.wait(busy, return_when=asyncio.FIRST_COMPLETED)
        free = [worker for worker in self._workers if worker.waiting_for(ids) is None]
        min(free, key=lambda worker: worker.load).put(*pendings)
        try:
            return await asyncio.gather(*(pending.reply for pending in pendings))
        finally:
            for question in questions:
                self._exchange.over(question)

    async def close(self) -> None:
        """End all processes."""
        await asyncio.gather(*(worker.close() for worker in self._workers))
        bury()
        await self._exchange.close()

    def _free(self, case_id: str) -> StreamWorker | None:
        free = [worker for worker in self._workers if worker.waiting(case_id) is None]
        return min(free, key=lambda worker: worker.load, default=None)
