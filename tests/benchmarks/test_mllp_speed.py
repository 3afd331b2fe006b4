"""How many cases a second go over MLLP to a system that takes no time (`make bench`). The figure is printed.

RTCONFORM_BENCH_CASES sets how many cases (200, `make bench` 2,000). The system is one process of its own; it acknowledges each message, and sends one
charge before it acknowledges the end of a visit.
"""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rtconform.conformance.adapters.opening import open_adapter
from rtconform.conformance.vendors.file import load_vendor
from rtconform.generators.suites.registry import any_suite

pytestmark = pytest.mark.slow

CASES = int(os.environ.get("RTCONFORM_BENCH_CASES", "200"))
AT_LEAST = 1000

SYSTEM = r"""
import asyncio, sys
def frame(text): return b"\x0b" + text + b"\x1c\r"
async def serve(reader, writer):
    try:
        while True:
            header = (await reader.readuntil(b"\x1c")).partition(b"\x0b")[2].split(b"\r", 1)[0].split(b"|")
            if header[8].startswith(b"ACK"):
                continue
            name, charge = header[9], b""
            if header[8].startswith(b"ADT^A03"):
                fields = [b""] * 25
                fields[0], fields[5], fields[9], fields[22], fields[24] = b"1", b"CG", b"1", name + b".S1", b"77407"
                charge = frame(b"MSH|^~\\&|V|C|O|C|2026||DFT^P03|1|P|2.5.1\rPV1|1|O" + b"|" * 17 + name + b"\rFT1|" + b"|".join(fields) + b"\r")
            writer.write(charge + frame(b"MSH|^~\\&|V|C|O|C|2026||ACK|1|P|2.5.1\rMSA|AA|" + name + b"\r"))
    except asyncio.IncompleteReadError:
        writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def test_cases_a_second_over_mllp(tmp_path: Path) -> None:
    """At least a thousand cases a second of our own process's time, of some six messages each, with an answer to every one.

    The time of our process is what a busy machine does not change; messages are written in a process beside it.
    """
    with subprocess.Popen([sys.executable, "-c", SYSTEM], stdout=subprocess.PIPE, text=True) as system:
        try:
            assert system.stdout is not None
            path = tmp_path / "vendor.toml"
            path.write_text(
                '[vendor]\nname = "V"\nversion = "1"\n[format]\nquestion = "hl7v2"\nanswer = "hl7v2"\n[answers]\nends = "ack"\n'
                f'[adapter]\nkind = "mllp"\nhost = "127.0.0.1"\nport = {system.stdout.readline()}workers = 16\n'
            )
            rate, of_our_time = asyncio.run(_rates(path))
        finally:
            system.kill()
    print(f"\nMLLP: {rate:,.0f} cases/s, {of_our_time:,.0f} cases a second of our own process's time")
    assert of_our_time >= AT_LEAST


async def _rates(path: Path) -> tuple[float, float]:
    suite = any_suite("clinic")
    cases = [suite.case(index, 1).question for index in range(CASES)]
    adapter = open_adapter(load_vendor(path), lambda _: None)
    await adapter.start()
    waiting = iter(cases)
    answered = 0

    async def one_after_the_other() -> None:
        nonlocal answered
        for case in waiting:
            reply = await adapter.ask(case)
            answered += reply.status == "answered"

    try:
        began, ours = time.perf_counter(), time.process_time()
        await asyncio.gather(*(one_after_the_other() for _ in range(adapter.window)))
        took, ours = time.perf_counter() - began, time.process_time() - ours
    finally:
        await adapter.close()
    assert len(cases) == answered
    return len(cases) / took, len(cases) / ours
