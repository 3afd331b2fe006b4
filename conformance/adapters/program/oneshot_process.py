"""One short process: written to, read from and timed without trusting it in anything. Runs in a thread."""

import os
import selectors
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import IO

from rtconform.conformance.adapters.answers import LONGEST_ANSWER
from rtconform.conformance.adapters.exchange import LONGEST_SHOWN
from rtconform.conformance.adapters.program.child import GRACE_S, exit_code, kill_group
from rtconform.conformance.adapters.program.stderr import KEPT_PER_PROCESS

_CHUNK = 64 * 1024
_LOOK_S = 0.05  # how often an end is noticed whose pipes somebody else holds open


@dataclass
class Outcome:
    """What a process did. `stderr` is its beginning, `stderr_tail` its end, `stderr_cut`: there was more than the beginning.

    `code` negative: the signal.
    """

    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    stderr_tail: bytes = b""
    stderr_cut: bool = False
    code: int = 0
    timed_out: bool = False
    too_long: bool = False
    latency_ms: float = 0.0


def run_process(process: "subprocess.Popen[bytes]", document: bytes, timeout_s: float) -> Outcome:
    """Hand `document` to a process and take its output, until both pipes end, the time is up or it writes too much."""
    outcome = Outcome()
    started = time.perf_counter()
    try:
        _converse(process, memoryview(document), started + timeout_s, outcome)
    finally:
        kill_group(process.pid)
        process.wait()
        outcome.code = exit_code(process)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()
    outcome.latency_ms = (time.perf_counter() - started) * 1000
    return outcome


def _converse(process: "subprocess.Popen[bytes]", document: memoryview, deadline: float, outcome: Outcome) -> None:
    stdin, stdout, stderr = _streams(process)
    exited = False
    with selectors.DefaultSelector() as selector:
        selector.register(stdin, selectors.EVENT_WRITE)
        selector.register(stdout, selectors.EVENT_READ)
        selector.register(stderr, selectors.EVENT_READ)
        while stdout in (open_streams := {key.fileobj for key in selector.get_map().values()}) or stderr in open_streams:
            left = deadline - time.perf_counter()
            if left <= 0:
                outcome.timed_out = not exited
                return
            for key, _ in selector.select(min(left, _LOOK_S)):
                if key.fileobj is stdin:
                    document = _write(selector, stdin, document)
                elif not _read(key.fd, outcome, error=key.fileobj is stderr):
                    selector.unregister(key.fileobj)
            if outcome.too_long:
                return
            if not exited and process.poll() is not None:
                exited = True
                kill_group(process.pid)  # children that hold the pipes open
                deadline = min(deadline, time.perf_counter() + GRACE_S)
    try:
        process.wait(max(0.0, deadline - time.perf_counter()))
    except subprocess.TimeoutExpired:
        outcome.timed_out = True


def _streams(process: "subprocess.Popen[bytes]") -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    assert process.stdin is not None  # noqa: S101 - all three were asked for as pipes
    assert process.stdout is not None  # noqa: S101 - the same
    assert process.stderr is not None  # noqa: S101 - the same
    streams = process.stdin, process.stdout, process.stderr
    for stream in streams:
        if sys.platform != "win32":  # no program is started there (`child.py`)
            os.set_blocking(stream.fileno(), False)
    return streams


def _write(selector: selectors.BaseSelector, stdin: IO[bytes], document: memoryview) -> memoryview:
    """Write what fits; the rest is returned. A program that closes its input early has read all that it wants."""
    try:
        document = document[os.write(stdin.fileno(), document[:_CHUNK]) :]
    except BlockingIOError:
        return document
    except OSError:
        document = document[:0]
    if not document:
        selector.unregister(stdin)
        stdin.close()
    return document


def _read(descriptor: int, outcome: Outcome, *, error: bool) -> bool:
    """Read a piece; False at the end."""
    try:
        data = os.read(descriptor, _CHUNK)
    except BlockingIOError:
        return True
    if error:
        outcome.stderr_cut = outcome.stderr_cut or len(outcome.stderr) + len(data) > KEPT_PER_PROCESS
        outcome.stderr += data[: KEPT_PER_PROCESS - len(outcome.stderr)]
        outcome.stderr_tail = (outcome.stderr_tail + data)[-LONGEST_SHOWN:]
    else:
        outcome.too_long = len(outcome.stdout) + len(data) > LONGEST_ANSWER
        outcome.stdout += data[: LONGEST_ANSWER - len(outcome.stdout)]
    return bool(data)
