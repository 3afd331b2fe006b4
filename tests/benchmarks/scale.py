"""What a run costs on 1, 2 and 4 worker processes: `make scale`. Prints the table of docs/how-to/scale.md.

Two vendors: one that computes (the correct coder, a Python program) and one that only waits, 5 ms a case, as a service elsewhere
does. The first shows what the machine's cores give, the second what more workers give where cores are not limit.
"""

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.helpers import VENDORS

CORRECT = VENDORS / "correct" / "coder.py"
WAITING = """
import json, sys, time
for line in sys.stdin:
    time.sleep(0.005)
    print(json.dumps({"id": json.loads(line)["id"], "outcome": "needs_review"}), flush=True)
"""
VENDOR = """
[vendor]
name = "Scale"
version = "1"
[adapter]
kind = "cli"
command = ["python3", "{program}"]
workers = 1
"""


@dataclass(frozen=True)
class Cost:
    """Wall and processor seconds of one whole command."""

    wall: float
    processor: float


def run(program: Path, cases: int, where: list[str]) -> Cost:
    """One whole `rtconform run`, from its start to its exit."""
    with tempfile.TemporaryDirectory() as name:
        vendor = Path(name) / "vendor.toml"
        vendor.write_text(VENDOR.format(program=program))
        command = [sys.executable, "-m", "rtconform", "run", str(vendor), "--suite", "clinic", "--count", str(cases)]
        before, begin = _processor(), time.monotonic()
        subprocess.run(
            [*command, "--out", f"{name}/run", *where], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        )
        cost = Cost(time.monotonic() - begin, _processor() - before)
        found = (Path(name) / "run" / "results.jsonl").read_bytes().count(b"\n")
        if found != cases:
            sys.exit(f"{found} results of {cases} cases: {' '.join(command)}")
        return cost


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measured(program: Path, cases: int, where: list[str]) -> tuple[float, float, float]:
    """Seconds before and after the cases, cases a second in between, processor milliseconds a case: from a short and a long run."""
    short, long = run(program, cases // 5, where), run(program, cases, where)
    more = cases - cases // 5
    each = (long.wall - short.wall) / more
    return long.wall - cases * each, 1 / each, 1000 * (long.processor - short.processor) / more


def main(computed: int, waited: int) -> None:
    """Measure and print."""
    load = os.getloadavg()[0]
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f}; up to {computed:,} and {waited:,} cases\n"
    )
    print("| vendor | where | before and after, s | cases/s | processor ms a case |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        waiting = Path(name) / "waiting.py"
        waiting.write_text(WAITING)
        for vendor, program, cases in (("computes", CORRECT, computed), ("waits 5 ms", waiting, waited)):
            for where in ([], *(["--cluster", f"local:{workers}"] for workers in (1, 2, 4))):
                around, rate, processor = measured(program, cases, where)
                place = where[-1] if where else "no cluster"
                print(f"| {vendor} | {place} | {around:.1f} | {rate:,.0f} | {processor:.2f} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
