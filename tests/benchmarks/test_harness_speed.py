"""The harness beside the barest thing that does the same, in one run: ratios are printed, not asserted (`make bench`).

RTCONFORM_BENCH_CASES sets how many cases the longer ones take (200, `make bench` 2,000; the figures in docs/measured/performance.md: see there).
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
import pytest

from rtconform.conformance.adapters.opening import open_adapter
from rtconform.conformance.coder.judge import judge
from rtconform.conformance.runs.pipeline import Pipeline, Turn
from rtconform.conformance.vendors.file import load_vendor
from rtconform.generators.suites.registry import suite
from rtconform.generators.suites.suite import SuiteCase
from rtconform.jobs.run import plan_run, run_to_folder
from rtconform.reference.coder.remembered import expect
from rtconform.reference.documents.coding import Answer, AnswerLine, Coding
from rtconform.reference.documents.wire import encode

pytestmark = pytest.mark.slow

CASES = int(os.environ.get("RTCONFORM_BENCH_CASES", "200"))
Benchmark = Any  # the fixture of pytest-benchmark, which comes without types

TRIVIAL = """
import sys, time
pause = float(sys.argv[1])
for line in sys.stdin:
    at = line.index('"id":"') + 6
    if pause:
        end = time.perf_counter() + pause
        while time.perf_counter() < end: pass
    sys.stdout.write('{"id":"%s","outcome":"needs_review"}\\n' % line[at:line.index('"', at)])
    sys.stdout.flush()
"""
SERVICE = """
import asyncio, sys
async def serve(reader, writer):
    while head := await reader.readuntil(b"\\r\\n\\r\\n"):
        length = int(head.lower().split(b"content-length: ")[1].split(b"\\r\\n")[0]) if b"ontent-" in head.lower() else 0
        body = await reader.readexactly(length)
        await asyncio.sleep(float(sys.argv[1]))
        at = body.find(b'"id":"') + 6
        answer = b'{"id":"%s","outcome":"needs_review"}' % body[at:body.index(b'"', at)] if length else b"{}"
        writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (len(answer), answer))
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""

MOST_MEMORY = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""Runs a command and prints the most kilobytes that it took: a process begins with what its parent took, and this one is small."""


def vendor_file(folder: Path, adapter: str) -> Path:
    """A vendor file with its program beside it."""
    (folder / "coder.py").write_text(TRIVIAL)
    path = folder / "vendor.toml"
    path.write_text(f'[vendor]\nname = "Bench"\nversion = "1"\n\n[adapter]\n{adapter}\n')
    return path


def stream(pause_s: float) -> str:
    """The adapter table of the trivial program that takes so long a case."""
    command = [sys.executable, "-S", "coder.py", str(pause_s)]
    return f'kind = "cli"\nworkers = 1\ncommand = {json.dumps(command)}'


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and of this process's processor."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def whole_run(vendor: Path, cases: int, out: Path) -> tuple[float, float]:
    """A run of suite clinic, from reading the vendor file to the summary."""

    def work() -> None:
        planned = plan_run(vendor, ["clinic"], seed=1, count=cases)
        asyncio.run(run_to_folder(planned, out, resume=False))

    return timed(work)


def ask_all(vendor: Path, cases: list[Any], at_once: int) -> float:
    """Seconds to ask all cases, `at_once` at a time, as a run does."""

    async def ask() -> float:
        adapter = open_adapter(load_vendor(vendor), lambda _: None)
        await adapter.start()
        try:
            turns = (Turn(SuiteCase(case), None) for case in cases)
            started = time.perf_counter()
            async for _ in Pipeline(turns, lambda item: adapter.ask(item.question), at_once).in_order():
                pass
            return time.perf_counter() - started
        finally:
            await adapter.close()

    return asyncio.run(ask())


def told(capsys: pytest.CaptureFixture[str], what: str) -> None:
    """Print past pytest's capture."""
    with capsys.disabled():
        print(f"\n{what}")


@pytest.fixture(scope="module")
def cases() -> list[Any]:
    """Cases of suite clinic."""
    clinic = suite("clinic")
    return [clinic.case(index, 1).case for index in range(CASES)]


def _right(case_id: str, coding: Coding) -> Answer:
    lines = (AnswerLine(line.session, line.code, line.modifiers, line.units) for line in coding.lines)
    return Answer(case_id, coding.outcome, tuple(lines))


