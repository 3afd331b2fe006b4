"""The adapter for a program that is started for each case (`mode = "oneshot"`)."""

import asyncio
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec.structs import replace

from rtconform.conformance.adapters import SILENT, Log, Reply, Stderr
from rtconform.conformance.adapters.exchange import LONGEST_SHOWN, Exchange
from rtconform.conformance.adapters.processes.subreaper import bury
from rtconform.conformance.adapters.program.child import ending, kill_group, open_process
from rtconform.conformance.adapters.program.oneshot_process import Outcome, run_process
from rtconform.conformance.adapters.program.stderr import KEPT_PER_PROCESS, StderrLog
from rtconform.conformance.protocol import Question, Writing
from rtconform.conformance.vendors.formats import FOLDER
from rtconform.conformance.vendors.secrets import environment
from rtconform.conformance.vendors.settings import CliSettings, Vendor
from rtconform.formats.folders import unpacked, write_folder
from rtconform.reference.errors import VendorUnreachable

_PREFIX = "question-"


class OneshotAdapter:
    """Starts up to `workers` processes at the same time, from threads: that is twice as fast as from the event loop."""

    def __init__(self, vendor: Vendor, settings: CliSettings, log: Log, workers: int) -> None:
        self.window = workers
        self._settings = settings
        self._folder = vendor.folder
        self._vendor = vendor
        self._takes_folder = any(FOLDER in word for word in settings.command)
        self._environment = environment({name: vendor.filled(value) for name, value in settings.env.items()})
        self._exchange = Exchange(vendor, log)
        self._stderr = StderrLog(self._exchange, KEPT_PER_PROCESS)
        self._threads = ThreadPoolExecutor(workers, "oneshot")
        self._running: set[int] = set()
        self._closing = False

    async def start(self) -> None:
        """See that the program can be started. Raises VendorUnreachable, or UserError where the request template is wrong."""
        await self._exchange.start()
        with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder:
            process = open_process(self._command(folder), cwd=self._folder, env=self._environment)
            with process:  # waits for it and closes its pipes
                kill_group(process.pid)

    async def ask(self, question: Question, writing: Writing | None = None) -> Reply:
        """Start the program for one case."""
        return await self._exchange.ask(question, writing, self._ask)

    async def ask_many(self, questions: Sequence[Question]) -> Sequence[Reply]:
        """Start the program for several questions in one message."""
        return await self._exchange.ask_many(questions, self._ask)

    async def _ask(self, questions: Sequence[Question], request: bytes) -> Sequence[Reply]:
        loop = asyncio.get_running_loop()
        try:
            outcome = await loop.run_in_executor(self._threads, self._run, request + b"\n")
        except VendorUnreachable as error:
            return [self._exchange.failure("error", f"the program can't be started: {error}")] * len(questions)
        if outcome.stderr:
            ids = tuple(question.id for question in questions)
            self._stderr.write(bytes(outcome.stderr), cut=outcome.stderr_cut, cases=ids)
        words = self._exchange.shown_tail(outcome.stderr_tail, cut=len(outcome.stderr) > LONGEST_SHOWN)
        stderr = Stderr(words, "case" if len(questions) == 1 else "program") if words else SILENT
        if (failure := self._failure(outcome, stderr)) is not None:
            return [replace(failure, alone=len(questions) > 1)] * len(questions)
        return await self._exchange.replies(questions, bytes(outcome.stdout), latency_ms=outcome.latency_ms, stderr=stderr)

    async def close(self) -> None:
        """End all processes."""
        self._closing = True
        for pid in tuple(self._running):
            kill_group(pid)
        await asyncio.get_running_loop().run_in_executor(None, self._threads.shutdown)
        bury()
        await self._exchange.close()

    def _run(self, document: bytes) -> Outcome:
        if not self._takes_folder:
            return self._converse(self._command(""), document)
        with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder:
            write_folder(unpacked(document.removesuffix(b"\n")), Path(folder))
            return self._converse(self._command(folder), b"")

    def _command(self, folder: str) -> tuple[str, ...]:
        """The command, with the folder of a question's files where it names one, and its sandbox, which shows that folder too."""
        command, sandbox = self._settings.command, self._vendor.sandbox
        if not self._takes_folder:
            return (*sandbox, *command)
        if sandbox:
            sandbox = (*sandbox[:-1], "--ro-bind", folder, folder, sandbox[-1])
        return (*sandbox, *(word.replace(FOLDER, folder) for word in command))

    def _converse(self, command: tuple[str, ...], document: bytes) -> Outcome:
        process = open_process(command, cwd=self._folder, env=self._environment)
        self._running.add(process.pid)
        try:
            if self._closing:
                kill_group(process.pid)
            return run_process(process, document, self._settings.timeout_s)
        finally:
            self._running.discard(process.pid)

    def _failure(self, outcome: Outcome, stderr: Stderr) -> Reply | None:
        """The reply where the program did not end as it should."""
        failure, latency = self._exchange.failure, outcome.latency_ms
        if outcome.timed_out:
            detail = f"no answer within {self._settings.timeout_s:g} s"
            return failure("timeout", detail, bytes(outcome.stdout), stderr=stderr, latency_ms=latency)
        if outcome.too_long:
            detail = f"more than {len(outcome.stdout)} bytes came where one answer is due"
            return failure("invalid", detail, bytes(outcome.stdout), stderr=stderr, latency_ms=latency)
        if outcome.code != 0:
            said = f"the program {ending(outcome.code)}"
            refused = outcome.code > 0 and bool(stderr.text.strip()) and "Traceback" not in stderr.text
            return failure("error", said, bytes(outcome.stdout), stderr=stderr, latency_ms=latency, refused=refused)
        return None
