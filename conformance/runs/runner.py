"""The runner: puts suites to a vendor, judges what comes back and writes the run folder.

Cases stream from the suite through the adapter to the folder. Only the cases in flight are held. Results are written in the
order of the suites, in whatever order the answers come, so that two runs can be compared side by side.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from msgspec.structs import replace as changed

from rtconform.conformance.adapters import Adapter, Log, Reply
from rtconform.conformance.adapters.opening import open_adapter
from rtconform.conformance.coder.judge import MALFORMED
from rtconform.conformance.records import Event, Result, now
from rtconform.conformance.role import Role
from rtconform.conformance.roles import ROLES, role_asked
from rtconform.conformance.runs.canary import ask_canary
from rtconform.conformance.runs.expressible import beyond
from rtconform.conformance.runs.fairness import Sample, ask_again
from rtconform.conformance.runs.pipeline import Pipeline, Turn
from rtconform.conformance.runs.recorder import Recorder
from rtconform.conformance.vendors.file import Vendor
from rtconform.conformance.verdicts import VERDICTS, Verdict
from rtconform.generators.suites.suite import AnySuite, SuiteItem
from rtconform.reference.documents.coding import Coding

GIVE_UP_AFTER = 200
"""A vendor that crashes or times out so often in a row, with no answer between, is given up: the rest is unanswered."""

Progress = Callable[[Result], None]
Tell = Callable[[Event], None]
"""Called with each event, findings among them, at once, before the run goes on."""


@dataclass(frozen=True)
class Chosen:
    """One suite of a run: `size` its number of cases, `only` the ids to ask (empty: all)."""

    suite: AnySuite
    seed: int
    size: int
    only: frozenset[str] = frozenset()

    def cases(self, done: set[str]) -> Iterator[SuiteItem]:
        """The cases still to be asked, in order."""
        for index, seed in self._places():
            item = self.suite.case(index, seed)
            if item.id not in done:
                yield item

    def _places(self) -> Iterable[tuple[int, int]]:
        """Index and seed of each case to be asked; an id says its seed itself, whatever the run's is."""
        if self.only:
            return sorted(self.suite.index_of(case_id) for case_id in self.only)
        return ((index, self.seed) for index in range(self.size))


@dataclass
class _Health:
    """How many cases in a row got no answer at all."""

    failures: int = 0

    def note(self, reply: Reply) -> None:
        self.failures = self.failures + 1 if reply.status in ("error", "timeout") else 0

    @property
    def given_up(self) -> bool:
        return self.failures >= GIVE_UP_AFTER


class OpenAdapter(Protocol):
    """Opens an adapter: `open_adapter`, or the same in a disguise."""

    def __call__(self, vendor: Vendor, log: Log, *, workers: int | None = None) -> Adapter: ...


@dataclass
class _Run:
    vendor: Vendor
    writer: Recorder
    progress: Progress
    tell: Tell
    opens: OpenAdapter
    role: Role
    sample: Sample
    health: _Health = field(default_factory=_Health)


async def run(
    vendor: Vendor,
    chosen: Iterable[Chosen],
    writer: Recorder,
    progress: Progress,
    tell: Tell,
    opens: OpenAdapter = open_adapter,
) -> None:
    """Ask all cases that have no result yet. Raises VendorUnreachable; cancelled, it leaves a run that can be resumed."""
    role = ROLES[vendor.role]
    state = _Run(vendor, writer, progress, tell, opens, role, Sample(role))
    chosen = tuple(chosen)
    done = writer.done()
    try:
        await _before(state, chosen)
        adapter = opens(vendor, partial(_note, state))
        try:
            await adapter.start()
            for part in chosen:
                await _suite(state, adapter, part, done)
                if state.health.given_up:
                    _note(state, Event("gave_up", now(), f"no answer {GIVE_UP_AFTER} times in a row: the rest was not asked"))
                    return
        finally:
            await adapter.close()
        if sample := state.sample.asked():
            for event in await ask_again(role, lambda: _opened(state, _silent), sample):
                _note(state, event)
        _note(state, Event("finished", now(), "every case was asked"))
    except asyncio.CancelledError:
        _note(state, Event("interrupted", now(), "stopped before the end; resume it with --resume"))
        raise


async def _before(state: _Run, chosen: tuple[Chosen, ...]) -> None:
    """The canary, asked of an adapter of its own: what it does to the vendor must not touch the run."""
    adapter = await _opened(state, partial(_note, state))
    try:
        for event in await ask_canary(state.role, adapter, chosen[0].suite.case(0, chosen[0].seed).question):
            _note(state, event)
    finally:
        await adapter.close()


