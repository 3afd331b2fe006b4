"""Runs on a cluster: the same run folder as here, whatever happens to a worker, and clear words where there is no cluster."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.helpers import PATIENCE_S, VENDORS
from tests.helpers.command import rtconform

pytestmark = pytest.mark.slow

VENDOR = """
[vendor]
name = "Slow"
version = "1"
[adapter]
kind = "cli"
command = ["{python}", "slow.py", "{coder}"]
env = {{ PAUSE = "${{PAUSE_S}}" }}
workers = 1
"""
SLOW = """
import os, runpy, sys, time
class Slow:
    @property
    def buffer(self):
        for line in sys.__stdin__.buffer:
            time.sleep(float(os.environ["PAUSE"]))
            yield line
sys.stdin = Slow()
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
CODER = VENDORS / "three_faults" / "coder.py"


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A coder with three faults that takes its time; how long comes from the environment."""
    folder = tmp_path_factory.mktemp("vendor")
    (folder / "slow.py").write_text(SLOW)
    (folder / "vendor.toml").write_text(VENDOR.format(python=sys.executable, coder=CODER))
    return folder / "vendor.toml"


def start(vendor: Path, out: Path, *arguments: str, pause: str = "0") -> "subprocess.Popen[str]":
    """A run, started."""
    command = [
        sys.executable,
        "-m",
        "rtconform",
        "run",
        str(vendor),
        "--suite",
        "boundaries,threeway",
        "--out",
        str(out),
        *arguments,
    ]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env={**os.environ, "PAUSE_S": pause}, stdout=pipe, stderr=pipe, text=True)


def records(out: Path) -> tuple[str, str]:
    """Results and events of a run, without its times."""
    results = re.sub(r'"latency_ms":[0-9.e+-]+', "", (out / "results.jsonl").read_text())
    return results, re.sub(r'"at":"[^"]+"', "", (out / "events.jsonl").read_text())


@pytest.fixture(scope="module")
def here(vendor: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The records of the same run without a cluster."""
    out = tmp_path_factory.mktemp("here") / "run"
    run = start(vendor, out)
    run.communicate(timeout=PATIENCE_S)
    assert 1 == run.returncode
    told = records(out)
    assert 0 < told[0].count('"verdict":"pass"')
    return told


def test_a_killed_worker(vendor: Path, here: tuple[str, str], tmp_path: Path) -> None:
    """Three workers, one of them killed in the middle of a shard: the run folder is that of an unbroken run without a cluster."""
    run = start(vendor, tmp_path / "run", "--cluster", "local:3", pause="0.002")
    killed = _kill_a_worker(run.pid)
    out, err = run.communicate(timeout=PATIENCE_S)
    assert (1, "") == (run.returncode, err)
    assert "not conformant (exit code 1)" in out
    assert killed
    assert here == records(tmp_path / "run")


def _kill_a_worker(pid: int) -> bool:
    """Kill a worker while its coder is at work; a worker is the parent of a coder that is not the run itself."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        time.sleep(0.05)
        with suppress(psutil.NoSuchProcess):  # coders come and go while they are looked at
            coders = [p for p in psutil.Process(pid).children(recursive=True) if "slow.py" in " ".join(_command(p))]
            worker = coders[0].ppid() if coders else pid
            if worker != pid:
                time.sleep(0.5)
                psutil.Process(worker).kill()
                return True
    return False


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_an_interrupted_run_goes_on_anywhere(vendor: Path, here: tuple[str, str], tmp_path: Path) -> None:
    """A run stopped on a cluster is finished without one: every case has one result, the same as ever."""
    out = tmp_path / "run"
    run = start(vendor, out, "--cluster", "local:2", pause="0.004")
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and not ((out / "results.jsonl").exists() and (out / "results.jsonl").stat().st_size):
        time.sleep(0.05)
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=PATIENCE_S)
    assert 130 == run.returncode
    done = (out / "results.jsonl").read_text().count("\n")
    assert 0 < done < here[0].count("\n")
    again = start(vendor, out, "--resume")
    again.communicate(timeout=PATIENCE_S)
    assert (1, here[0]) == (again.returncode, records(out)[0])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--cluster", "somewhere"), "write tcp://HOST:PORT of a dask scheduler, or local:N"),
        (("--cluster", "local:0"), "write tcp://HOST:PORT of a dask scheduler, or local:N"),
        (("--cluster", "local:2", "--only", "boundaries:approval-a-minute-before"), "--only asks a few cases from this machine"),
    ],
)
def test_no_cluster(arguments: tuple[str, ...], said: str, vendor: Path, tmp_path: Path) -> None:
    """What is not a cluster is exit 2 and a message."""
    run = start(vendor, tmp_path / "run", *arguments)
    out, err = run.communicate(timeout=PATIENCE_S)
    assert (2, "") == (run.returncode, out)
    assert said in " ".join(err.split())


def test_some_cases_of_a_shipped_suite_are_a_file_too(tmp_path: Path) -> None:
    """A file with the name of a shipped suite is not asked on a cluster: workers have that suite whole, and would ask other cases."""
    cases = rtconform("generate", "pairwise").stdout.splitlines(keepends=True)
    (tmp_path / "some.jsonl").write_text("".join(cases[40:42]))
    vendor = VENDORS / "correct" / "vendor.toml"
    done = rtconform("run", vendor, "--suite", "some.jsonl", "--cluster", "local:1", "--out", "run", cwd=tmp_path)
    assert 2 == done.returncode
    assert (
        "suite pairwise (some.jsonl) is from a file of yours, which workers don't have: run it without --cluster" in done.stderr
    )
