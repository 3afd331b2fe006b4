"""One program that answers many cases: the cases it has in flight, and what becomes of them when it misbehaves."""

import asyncio
from collections import deque
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from msgspec.structs import replace

from rtconform.conformance.adapters import SILENT, Reply, Stderr
from rtconform.conformance.adapters.answers import Received, claimed_id
from rtconform.conformance.adapters.program.child import ending, start_child
from rtconform.conformance.adapters.program.held_back import HeldBack
from rtconform.conformance.adapters.program.in_flight import Held, Life, Pending, Program
from rtconform.conformance.adapters.program.lines import Line, LineReader, MessageReader
from rtconform.conformance.adapters.program.stderr import StderrLog, StderrTail
from rtconform.conformance.adapters.program.unmatched import Unmatched
from rtconform.reference.errors import VendorUnreachable

END_S = 1.0
"""How long a program may take to end after its input has."""

SOON_S = 0.2
"""How soon after its output a program has ended too, if it has not merely closed its output."""

READING_S = 30.0
"""How long a program is not called silent while lines of its are still being read (a pattern of the vendor file may be slow)."""

HOPELESS = 3
"""A program that has died or been silent so often without ever answering takes all its cases with it from then on."""


class StreamWorker:
    """Keeps one process of the program running while there are cases for it."""

    def __init__(self, name: str, program: Program, stderr: StderrLog) -> None:
        self._name = name
        self._program = program
        self._stderr = stderr
        self._exchange = stderr.exchange
        self._queue: deque[Pending] = deque()
        self._in_flight: dict[str, Pending] = {}
        self._suspects: set[str] = set()
        self._back = HeldBack(program.held_s, program.settle_s, self._release)
        self._life: Life | None = None
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._unmatched = Unmatched(name, stderr.exchange)
        self._ever_answered = False
        self._deaths = 0
        self._silences = 0
        self._closing = asyncio.Event()

    @property
    def load(self) -> int:
        """How many cases wait for it."""
        return len(self._in_flight) + len(self._queue)

    def waiting(self, case_id: str) -> "asyncio.Future[Reply] | None":
        """The reply to come for a case with this id, if it has one."""
        if case_id in self._in_flight:
            return self._in_flight[case_id].reply
        if case_id in self._back.held:
            return self._back.held[case_id].pending.reply
        return next((pending.reply for pending in self._queue if pending.id == case_id), None)

    def waiting_for(self, ids: AbstractSet[str]) -> "asyncio.Future[Reply] | None":
        """The reply to come for a case with one of these ids, if it has one."""
        for known in (self._in_flight, self._back.held):
            if not ids.isdisjoint(known):
                return self.waiting(next(name for name in known if name in ids))
        return next((pending.reply for pending in self._queue if pending.id in ids), None)

    async def start(self) -> None:
        """Start the program. Raises VendorUnreachable."""
        self._life = await self._start_life()
        self._task = asyncio.get_running_loop().create_task(self._run())
        self._task.add_done_callback(self._stopped)

    def put(self, *pendings: Pending) -> None:
        """Give it one case, or those of one message."""
        self._queue.extend(pendings)
        self._wake.set()
        self._send()

    async def close(self) -> None:
        """Let the program end by itself for a moment, then kill it."""
        self._closing.set()
        self._wake.set()
        life = self._life
        try:
            if life is not None:
                life.child.close_input()
                await asyncio.wait([life.child.ended], timeout=END_S)
        finally:
            if life is not None:
                life.child.kill()
        if self._task is not None:
            await self._task
        self._charge((*self._in_flight.values(), *self._queue), "error", "the run ended before it was answered")
        self._unmatched.finish()

    async def _start_life(self) -> Life:
        stderr = StderrTail(self._stderr)
        program = self._program
        child = await start_child(program.command, cwd=program.cwd, env=program.env, on_stderr=stderr.feed)
        lines = MessageReader(child.stdout, program.cut) if program.cut else LineReader(child.stdout)
        return Life(child, lines, stderr)

    async def _run(self) -> None:
        while True:
            life = self._life
            if life is not None:
                self._send()
                await self._converse(life)
                await self._bury(life)
            while not (self._in_flight or self._queue or self._closing.is_set()):
                self._wake.clear()
                await self._wake.wait()
            if self._closing.is_set():
                return
            try:
                self._life = await self._start_life()
            except VendorUnreachable as error:
                self._charge((*self._in_flight.values(), *self._queue), "error", f"the program can't be started again: {error}")
            if self._closing.is_set() and self._life is not None:
                self._life.child.kill()

    async def _converse(self, life: Life) -> None:
        while (batch := await life.lines.batch()) is not None:
            before = self._back.held
            for line in batch:
                if line.data.strip() or line.dropped:
                    await self._line(life, line)
            if self._back.held and self._back.held is not before:
                self._back.hold_on()

    async def _bury(self, life: Life) -> None:
        """The process is at its end: settle what it leaves behind."""
        life.over = True
        _, alive = await asyncio.wait([life.child.ended], timeout=END_S if self._closing.is_set() else SOON_S)
        how = "closed its standard output" if alive else ""
        code = await life.child.end()
        how = how or ending(code)
        self._back.let_go(self._in_flight.values())
        life.stderr.finish()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._closing.is_set():
            self._life = None
            return
        if life.overdue:
            how = f"was silent for {self._program.timeout_s:g} s while cases waited, and was killed"
        self._exchange.event("restart", f"{self._name}: the program {how}; a new process takes over", tuple(self._in_flight)[:1])
        if life.overdue:
            self._charge_overdue(life)
        else:
            self._charge_crash(life, how, code)
        self._charge_batches(f"the program {how} while these cases were in flight", life)
        again = list(self._in_flight.values())
        self._in_flight.clear()
        self._queue.extendleft(reversed(again))
        self._life = None

    def _charge_overdue(self, life: Life) -> None:
        seconds = f"{self._program.timeout_s:g} s"
        for pending in [self._in_flight[case_id] for case_id in life.overdue if case_id in self._in_flight]:
            if pending.batch is not None:
                continue  # asked alone, before it is charged with anything
            if pending.unmatched:
                self._charge(
                    [pending], "invalid", f"no answer carried its id within {seconds}; what came: {pending.unmatched}", life
                )
            elif self._ever_answered:
                self._charge([pending], "timeout", f"no answer within {seconds}", life)
            else:
                advice = "the program has answered nothing: does it read line by line, and flush after every answer?"
                self._charge([pending], "timeout", f"no answer within {seconds}; {advice}", life)

    def _charge_crash(self, life: Life, how: str, code: int) -> None:
        self._deaths += 1
        waiting = list(self._in_flight.values())
        if not self._ever_answered and self._deaths >= HOPELESS:
            waiting += self._queue
            detail = f"the program {how}, as each of the {self._deaths} times that it was started; it has answered nothing"
            if code == 0:
                detail += ": does it go on reading until its input ends?"
            self._charge(waiting, "error", detail, life)
            return
        if any(pending.batch is not None for pending in waiting):
            return  # nobody knows which of them it was: they are asked alone
        detail = f"the program {how} while this case was in flight"
        if code == 0 and life.answered == 1:
            detail += '; it ended after one answer: is it mode = "oneshot"?'
        self._charge(waiting[:1], "error", detail, life)
        for pending in waiting[1:]:
            pending.deaths += 1
        if any(pending.deaths > 1 for pending in waiting[1:]):
            # the oldest need not be the guilty one (a program may hold its answers back): find out one at a time
            self._suspects |= {pending.id for pending in waiting[1:]}

    def _charge_batches(self, detail: str, life: Life) -> None:
        """What went out with others is asked alone by who put it here: its message is not sent again."""
        for pending in [pending for pending in self._in_flight.values() if pending.batch is not None]:
            stderr = _between(life, pending)
            self._settle(pending, replace(self._exchange.failure("error", detail, stderr=stderr), alone=True))

    def _send(self) -> None:
        life = self._life
        if life is None or life.over:
            return
        now = asyncio.get_running_loop().time()
        while self._queue and not (self._suspects and self._in_flight):
            first = self._queue.popleft()
            together = [first]
            while first.batch is not None and self._queue and self._queue[0].batch is first.batch:
                together.append(self._queue.popleft())
            for pending in together:
                pending.sent_at, pending.stderr_mark, pending.unmatched, pending.overtaken = now, life.stderr.total, "", False
                pending.shared = False
                self._in_flight[pending.id] = pending
            if len(self._in_flight) > 1:
                for pending in self._in_flight.values():
                    pending.shared = True
            life.child.write(first.document if first.document.endswith(b"\n") else first.document + b"\n")
        if self._timer is None:
            self._watch()

    def _watch(self) -> None:
        """Kill a process that has been silent too long while cases wait for it."""
        self._timer = None
        life = self._life
        if life is None or not self._in_flight or life.overdue:
            return
        loop, timeout = asyncio.get_running_loop(), self._program.timeout_s
        oldest = next(iter(self._in_flight.values()))
        due = max(oldest.sent_at, life.last_good) + timeout
        late = loop.time() - due
        if late < 0:
            self._timer = loop.call_at(due, self._watch)
        elif (life.lines.consumed < life.child.received and late < timeout) or (life.reading and late < max(timeout, READING_S)):
            self._timer = loop.call_later(0.05, self._watch)  # what came is not read yet: that is not the vendor's delay
        else:
            life.overdue = self._overdue(loop.time() - timeout)
            life.child.kill()

    def _overdue(self, since: float) -> list[str]:
        """Whom a silence is charged to: the cases that were passed over, else the one that the process is at.

        All that wait where the program never answers: a timeout for each would take hours.
        """
        waiting = list(self._in_flight.values())
        self._silences += 1
        if not self._ever_answered and self._silences >= HOPELESS:
            return [pending.id for pending in waiting if pending.sent_at <= since]
        return [pending.id for pending in waiting if pending.overtaken] or [waiting[0].id]

    async def _line(self, life: Life, line: Line) -> None:
        received = await self._read(life, line)
        held = self._back.taken()
        twice = [one.id for one in received if one.id in held]
        for case_id, one in held.items():
            if case_id in twice:
                self._answered_twice(life, one, line.data)
            else:
                self._release(one)
        for what in received:
            if what.id not in twice:
                self._take_or_note(life, what, line.data)
        self._send()

    async def _read(self, life: Life, line: Line) -> list[Received]:
        """What a line, or a message, says of each case that it speaks of."""
        data = line.data
        if line.dropped:
            fault = f"a line longer than {len(data)} bytes came"
            about = [one.id for one in await self._exchange.read_all(data)] if self._program.cut else [claimed_id(data)]
            return [Received(case_id, None, fault) for case_id in about]
        received = await self._exchange.read_all(data)
        if nameless := next((pending.nameless for pending in self._in_flight.values() if pending.nameless is not None), None):
            received = [await self._exchange.read_nameless(data, nameless, one) for one in received]
        if line.torn and life.overdue and data.lstrip().startswith(b"{"):
            ends = "it ends its lines with \\r alone" if b"\r" in data else "it ends its lines with nothing"
            advice = "end every answer with a newline (\\n), and flush it"
            return [Received(claimed_id(data), None, f"the answer came without a newline, {ends}: {advice}")]
        if line.torn and life.overdue and self._program.ends and received[0].answer is not None:
            fault = f"the answer came without its end: {self._program.ends}; flush it too"
            return [Received(one.id, None, fault) for one in received]
        if line.torn and received[0].answer is None:
            return [Received(None, None, f"{received[0].fault}, cut off by the end of the output")]  # a crash, not an answer
        return received

    def _take_or_note(self, life: Life, received: Received, raw: bytes) -> None:
        pending = self._answered(received.id)
        if pending is not None:
            self._take(life, pending, received, raw)
            return
        unmatched = self._unmatched.note(received, raw)
        for waiting in self._in_flight.values():
            waiting.unmatched = waiting.unmatched or unmatched

    def _answered_twice(self, life: Life, held: Held, raw: bytes) -> None:
        stderr = _between(life, held.pending)
        both = held.raw + b"\n" + raw
        reply = self._exchange.failure("invalid", "answered twice", both, stderr=stderr, latency_ms=held.latency_ms)
        self._settle(held.pending, reply)

    def _answered(self, case_id: str | None) -> Pending | None:
        """The case in flight with this id, taken out of flight; those sent before it are overtaken."""
        if case_id not in self._in_flight:
            nameless = next((pending.id for pending in self._in_flight.values() if pending.nameless is not None), None)
            if nameless is None:
                return None
            case_id = nameless
        answered = self._in_flight[case_id]
        for pending in self._in_flight.values():
            if pending is answered:
                break
            if pending.batch is None or pending.batch is not answered.batch:
                pending.overtaken = pending.early is None
        return self._in_flight.pop(case_id)

    def _take(self, life: Life, pending: Pending, received: Received, raw: bytes) -> None:
        loop = asyncio.get_running_loop()
        self._ever_answered = True
        self._unmatched.answered(pending.id)
        latency_ms = (loop.time() - pending.sent_at) * 1000
        before, pending.early = pending.early, None
        if received.answer is None or (received.message_refused and pending.batch is not None):
            stderr = _between(life, pending)
            refused, alone = received.refused, received.answer is not None
            reply = self._exchange.failure("invalid", received.fault, raw, stderr=stderr, latency_ms=latency_ms, refused=refused)
            self._settle(pending, replace(reply, alone=alone))
            return
        life.answered += 1
        life.last_good = loop.time()
        stderr = _between(life, pending)
        held = Held(pending, received.answer, latency_ms, before.raw + raw if before else raw, stderr)
        if received.last:
            self._back.hold(held)
        else:
            self._in_flight[pending.id] = pending
            self._back.early(held)

    def _release(self, held: Held) -> None:
        reply = self._exchange.answered(held.answer, held.raw, latency_ms=held.latency_ms, stderr=held.stderr)
        self._settle(held.pending, reply)

    def _charge(self, cases: Iterable[Pending], status: str, detail: str, life: Life | None = None) -> None:
        for pending in list(cases):
            stderr = _between(life, pending) if life else SILENT
            self._settle(pending, self._exchange.failure(status, detail, stderr=stderr))

    def _settle(self, pending: Pending, reply: Reply) -> None:
        self._in_flight.pop(pending.id, None)
        if pending in self._queue:
            self._queue.remove(pending)
        self._suspects.discard(pending.id)
        if not pending.reply.done():
            pending.reply.set_result(reply)

    def _stopped(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            for pending in (*self._in_flight.values(), *self._queue):
                if not pending.reply.done():
                    pending.reply.set_exception(error)


def _between(life: Life, pending: Pending) -> Stderr:
    """What the process has written on standard error since the case was sent; the case's own if no other was in flight."""
    words = life.stderr.since(pending.stderr_mark)
    return Stderr(words, "program" if pending.shared else "case") if words else SILENT