async def _suite(state: _Run, adapter: Adapter, part: Chosen, done: set[str]) -> None:
    async def ask(item: SuiteItem) -> Reply:
        reply = await adapter.ask(item.question, item.writing)
        state.health.note(reply)
        return reply

    turns = (Turn(item, not_asked(state.vendor, state.role, item)) for item in part.cases(done))
    async with aclosing(Pipeline(turns, ask, adapter.window).in_order()) as batches:
        async for batch in batches:
            _write(state, [_judged(state, part.suite.name, turn) for turn in batch])
            if state.health.given_up:
                return


def _note(state: _Run, event: Event) -> None:
    state.writer.event(event)
    state.tell(event)


def _write(state: _Run, results: list[Result]) -> None:
    state.writer.results(results)
    for result in results:
        state.progress(result)


def _judged(state: _Run, suite: str, turn: Turn) -> Result:
    item, reply = turn.item, turn.reply
    if reply is None:
        return result_of(suite, item, None, "not_applicable", turn.reason or "")
    if reply.answer is not None and item.writing is None:  # asked again it would come in the plain way
        state.sample.offer(item.question, reply)
    return result_of(suite, item, reply)


def not_asked(vendor: Vendor, role: Role, item: SuiteItem) -> str | None:
    """Why a case or claim is not put to the vendor; None: it is."""
    reason = role.unsupported(vendor.supports, item.question)
    if reason is None and item.writing is not None and vendor.template is not None:
        what = "how the case is written" if item.sound else "what is wrong with the document"
        return f"reached through a request template, the vendor never sees {what}"
    return reason or beyond(vendor.format, role, item)


def result_of(
    suite: str, item: SuiteItem, reply: Reply | None, verdict: Verdict = "not_applicable", explanation: str = ""
) -> Result:
    """What is written down of a case or claim: pure, so that it can be made again from the reply."""
    role = role_asked(item)
    if item.sound:
        result = _judged_result(role, suite, item, reply, verdict, explanation)
    else:
        result = _malformed_result(role, suite, item, reply, explanation)
    return result if VERDICTS[result.verdict].conformant else changed(result, causes=role.causes(result))


def _judged_result(role: Role, suite: str, item: SuiteItem, reply: Reply | None, verdict: Verdict, explanation: str) -> Result:
    question = item.question
    expectation = role.expect(question)
    expected = role.recorded(expectation)
    rules = expected.rules
    if reply is not None and reply.answer is not None:
        judgement = role.judge(question, expectation, reply.answer)
        verdict, rules, explanation = judgement.verdict, judgement.rules, judgement.explanation
    elif reply is not None:
        verdict, explanation = _VERDICT_OF_STATUS[reply.status], reply.detail
    plain = verdict in ("pass", "not_applicable")
    return Result(
        id=question.id,
        suite=suite,
        verdict=verdict,
        rules=rules,
        expected=expected,
        answer=reply.answer if reply else None,
        explanation=explanation,
        latency_ms=reply.latency_ms if reply else None,
        title=item.title,
        heading=item.heading,
        twin=item.twin,
        facts=() if plain else role.facts(question, expectation),
        received=reply.received if reply and not (plain and reply.answer) else "",
        stderr=reply.stderr if reply else "",
        stderr_of=reply.stderr_of if reply else "",
        sent=reply.sent if reply and not plain else "",
        answer_digest=reply.digest if reply else "",
        **role.about(item),
        **({} if plain else role.kept(question)),
    )


def _malformed_result(role: Role, suite: str, item: SuiteItem, reply: Reply | None, explanation: str) -> Result:
    coding = Coding(item.id, "needs_review", rules=(MALFORMED,), reasons=(f"{item.why}: needs_review, or a clear error",))
    verdict: Verdict = "not_applicable"
    if reply is not None:
        judgement = role.judge_malformed(reply.answer, reply.refused)
        verdict, explanation = judgement or (_VERDICT_OF_STATUS[reply.status], reply.detail)
    plain = verdict in ("pass", "not_applicable")
    return Result(
        id=item.id,
        suite=suite,
        verdict=verdict,
        rules=(MALFORMED,),
        expected=coding,
        answer=reply.answer if reply else None,
        explanation=explanation,
        latency_ms=reply.latency_ms if reply else None,
        title=item.title,
        facts=() if plain else (item.why,),
        received=reply.received if reply and not (plain and reply.answer) else "",
        stderr=reply.stderr if reply else "",
        stderr_of=reply.stderr_of if reply else "",
        sent=reply.sent if reply and not plain else "",
        answer_digest=reply.digest if reply else "",
    )


_VERDICT_OF_STATUS: dict[str, Verdict] = {"invalid": "invalid", "error": "error", "timeout": "timeout"}


async def _opened(state: _Run, log: Log) -> Adapter:
    adapter = state.opens(state.vendor, log, workers=1)
    try:
        await adapter.start()
    except BaseException:
        await adapter.close()
        raise
    return adapter


def _silent(event: Event) -> None:
    """What happens while cases are asked again does not belong to the run's events."""
    del event
