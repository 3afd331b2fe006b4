"""The adapter for MLLP: the messages of a visit one by one, each acknowledged; the answer is what comes about the visit."""

import asyncio
from collections.abc import Sequence

from rtconform.conformance.adapters import Log, Reply
from rtconform.conformance.adapters.exchange import Exchange
from rtconform.conformance.adapters.mllp.connection import Broken, Connection
from rtconform.conformance.adapters.mllp.endpoints import Endpoints
from rtconform.conformance.adapters.mllp.framing import (
    ACCEPTED,
    REJECTED,
    Acknowledgment,
    asking,
    control_of,
    kind_of,
    messages_in,
)
from rtconform.conformance.adapters.mllp.visits import Visit, Visits
from rtconform.conformance.protocol import Question, Writing
from rtconform.conformance.vendors.settings import MllpSettings, Vendor
from rtconform.reference.errors import VendorUnreachable


class MllpAdapter:
    """Keeps up to `workers` visits before the vendor, each on a connection that it has for itself until it is answered."""

    def __init__(self, vendor: Vendor, settings: MllpSettings, log: Log, workers: int) -> None:
        self.window = workers
        self._timeout_s = settings.timeout_s
        self._settle_s = min(vendor.format.settle_s, settings.timeout_s)
        self._to_ack = vendor.answers.ends == "ack"
        # a system that does not take our certificate may just close the connection
        self._hint = "; does the system take our certificate ([adapter] certificate)?" if settings.tls else ""
        self._enhanced = settings.acknowledge == "enhanced"
        self._exchange = Exchange(vendor, log)
        self._visits = Visits(self._exchange)
        self._endpoints = Endpoints(settings, vendor.folder, self._visits.take, self._tell)
        self._idle: list[Connection] = []

    async def start(self) -> None:
        """See that somebody listens, and listen for answers. Raises VendorUnreachable."""
        await self._exchange.start()
        await self._endpoints.listen()
        self._idle.append(await self._endpoints.connect())

    async def ask(self, question: Question, writing: Writing | None = None) -> Reply:
        """Tell the vendor of one case."""
        return await self._exchange.ask(question, writing, self._ask)

    async def close(self) -> None:
        """Close every connection, and listen no more."""
        await asyncio.gather(*(connection.close() for connection in self._idle))
        await self._endpoints.close()
        self._visits.finish()
        await self._exchange.close()

    def _tell(self, what: str) -> None:
        self._exchange.event("stray_output", what)

    async def _ask(self, questions: Sequence[Question], request: bytes) -> Sequence[Reply]:
        (question,) = questions
        messages = messages_in(request)
        visit = await self._visits.begin(control_of(messages[-1]))
        reply = None
        try:
            reply = await self._answered(question, visit, messages)
            return [reply]
        finally:
            self._visits.end(visit, answered=question.id if reply and reply.status == "answered" else "")
            self._exchange.over(question)

    async def _answered(self, question: Question, visit: Visit, messages: Sequence[bytes]) -> Reply:
        began = asyncio.get_running_loop().time()
        progress = _Progress(messages)
        try:
            async with asyncio.timeout(self._timeout_s):
                failure = await self._told(visit, progress)
                if failure is None:
                    await self._settled(visit)
        except TimeoutError:
            return self._late(visit, progress)
        except Broken as why:
            hint = self._hint if progress.sent == 0 else ""
            return self._exchange.failure("error", f"{why}, {progress}{hint}", visit.document())
        except VendorUnreachable as why:
            return self._exchange.failure("error", f"can't connect again: {why}")
        if failure is not None:
            return failure
        if visit.too_much:
            return self._exchange.failure("invalid", "more came about the visit than an answer may hold", visit.document())
        waited = 0 if visit.final and (self._to_ack or visit.final.code != "AA") else self._settle_s
        took = asyncio.get_running_loop().time() - began - waited
        return await self._exchange.reply(question, visit.document(), latency_ms=max(took, 0.0) * 1000)

    async def _told(self, visit: Visit, progress: "_Progress") -> Reply | None:
        """Send all messages; the reply where the vendor does not take one. Raises Broken, VendorUnreachable."""
        connection, failure = await self._connection(), None
        try:
            for message in progress.messages:
                sent = asking(message, enhanced=self._enhanced)
                reused = connection.used and progress.sent == 0
                try:
                    said = await connection.send(sent)
                except Broken:
                    if not reused or visit.came:
                        raise
                    await connection.close()  # it was closed while nothing was under way: nothing of this visit has arrived
                    connection = await self._endpoints.connect()
                    said = await connection.send(sent)
                progress.sent += 1
                if (failure := self._not_taken(visit, progress, said)) is not None:
                    break
        except BaseException:
            await connection.close()
            raise
        self._idle.append(connection)
        return failure

    def _not_taken(self, visit: Visit, progress: "_Progress", said: Acknowledgment) -> Reply | None:
        """The reply where a message is not taken, or its acknowledgment is none. An AE or AR of the last message is an answer."""
        last = progress.sent == len(progress.messages)
        if said.code not in (*ACCEPTED, *REJECTED):
            what = f"{progress}: MSA-1 of its acknowledgment is {said.code!r}, not AA, AE, AR, CA, CE or CR"
            return self._exchange.failure("invalid", what, visit.document())
        if said.code in REJECTED and not (last and said.final):
            why = f": {said.text}" if said.text else ""
            return self._exchange.failure("invalid", f"{progress}: it was not accepted ({said.code}){why}", refused=True)
        return None

    async def _settled(self, visit: Visit) -> None:
        """Wait until what came is the answer."""
        while visit.final is None or (visit.final.code in ACCEPTED and not self._to_ack):
            visit.changed.clear()
            try:
                await asyncio.wait_for(visit.changed.wait(), None if self._to_ack else self._settle_s)
            except TimeoutError:
                return

    async def _connection(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.alive:
                return connection
            await connection.close()
        return await self._endpoints.connect()

    def _late(self, visit: Visit, progress: "_Progress") -> Reply:
        if progress.sent < len(progress.messages):
            detail = f"{progress.next}: no acknowledgment came within {self._timeout_s:g} s"
        else:
            detail = f"all messages were acknowledged, and the answer did not end within {self._timeout_s:g} s"
            detail += '; [answers] ends = "ack" waits for the application\'s acknowledgment of the last message'
        if visit.unmatched:
            return self._exchange.failure("invalid", f"{detail}; what came: {visit.unmatched}")
        return self._exchange.failure("timeout", detail, visit.document())


class _Progress:
    """How many messages of a visit were acknowledged; in words, the last of them, or the one after it."""

    def __init__(self, messages: Sequence[bytes]) -> None:
        self.messages = messages
        self.sent = 0

    @property
    def next(self) -> str:
        return self._named(min(self.sent + 1, len(self.messages)))

    def __str__(self) -> str:
        return self._named(self.sent) if self.sent else "before any message was acknowledged"

    def _named(self, number: int) -> str:
        return f"message {number} of {len(self.messages)} ({kind_of(self.messages[number - 1])})"
