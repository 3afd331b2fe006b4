"""Translation between our wire format and a vendor's own, done in a child process that may fail, hang or be killed."""

import asyncio
import os
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

import msgspec

from rtconform.conformance.adapters.program.child import ChildProcess, ending, start_child
from rtconform.conformance.adapters.translation.formatted import Hearing, Listening, Naming, with_question
from rtconform.conformance.adapters.translation.frames import (
    BATCH,
    CONFIGURE,
    FAULTY,
    HEAD,
    HEAR,
    HELLO,
    NAMES,
    READ,
    RENDER,
    Refusal,
)
from rtconform.conformance.adapters.translation.process import Configuration
from rtconform.conformance.protocol import Question
from rtconform.conformance.roles import ROLES
from rtconform.conformance.vendors.settings import CliSettings, HttpSettings, Vendor
from rtconform.formats.registry import QUESTIONS
from rtconform.reference.documents.wire import encode
from rtconform.reference.errors import UserError, VendorUnreachable

FILES_LIMIT_S = 20.0
"""How long it may take to write a question of files: that is our own work, and a hundred times that of a message."""

TIME_LIMIT_S = 2.0
"""How long one translation may take."""

START_LIMIT_S = 60.0
"""How long the translator itself may take to start, or to be set up again after it was killed."""

STARTS = 3
"""How often in a row it is started before all that waits is refused."""

PAUSE_S = 0.2
"""How long it is waited before it is started once more."""