def test_judging(benchmark: Benchmark, cases: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Judging alone: right answers, the dearest ones to judge."""
    expected = [(case, expect(case)) for case in cases]
    asked = [(case, found, _right(case.id, found.coding)) for case, found in expected]
    _, seconds = benchmark.pedantic(lambda: timed(lambda: [judge(*each) for each in asked]), rounds=1)
    told(capsys, f"judging alone: {seconds / len(asked) * 1e6:.1f} µs a case (bound: 25)")


def test_own_cost(benchmark: Benchmark, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Generate, expect, send, judge and record for a vendor that takes no time: processor time a case, and where it goes."""
    vendor = vendor_file(tmp_path, stream(0))
    clock, processor = benchmark.pedantic(lambda: whole_run(vendor, CASES, tmp_path / "a"), rounds=1)
    clock2, processor2 = whole_run(vendor, 3 * CASES, tmp_path / "b")
    clinic = suite("clinic")
    made: list[Any] = []
    _, generate = timed(lambda: made.extend(clinic.case(index, 2).case for index in range(CASES)))
    _, coded = timed(lambda: [expect(case) for case in made])
    told(
        capsys,
        f"whole cost of a case: {(processor2 - processor) / (2 * CASES) * 1e6:.0f} µs of processor, "
        f"{(clock2 - clock) / (2 * CASES) * 1e6:.0f} µs on the clock (bound: 150), the digest of the suite (up to 10,000 cases) included; "
        f"of which generating {generate / CASES * 1e6:.0f} µs, expecting {coded / CASES * 1e6:.0f} µs",
    )


def test_pipelining(benchmark: Benchmark, tmp_path: Path, cases: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Many cases in flight beside one at a time, the same program and adapter."""
    vendor = vendor_file(tmp_path, stream(0))
    together = benchmark.pedantic(lambda: ask_all(vendor, cases, 64), rounds=1)
    few = cases[: max(20, CASES // 100)]
    alone = ask_all(vendor, few, 1) / len(few) * len(cases)
    told(
        capsys,
        f"stream: pipelined {together / CASES * 1e6:.0f} µs a case, lock-step {alone / CASES * 1e6:.0f} µs: {alone / together:.0f} times",
    )


def test_beside_a_shell_pipe(benchmark: Benchmark, tmp_path: Path, cases: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    """A run beside `cat cases | vendor > answers`, for a vendor that takes 0.1 and 1 ms a case."""
    benchmark.pedantic(lambda: None, rounds=1)
    (tmp_path / "cases.jsonl").write_bytes(b"".join(encode(case) + b"\n" for case in cases))
    for pause in (0.0001, 0.001):
        vendor = vendor_file(tmp_path, stream(pause))
        piped, _ = timed(
            partial(
                subprocess.run,
                ["sh", "-c", f"cat cases.jsonl | {sys.executable} -S coder.py {pause} > answers.jsonl"],
                cwd=tmp_path,
                check=True,
            )
        )
        asked = ask_all(vendor, cases, 64)
        run, _ = whole_run(vendor, CASES, tmp_path / f"run{pause}")
        told(
            capsys,
            f"{pause * 1000:g} ms a case: shell pipe {piped:.2f} s, asking {asked / piped:.2f} ×, a whole run with its start {run / piped:.2f} ×",
        )


@contextmanager
def service(pause_s: float, folder: Path) -> Iterator[str]:
    """A service that takes so long a request, in a process of its own."""
    (folder / "service.py").write_text(SERVICE)
    command = [sys.executable, "-S", str(folder / "service.py"), str(pause_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        assert running.stdout is not None
        try:
            yield f"http://127.0.0.1:{running.stdout.readline().strip()}/"
        finally:
            running.kill()


async def bare(url: str, bodies: list[bytes], at_once: int) -> float:
    """The same client library, nothing around it."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)) as session:
        waiting = iter(bodies)

        async def work() -> None:
            for body in waiting:
                async with session.post(url, data=body, headers={"Content-Type": "application/json"}) as response:
                    await response.read()

        started = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(at_once)))
        return time.perf_counter() - started


def wrk(url: str, body: bytes, at_once: int, folder: Path) -> float | None:
    """Requests a second that wrk makes."""
    if shutil.which("wrk") is None:
        return None
    script = f"wrk.method = 'POST'\nwrk.body = {json.dumps(body.decode())}\nwrk.headers['Content-Type'] = 'application/json'\n"
    (folder / "post.lua").write_text(script)
    command = ["wrk", "-t1", f"-c{at_once}", "-d3s", "-s", str(folder / "post.lua"), url]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout.partition("Requests/sec:")[2].split()[0])


