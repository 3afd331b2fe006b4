"""Answers that come back by another way than their questions went: each is matched with the question that it names."""

import asyncio
from collections.abc import Sequence

from rtconform.conformance.adapters import SILENT, Reply
from rtconform.conformance.adapters.answers import Received, claimed_id
from rtconform.conformance.adapters.exchange import Exchange
from rtconform.conformance.adapters.program.held_back import HeldBack
from rtconform.conformance.adapters.program.in_flight import Held, Pending
from rtconform.conformance.adapters.program.unmatched import Unmatched
from rtconform.conformance.protocol import Question
from rtconform.conformance.vendors.settings import Vendor


class AwaitedAnswers:
    """The questions that wait, and what comes for them. `channel`: how log lines name the way on which answers come."""

    def __init__(self, vendor: Vendor, exchange: Exchange, timeout_s: float, channel: str) -> None:
        self._exchange = exchange
        self._formatted = vendor.format.answer != "json"
        self._waiting: dict[str, Pending] = {}
        self._unmatched = Unmatched(channel, exchange)
        self._back = HeldBack(0, min(vendor.format.settle_s, timeout_s), self._release)

    async def expect(self, questions: Sequence[Question]) -> list[Pending]:
        """Wait for answers to these questions, once none of them is waited for already. `done` must follow."""
        loop = asyncio.get_running_loop()
        while busy := [self._waiting[question.id].reply for question in questions if question.id in self._waiting]:
            await asyncio.wait(busy)  # answers are matched by id: none can be asked twice at a time
        batch = object() if len(questions) > 1 else None
        pendings = [Pending(question.id, b"", loop.create_future(), sent_at=loop.time(), batch=batch) for question in questions]
        self._waiting |= {pending.id: pending for pending in pendings}
        return pendings

    def done(self, pendings: Sequence[Pending], questions: Sequence[Question]) -> None:
        """Nobody waits for the answers any more."""
        for pending, question in zip(pendings, questions, strict=True):
            self._waiting.pop(pending.id, None)
            self._exchange.over(question)

    def finish(self) -> None:
        """No more answers come."""
        self._unmatched.finish()

    async def take(self, content: bytes, *, too_long: str = "") -> None:
        """What came, whole; `too_long`: what it is called, where it is only the beginning of something longer than an answer."""
        for received in await (self._beginning(content, too_long) if too_long else self._exchange.read_all(content)):
            pending = self._waiting.get(received.id or "")
            if pending is None or pending.reply.done():
                unmatched = self._unmatched.note(received, content)
                for waiting in self._waiting.values():
                    waiting.unmatched = waiting.unmatched or unmatched
                continue
            self._unmatched.answered(pending.id)
            latency_ms = (asyncio.get_running_loop().time() - pending.sent_at) * 1000
            before, pending.early = pending.early, None
            if received.answer is None or (received.message_refused and pending.batch is not None):
                fault, refused = received.fault, received.refused
                failure = self._exchange.failure("invalid", fault, content, latency_ms=latency_ms, refused=refused)
                pending.reply.set_result(failure)
                continue
            raw = before.raw + content if before else content
            held = Held(pending, received.answer, latency_ms, raw)
            if received.last:
                self._release(held)
            else:
                self._back.early(held)

    def late(self, pending: Pending, detail: str, hint: str = "") -> Reply:
        """The reply where no answer came in time: what came instead, if it may have been meant as one, or else a hint."""
        if pending.unmatched:
            return self._exchange.failure("invalid", f"{detail}; what came: {pending.unmatched}")
        return self._exchange.failure("timeout", detail + hint)

    async def _beginning(self, content: bytes, name: str) -> list[Received]:
        fault = f"{name} is longer than {len(content)} bytes"
        about = [one.id for one in await self._exchange.read_all(content)] if self._formatted else [claimed_id(content)]
        return [Received(case_id, None, fault) for case_id in about]

    def _release(self, held: Held) -> None:
        if not held.pending.reply.done():
            reply = self._exchange.answered(held.answer, held.raw, latency_ms=held.latency_ms, stderr=SILENT)
            held.pending.reply.set_result(reply)