class TranslationFault(Exception):
    """Why a request could not be made or an answer not be read, in words for the person whose template it is."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.what)
        self.what = refusal.what
        self.line = refusal.line
        self.case_id = refusal.case_id


@dataclass
class _Job:
    kind: bytes
    payload: bytes
    limit_s: float
    done: "asyncio.Future[bytes]"

    @property
    def frame(self) -> bytes:
        return HEAD.pack(len(self.payload) + 1, self.kind) + self.payload

    @property
    def sets_up(self) -> bool:
        return self.kind in (HELLO, CONFIGURE)

    def refuse(self, refusal: Refusal) -> None:
        if not self.done.done():
            self.done.set_exception(TranslationFault(refusal))


class Translator:
    """The translator of one vendor. Translations are made in the order asked, and one that hangs costs only itself."""

    def __init__(self, vendor: Vendor) -> None:
        self.renders = vendor.template is not None or vendor.format.question != "json"
        question = QUESTIONS.get((vendor.format.question, ROLES[vendor.role].asks))
        self.writes_files = question is not None and question.files
        self.reads = vendor.response.own_shape
        self.reads_format = vendor.format.answer != "json"
        self._vendor = vendor
        self._configuration = encode(_configuration(vendor))
        self._jobs: deque[_Job] = deque()
        self._child: ChildProcess | None = None
        self._serving: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._why = ""
        self._broken = False
        self._ready = False
        self._closing = False

    async def start(self, sample: Question) -> None:
        """Start the child and try the template on `sample`. Raises UserError where the vendor file's template is wrong."""
        if not (self.renders or self.reads or self.reads_format):
            return
        setup = await self._spawn(TIME_LIMIT_S)
        self._serving = asyncio.get_running_loop().create_task(self._serve())
        try:
            for job in setup:
                await job.done
            self._ready = True
            if self.renders:
                await self.request(sample)
        except TranslationFault as fault:
            self._reject(fault)

    async def request(self, question: Question) -> bytes:
        """The request for `question`. Raises TranslationFault."""
        document = encode(question)
        return await self._ask(RENDER, document) if self.renders else document

    async def answer(self, document: bytes) -> bytes:
        """The answer as the JSON of what is due in the vendor's role, its shape not yet checked. Raises TranslationFault."""
        return await self._ask(READ, document) if self.reads else document

    async def formatted_answer(self, document: bytes, question: Question) -> bytes:
        """The answer to `question` in a format of the trade, as the JSON of what is due. Raises TranslationFault."""
        return await self._ask(READ, with_question(encode(question), document))

    async def batch(self, questions: Sequence[Question]) -> bytes:
        """One message with all questions. Raises TranslationFault."""
        return await self._ask(BATCH, msgspec.msgpack.encode([encode(question) for question in questions]))

    async def hear(self, documents: Sequence[bytes], asked: Sequence[tuple[Question, str]]) -> list[Hearing]:
        """What messages say of each question, given with its message's leader. Raises TranslationFault: no message at all."""
        return msgspec.msgpack.decode(await self._ask(HEAR, _listening(documents, asked)), type=list[Hearing])

    async def names(self, document: bytes, likely: Sequence[tuple[Question, str]]) -> Naming:
        """What questions a message in a format of the trade speaks of. Raises TranslationFault.

        It is read for those that it `likely` speaks of at the same time. Where that takes too long, it is asked for names alone.
        """
        try:
            return msgspec.msgpack.decode(await self._ask(NAMES, _listening([document], likely)), type=Naming)
        except TranslationFault:
            if not likely:
                raise
            return await self.names(document, [])

    async def close(self) -> None:
        """End the child."""
        self._closing = True
        if self._child is not None:
            self._child.kill()
        if self._serving is not None:
            await self._serving

    async def _ask(self, kind: bytes, payload: bytes) -> bytes:
        job = self._job(kind, payload, FILES_LIMIT_S if kind == RENDER and self.writes_files else TIME_LIMIT_S)
        if self._broken or self._serving is None:
            job.refuse(Refusal(self._why or "the translator is not running"))
            return await job.done
        self._jobs.append(job)
        if self._child is not None:  # else a new one is on its way, which is given everything that waits
            self._child.write(job.frame)
            self._watch()
        return await job.done

    def _job(self, kind: bytes, payload: bytes, limit_s: float) -> _Job:
        return _Job(kind, payload, limit_s, asyncio.get_running_loop().create_future())

    async def _spawn(self, limit_s: float) -> list[_Job]:
        """A new child, set up within `limit_s` and given everything that still waits. Raises VendorUnreachable."""
        self._child = await start_child(
            [sys.executable, "-P", "-m", "rtconform.conformance.adapters.translation.process"],
            cwd=None,
            env=_environment(),
            on_stderr=_ignore,
        )
        if self._closing:
            self._child.kill()  # close() came while it was starting
        setup = [self._job(HELLO, b"", START_LIMIT_S), self._job(CONFIGURE, self._configuration, limit_s)]
        for job in setup:
            job.done.add_done_callback(_seen)
        self._jobs.extendleft(reversed(setup))
        for job in self._jobs:
            self._child.write(job.frame)
        self._rewatch()
        return setup

    async def _serve(self) -> None:
        failed = 0
        while self._child is not None:
            await self._read_replies(self._child)
            code = await self._child.end()
            self._child = None
            why = "the adapter was closed" if self._closing else self._why or f"the translator {ending(code)}"
            head = self._jobs.popleft() if self._jobs else None
            if head is not None:
                head.refuse(Refusal(why))
            setting_up = head is not None and head.sets_up
            failed = failed + 1 if setting_up else 0
            if self._closing or failed == STARTS or (setting_up and not self._ready):
                self._give_up(why)
                return
            if setting_up:
                self._jobs = deque(job for job in self._jobs if not job.sets_up)
            self._why = ""
            await self._start_again()

    async def _start_again(self) -> None:
        """A new child, which is given what waits; where none can be had, what waits is refused."""
        for left in reversed(range(STARTS)):
            try:
                await self._spawn(START_LIMIT_S)
            except VendorUnreachable as error:
                if left == 0 or self._closing:
                    self._give_up(f"the translator can't be started again: {error}")
                    return
                await asyncio.sleep(PAUSE_S)
            else:
                return

    def _give_up(self, why: str) -> None:
        self._broken, self._why = True, why
        while self._jobs:
            self._jobs.popleft().refuse(Refusal(why))

    async def _read_replies(self, child: ChildProcess) -> None:
        try:
            while True:
                length, status = HEAD.unpack(await child.stdout.readexactly(HEAD.size))
                payload = await child.stdout.readexactly(length - 1)
                job = self._jobs.popleft()
                if status == FAULTY:
                    job.refuse(msgspec.json.decode(payload, type=Refusal))
                elif not job.done.done():
                    job.done.set_result(payload)
                self._rewatch()
        except asyncio.IncompleteReadError:
            self._unwatch()

    def _watch(self) -> None:
        if self._timer is None and self._jobs:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._jobs[0].limit_s, self._look_again, self._jobs[0])

    def _unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _rewatch(self) -> None:
        self._unwatch()
        self._watch()

    def _look_again(self, head: _Job) -> None:
        # a reply may have come while this process was busy with something else: let it be read before judging
        self._timer = asyncio.get_running_loop().call_later(0.05, self._overdue, head)

    def _overdue(self, head: _Job) -> None:
        self._timer = None
        if self._jobs and self._jobs[0] is head and self._child is not None:
            self._why = f"it takes more than {head.limit_s:g} s"
            self._child.kill()

    def _reject(self, fault: TranslationFault) -> NoReturn:
        template = self._vendor.template
        if template is None:
            raise UserError(f"{self._vendor.file}: [response] can't be used: {fault.what}") from None
        place = f"{self._vendor.file.parent / template.name}" + (f":{fault.line}" if fault.line else "")
        raise UserError(f"{place}: the request template fails: {fault.what}") from None


def _listening(documents: Sequence[bytes], asked: Sequence[tuple[Question, str]]) -> bytes:
    questions = [encode(question) for question, _ in asked]
    return msgspec.msgpack.encode(Listening(list(documents), questions, [leader for _, leader in asked]))


def _configuration(vendor: Vendor) -> Configuration:
    settings = vendor.settings
    return Configuration(
        role=vendor.role,
        template=vendor.template.text if vendor.template else None,
        template_name=vendor.template.name if vendor.template else "",
        one_line=isinstance(settings, CliSettings) and settings.mode == "stream",
        json=isinstance(settings, HttpSettings) and settings.content_type.partition(";")[0].strip().endswith("json"),
        response=vendor.response if vendor.response.own_shape else None,
        format=vendor.format,
        answers=vendor.answers,
    )


def _environment() -> dict[str, str]:
    """Only what Python needs to start: no secret of the user's gets near a template."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(path or str(os.curdir) for path in sys.path), "PYTHONUTF8": "1"}


def _ignore(stderr: bytes) -> None:
    """What Python says when it is killed or runs out of memory; the refusal says it better."""
    del stderr


def _seen(done: "asyncio.Future[bytes]") -> None:
    """The next question reports a failure to set up, whether or not anything waits for the setting up itself."""
    if not done.cancelled():
        done.exception()