def test_http(benchmark: Benchmark, tmp_path: Path, cases: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Asking a service beside a bare loop over aiohttp, and beside wrk, at the same concurrency."""
    benchmark.pedantic(lambda: None, rounds=1)
    bodies = [encode(case) for case in cases]
    for pause in (0.0, 0.001, 0.005):
        with service(pause, tmp_path) as url:
            vendor = vendor_file(tmp_path, f'kind = "http"\nurl = "{url}"\nworkers = 8')
            turns = [(asyncio.run(bare(url, bodies, 8)), ask_all(vendor, cases, 8)) for _ in range(3)]
            loop, ours = map(median, zip(*turns, strict=True))
            rate = wrk(url, bodies[0], 8, tmp_path)
            beside = f", {CASES / ours / rate:.2f} × wrk" if rate else "; wrk is not installed"
            told(capsys, f"HTTP, {pause * 1000:g} ms a request: {CASES / ours:.0f}/s, {loop / ours:.2f} × the bare loop{beside}")


def test_oneshot(benchmark: Benchmark, tmp_path: Path, cases: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    """A process a case beside `xargs -P` of the same program."""
    some = cases[:200]
    command = [sys.executable, "-S", "coder.py", "0"]
    vendor = vendor_file(tmp_path, f'kind = "cli"\nmode = "oneshot"\nworkers = 2\ncommand = {json.dumps(command)}')
    for number, case in enumerate(some):
        (tmp_path / f"case{number}").write_bytes(encode(case) + b"\n")
    ours = benchmark.pedantic(lambda: ask_all(vendor, some, 2), rounds=1)
    numbers = "\n".join(map(str, range(len(some))))
    line = f"{' '.join(command)} < case$1 > answer$1"
    theirs, _ = timed(
        lambda: subprocess.run(
            ["xargs", "-P2", "-n1", "sh", "-c", line, "sh"], input=numbers, text=True, cwd=tmp_path, check=True
        )
    )
    told(capsys, f"oneshot: {ours / len(some) * 1000:.1f} ms a case, {ours / theirs:.2f} × xargs -P2")


def test_start(benchmark: Benchmark, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--help`, and from the command to the first case that the vendor gets."""
    python = [sys.executable, "-m", "rtconform"]
    helped = benchmark.pedantic(
        lambda: timed(lambda: subprocess.run([*python, "--help"], check=True, capture_output=True))[0], rounds=1
    )
    log = tmp_path / "first"
    (tmp_path / "note.py").write_text(
        f"import sys, time\nfor line in sys.stdin:\n    open({str(log)!r}, 'a').write(str(time.time()) + '\\n')\n    break\n"
    )
    vendor = vendor_file(tmp_path, f'kind = "cli"\nworkers = 1\ncommand = {json.dumps([sys.executable, "-S", "note.py"])}')
    started = time.time()
    subprocess.run(
        [*python, "run", str(vendor), "--suite=published", f"--out={tmp_path / 'run'}"], check=False, capture_output=True
    )
    first = float(log.read_text().split()[0]) - started
    bare_start, _ = timed(lambda: subprocess.run([sys.executable, "-c", "import click"], check=True))
    told(
        capsys,
        f"--help {helped:.2f} s (bound 0.25), first case after {first:.2f} s (bound 0.5): {helped / bare_start:.1f} and "
        f"{first / bare_start:.1f} times Python with click alone, {bare_start:.2f} s",
    )


def test_memory(benchmark: Benchmark, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The most memory of a run, of some cases and of ten times as many."""
    benchmark.pedantic(lambda: None, rounds=1)
    vendor = vendor_file(tmp_path, stream(0))
    peaks = []
    for count in (CASES, 10 * CASES):
        run = [
            sys.executable,
            "-m",
            "rtconform",
            "run",
            str(vendor),
            "--suite=clinic",
            f"--count={count}",
            f"--out={tmp_path / str(count)}",
        ]
        told_by = subprocess.run([sys.executable, "-c", MOST_MEMORY, *run], check=True, capture_output=True, text=True)
        peaks.append(int(told_by.stdout) / 1024)
    told(
        capsys,
        f"memory with the report: {peaks[0]:.0f} MB at {CASES:,} cases, {peaks[1]:.0f} MB at {10 * CASES:,} (bound: 200 at 1,000,000)",
    )
