"""Fairness: a sample of the cases (or claims) is asked again, apart, in another order and under other ids.

The same treatment must get the same answer, and the same claim the same dispositions. A change is a finding:

- `unstable`: asking the same case again changes the answer;
- `order_dependent`: the cases asked before change it;
- `id_dependent`: the id changes it.
- `unanswered_again`: of those that were answered before, some get no answer, and none gets another.
"""

import asyncio
import hashlib
import heapq
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from rtconform.conformance.adapters import Adapter, Reply
from rtconform.conformance.protocol import Mask, Question
from rtconform.conformance.records import Event, now
from rtconform.conformance.role import Role, Signature
from rtconform.conformance.verdicts import FindingKind

SAMPLE = 24
"""How many cases are asked again."""

LOOKED_INTO = 6
"""How many of those whose answer changed are asked alone, to see what the answer depends on."""

ALONE = 3
"""How often each of these is asked alone."""

OpenAgain = Callable[[], Awaitable[Adapter]]


@dataclass(frozen=True)
class Answered:
    """What was asked and what the vendor made of it."""

    question: Question
    signature: Signature


@dataclass
class Sample:
    """The cases to ask again: those with the smallest hashes among all that were answered, however many there are."""

    role: Role
    size: int = SAMPLE
    _heap: list[tuple[int, str, Answered]] = field(default_factory=list)

    def offer(self, question: Question, reply: Reply) -> None:
        """Consider one answered case."""
        rank = -int.from_bytes(hashlib.sha256(question.id.encode()).digest()[:8])
        if len(self._heap) == self.size and rank <= self._heap[0][0]:
            return
        entry = (rank, question.id, Answered(question, signature(self.role, question, reply)))
        if len(self._heap) < self.size:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heapreplace(self._heap, entry)

    def asked(self) -> list[Answered]:
        """The sample, in an order that is independent of the run's."""
        return [asked for _, _, asked in sorted(self._heap, key=lambda entry: entry[0])]


def signature(role: Role, question: Question, reply: Reply) -> Signature:
    """What two answers to one question must share to be the same answer."""
    return (reply.status,) if reply.answer is None else role.signature(question, reply.answer)


@dataclass(frozen=True)
class Changed(Answered):
    """What was asked and answered before, and what came of it now."""

    reply: Reply


async def ask_again(role: Role, open_adapter: OpenAgain, sample: Sequence[Answered]) -> tuple[Event, ...]:
    """Ask the sample again and say what the answers depend on; empty: on nothing but the treatment."""
    changed = await _changed(role, open_adapter, sample, [asked.question for asked in sample])
    if changed and all(one.reply.answer is None for one in changed):
        return (_unanswered(role, changed),)
    if changed:
        return await _look_into(role, open_adapter, changed)
    renamed = await _changed(role, open_adapter, sample, [opaque(role, asked.question) for asked in sample])
    if not renamed:
        return ()
    if all(one.reply.answer is None for one in renamed):
        return (_unanswered(role, renamed),)
    # the ids differ and the order does not: so the ids changed the answers, unless the vendor is unstable after all
    again = await _changed(role, open_adapter, renamed, [asked.question for asked in renamed])
    return (_finding(role, "unstable" if again else "id_dependent", again or renamed),)


def opaque(role: Role, question: Question) -> Question:
    """The same question under ids that say nothing about the suite and are in no list."""
    name = hashlib.sha256(f"opaque {question.id}".encode()).hexdigest()
    masked: Question = role.wire.masked(question, Mask(name[:20], f"SYN-{name[20:30]}"))
    return masked


async def _changed(role: Role, open_adapter: OpenAgain, sample: Sequence[Answered], alike: Sequence[Question]) -> list[Changed]:
    """The cases of `sample` whose answer changes when `alike`, the same treatments, are asked in this order."""
    async with _opened(open_adapter) as adapter:
        places = asyncio.Semaphore(adapter.window)

        async def ask(question: Question) -> Reply:
            async with places:
                return await adapter.ask(question)

        replies = await asyncio.gather(*map(ask, alike))
    return [
        Changed(asked.question, asked.signature, reply)
        for asked, question, reply in zip(sample, alike, replies, strict=True)
        if signature(role, question, reply) != asked.signature
    ]


async def _look_into(role: Role, open_adapter: OpenAgain, changed: Sequence[Answered]) -> tuple[Event, ...]:
    for asked in changed[:LOOKED_INTO]:
        alone = set()
        for _ in range(ALONE):
            async with _opened(open_adapter) as adapter:
                alone.add(signature(role, asked.question, await adapter.ask(asked.question)))
        if len(alone) > 1:
            return (_finding(role, "unstable", changed),)
    return (_finding(role, "order_dependent", changed),)


def _unanswered(role: Role, changed: Sequence[Changed]) -> Event:
    first = changed[0]
    what = f"{first.question.id}: {first.reply.status}: {first.reply.detail}"
    detail = f"the {role.noun} did not answer {len(changed)} {role.asks}s again that it had answered before, for instance {what}"
    return Event("finding", now(), detail, "unanswered_again", tuple(one.question.id for one in changed))


def _finding(role: Role, kind: FindingKind, changed: Sequence[Answered]) -> Event:
    how = {
        "unstable": f"the {role.noun} answered differently when asked the same again",
        "order_dependent": f"the {role.noun} answered differently when asked in another order",
        "id_dependent": f"the {role.noun} answered differently when asked under another id",
    }[kind]
    detail = f"{how}: {len(changed)} of the {role.asks}s asked again, for instance {changed[0].question.id}"
    return Event("finding", now(), detail, kind, tuple(asked.question.id for asked in changed))


@asynccontextmanager
async def _opened(open_adapter: OpenAgain) -> AsyncIterator[Adapter]:
    adapter = await open_adapter()
    try:
        yield adapter
    finally:
        await adapter.close()
