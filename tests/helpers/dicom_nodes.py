"""DICOM nodes for tests: the sample engine as a Storage SCP and as a STOW-RS service, and runs against them."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rtconform.conformance.adapters.processes.subreaper import adopt, started
from rtconform.conformance.records import Event, Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.jobs.run import plan_run, run_to_folder
from tests.helpers import VENDORS

SCP, STOW = VENDORS / "dicom_engine" / "scp.py", VENDORS / "dicom_engine" / "stow.py"
PAIR = VENDORS / "dicom_hl7_engine"
STARTS_S = 30.0


def free_port() -> int:
    """A port on which nobody listens at the moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def node(command: Sequence[str | Path], port: int, folder: Path) -> Iterator[None]:
    """A program that listens on `port`, running in `folder`."""
    with (folder / "node.log").open("wb") as log:
        adopt()  # as a command does that this process runs: then what it does not know as its own it buries
        running = started(lambda: subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True))
        try:
            wait_for(port, running)
            yield
        finally:
            running.kill()
            running.wait()


@contextmanager
def engine(folder: Path, port: int, answers: str = "exchange", *more: str) -> Iterator[None]:
    """The sample engine as a Storage SCP."""
    with node([sys.executable, SCP, str(port), answers, *more], port, folder):
        yield


@contextmanager
def service(folder: Path, port: int, answers: str, *more: str) -> Iterator[None]:
    """The sample engine as a STOW-RS service."""
    with node([sys.executable, STOW, str(port), answers, *more], port, folder):
        yield


@contextmanager
def pair_engine(folder: Path, *more: str) -> Iterator[Path]:
    """The sample engine that takes objects and HL7 v2 messages, as a Storage SCP; its vendor file, in a folder that is made for it."""
    folder.mkdir(parents=True)
    port, file = free_port(), folder / "vendor.toml"
    file.write_text((PAIR / "vendor.toml").read_text().replace("port = 11112", f"port = {port}"))
    with node([sys.executable, PAIR / "engine.py", str(port), "exchange", *more], port, folder):
        yield file


def wait_for(port: int, running: "subprocess.Popen[bytes]") -> None:
    """Wait until somebody listens on a port; fails where the program ends before."""
    end = time.monotonic() + STARTS_S
    while time.monotonic() < end:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert running.poll() is None, "the node ended before it listened"
        time.sleep(0.05)
    raise AssertionError(f"nobody listens on {port} after {STARTS_S:g} s")


def asked(
    vendor: Path, suite: str = "published", cases: int | None = None, out: str = "run"
) -> tuple[dict[str, Result], list[Event]]:
    """The results of a run by id, and its events."""
    planned = plan_run(vendor, (suite,), seed=1)
    if cases is not None:
        planned = replace(planned, chosen=tuple(replace(part, size=cases) for part in planned.chosen))
    run = vendor.parent / out
    asyncio.run(run_to_folder(planned, run, resume=False))
    return {result.id: result for result in RunFolder(run).results()}, list(RunFolder(run).events())


def by_json(folder: Path, suite: str) -> dict[str, Result]:
    """What the same coder gets in JSON."""
    out = folder / "json"
    asyncio.run(run_to_folder(plan_run(VENDORS / "correct" / "vendor.toml", (suite,), seed=1), out, resume=False))
    return {result.id: result for result in RunFolder(out).results()}
