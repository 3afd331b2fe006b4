"""What the tests of misbehaving vendors share: which cases are asked, whom a behaviour hits, and that nothing is left behind."""

import asyncio
import gc
import importlib.util
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from rtconform.conformance.records import Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.generators.suites.registry import suite
from rtconform.jobs.run import plan_run, run_to_folder
from rtconform.reference.documents.wire import encode
from tests.helpers import VENDORS

CHAOS = VENDORS / "chaos"


def load(name: str, folder: Path = CHAOS) -> Any:
    """A module of the chaos vendors, or of another folder, loaded from its file."""
    spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


chaos = load("chaos")
CASES = [suite("published").case(index, 1).case for index in range(22, 32)]
ASKED = tuple(case.id for case in CASES)
HIT = {case.id for case in CASES if chaos.is_hit(json.loads(encode(case)))}


@contextmanager
def nothing_left(mark: str) -> Iterator[None]:
    """No process whose command line has `mark`, no child and no open file that was not there at the beginning."""
    gc.collect()  # an event loop that an earlier test left unclosed is not ours
    files, children = opened(), offspring()
    yield
    deadline = time.monotonic() + 5
    while any(left := (marked(mark), opened() - files, offspring() - children)):
        assert time.monotonic() < deadline, left
        time.sleep(0.02)
        gc.collect()


def opened() -> set[str]:
    """The descriptors of this process, each with what it is open on."""
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the descriptor by which the folder itself is read
            found.add(f"{entry.name} on {entry.readlink()}")
    return found


def offspring() -> set[int]:
    """The children of this process and theirs."""
    return {child.pid for child in psutil.Process().children(recursive=True)}


def marked(mark: str) -> list[list[str]]:
    """The command lines of the processes that have `mark` in theirs."""
    lines = (process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"]))
    return [line for line in lines if any(mark in part for part in line)]


def run(vendor: Path, out: Path) -> tuple[set[str], set[str], set[str]]:
    """A run: the verdicts of the cases hit, those of the others, and what was found out."""
    planned = plan_run(vendor, ["published"], seed=1, only=ASKED)
    summary = asyncio.run(run_to_folder(planned, out, resume=False))
    results = list(RunFolder(out).results())
    assert list(ASKED) == [result.id for result in results]
    return (*split(results), {finding.kind for finding in summary.findings})


def split(results: list[Result]) -> tuple[set[str], set[str]]:
    """The verdicts of the cases hit, and of the others."""
    return {r.verdict for r in results if r.id in HIT}, {r.verdict for r in results if r.id not in HIT}
