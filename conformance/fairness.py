"""Fairness: a sample of the cases is asked again, apart, in another order and under other ids.

The same treatment must get the same answer. One that changes is a finding: `unstable` where asking the same again
changes it, `order_dependent` where the cases before do, `id_dependent` where the id does.
"""

import asyncio
import hashlib
import heapq
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from msgspec.structs import replace

from rtconform.conformance.adapters import Adapter, Reply
from rtconform.conformance.normal_form import normal_form
from rtconform.conformance.records import Event, now
from rtconform.conformance.verdicts import FindingKind
from rtconform.reference.treatment import Case

SAMPLE = 24
"""How many cases are asked again."""

LOOKED_INTO = 6
"""How many of those whose answer changed are asked alone, to see what it hangs on."""

ALONE = 3
"""How often each of these is asked alone."""

Signature = tuple[object, ...]
Open = Callable[[], Awaitable[Adapter]]


@dataclass(frozen=True)
class Asked:
    """A case and what the vendor made of it."""

    case: Case
    signature: Signature


@dataclass
class Sample:
    """The cases to ask again: those with the smallest hashes among all that were answered, however many come by."""

    size: int = SAMPLE
    _heap: list[tuple[int, str, Asked]] = field(default_factory=list)

    def offer(self, case: Case, reply: Reply) -> None:
        """Consider one answered case."""
        rank = -int.from_bytes(hashlib.sha256(case.id.encode()).digest()[:8])
        if len(self._heap) < self.size:
            heapq.heappush(self._heap, (rank, case.id, Asked(case, signature(case, reply))))
        elif rank > self._heap[0][0]:
            heapq.heapreplace(self._heap, (rank, case.id, Asked(case, signature(case, reply))))

    def asked(self) -> list[Asked]:
        """The sample, in an order that has nothing to do with the run's."""
        return [asked for _, _, asked in sorted(self._heap, key=lambda entry: entry[0])]


def signature(case: Case, reply: Reply) -> Signature:
    """What two answers to one case must share to be the same answer."""
    if reply.answer is None:
        return (reply.status,)
    form = normal_form(reply.answer.lines, case)
    return (reply.answer.outcome, frozenset((session, frozenset(units.items())) for session, units in form.items()))


async def ask_again(open_adapter: Open, sample: Sequence[Asked]) -> tuple[Event, ...]:
    """Ask the sample again and say what the answers hang on; empty: on nothing but the treatment."""
    changed = await _changed(open_adapter, sample, [asked.case for asked in sample])
    if changed:
        return await _look_into(open_adapter, changed)
    renamed = await _changed(open_adapter, sample, [opaque(asked.case) for asked in sample])
    if not renamed:
        return ()
    # the same order as before, only the ids differ: unless the vendor is unstable after all, the ids it is
    again = await _changed(open_adapter, renamed, [asked.case for asked in renamed])
    return (_finding("unstable" if again else "id_dependent", again or renamed),)


def opaque(case: Case) -> Case:
    """The same treatment under ids that say nothing of the suite and are in no list."""
    name = hashlib.sha256(f"opaque {case.id}".encode()).hexdigest()
    return replace(case, id=name[:20], patient=replace(case.patient, id=f"SYN-{name[20:30]}"))


async def _changed(open_adapter: Open, sample: Sequence[Asked], cases: Sequence[Case]) -> list[Asked]:
    """Those of `sample` that are answered otherwise when `cases`, their like, are asked in this order."""
    async with _opened(open_adapter) as adapter:
        places = asyncio.Semaphore(adapter.window)

        async def ask(case: Case) -> Reply:
            async with places:
                return await adapter.ask(case)

        replies = await asyncio.gather(*map(ask, cases))
    return [asked for asked, case, reply in zip(sample, cases, replies, strict=True) if signature(case, reply) != asked.signature]


async def _look_into(open_adapter: Open, changed: Sequence[Asked]) -> tuple[Event, ...]:
    for asked in changed[:LOOKED_INTO]:
        alone = set()
        for _ in range(ALONE):
            async with _opened(open_adapter) as adapter:
                alone.add(signature(asked.case, await adapter.ask(asked.case)))
        if len(alone) > 1:
            return (_finding("unstable", changed),)
    return (_finding("order_dependent", changed),)


def _finding(kind: FindingKind, changed: Sequence[Asked]) -> Event:
    how = {
        "unstable": "asked the same again, the coder answered differently",
        "order_dependent": "asked in another order, the coder answered differently",
        "id_dependent": "asked under another id, the coder answered differently",
    }[kind]
    detail = f"{how}: {len(changed)} of the cases asked again, for instance {changed[0].case.id}"
    return Event("finding", now(), detail, kind, tuple(asked.case.id for asked in changed))


@asynccontextmanager
async def _opened(open_adapter: Open) -> AsyncIterator[Adapter]:
    adapter = await open_adapter()
    try:
        yield adapter
    finally:
        await adapter.close()
