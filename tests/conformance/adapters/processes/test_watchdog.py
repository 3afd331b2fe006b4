"""A harness that is killed outright leaves no vendor's program behind, and the run can be resumed at once."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from rtconform.conformance.adapters.processes import watchdog

HANGS = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen(["sleep", "1000"], start_new_session=sys.platform == "linux")  # a daemon
with open("started.tmp", "w") as file:
    file.write(f"{os.getpid()} {child.pid}")
os.replace("started.tmp", "started")
while True:
    time.sleep(1)
"""
SIBLINGS = """
import os, pathlib
siblings = pathlib.Path(f"/proc/{os.getppid()}/task/{os.getppid()}/children").read_text().split()
waiting = [pid for pid in siblings if b"watchdog.py" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()]
pathlib.Path("siblings").write_text(" ".join(waiting))
"""
ANSWERS = """
import json, sys
for line in sys.stdin:
    print(json.dumps({"id": json.loads(line)["id"], "outcome": "needs_review", "lines": []}), flush=True)
"""


def begin(folder: Path, mode: str, *more: str) -> "subprocess.Popen[bytes]":
    """A run of one case against the coder in the folder."""
    (folder / "vendor.toml").write_text(
        f'[vendor]\nname = "V"\nversion = "1"\n[adapter]\nkind = "cli"\nmode = "{mode}"\ntimeout_s = 600\nworkers = 1\n'
        f'command = ["{sys.executable}", "-S", "coder.py"]\n'
    )
    only = "--only=published:scenario-1-hospital-facility"
    command = [sys.executable, "-m", "rtconform", "run", "vendor.toml", "--suite=published", "--out=run", only, *more]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["stream", "oneshot"])
def test_a_killed_harness_leaves_nothing(mode: str, tmp_path: Path, gone: Callable[[int], bool]) -> None:
    """A program that hangs, ignores its input and has a daemon dies with the harness, and so does the daemon; it never held a file of the run's."""
    (tmp_path / "coder.py").write_text(HANGS)
    with begin(tmp_path, mode) as running:
        deadline = time.monotonic() + 60
        while not (tmp_path / "started").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        pids = [int(pid) for pid in (tmp_path / "started").read_text().split()]
        held = {str(link.readlink()) for pid in pids for link in Path(f"/proc/{pid}/fd").iterdir()}
        running.kill()
    assert [] == [name for name in held if name.startswith(str(tmp_path / "run"))]
    assert [True, True] == [gone(pid) for pid in pids]

    (tmp_path / "coder.py").write_text(ANSWERS)
    with begin(tmp_path, mode) as fresh:
        pass
    with begin(tmp_path, mode, "--resume") as resumed:
        pass
    assert (2, 1) == (fresh.returncode, resumed.returncode)


NOT_TOLD = """
import os, signal, sys
from pathlib import Path
from rtconform.conformance.adapters.processes import watchdog
from rtconform.conformance.adapters.program.child import open_process
watchdog.watch()
watchdog.runs = lambda pid: os.kill(os.getpid(), signal.SIGKILL)
open_process(["sleep", "1000"], cwd=None, env={**os.environ, "OF_TEST": sys.argv[1]})
"""
STARTS_ALWAYS = """
import os, sys, threading
from pathlib import Path
from rtconform.conformance.adapters.processes import watchdog
from rtconform.conformance.adapters.program.child import open_process
watchdog.watch()
def start():
    while True:
        open_process([sys.argv[2], "1000"], cwd=None, env={**os.environ, "OF_TEST": sys.argv[1]})
for _ in range(2):
    threading.Thread(target=start).start()
print("starting", flush=True)
"""


def _alive(mark: str) -> list[int]:
    """The processes that have the mark of a test in their environment."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            with suppress(OSError):
                if f"OF_TEST={mark}".encode() in (process / "environ").read_bytes().split(b"\0"):
                    found.append(int(process.name))
    return found


def _left(mark: str) -> list[int]:
    """Those that are left when the watchdog has had its time; killed, so that a test that fails leaves nothing either."""
    deadline = time.monotonic() + 20
    while (alive := _alive(mark)) and time.monotonic() < deadline:
        time.sleep(0.02)
    for pid in alive:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return alive


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="marked processes are looked for in /proc")
def test_a_program_that_nobody_has_told_of_dies_too() -> None:
    """Killed in the very instant after a program has started, before the watchdog is told of it: nothing is left."""
    for number in range(10):
        mark = f"not-told-{os.getpid()}-{number}"
        done = subprocess.run([sys.executable, "-c", NOT_TOLD, mark], check=False)
        assert -signal.SIGKILL == done.returncode
        assert [] == _left(mark)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="marked processes are looked for in /proc")
def test_killed_at_any_instant_of_a_start_nothing_is_left() -> None:
    """Two threads start programs as fast as they can; whenever that is killed, before, within or after a start, nothing is left."""
    sleep = shutil.which("sleep")
    for number in range(25):
        mark = f"any-instant-{os.getpid()}-{number}"
        with subprocess.Popen([sys.executable, "-c", STARTS_ALWAYS, mark, str(sleep)], stdout=subprocess.PIPE) as running:
            assert running.stdout is not None
            assert b"starting\n" == running.stdout.readline()
            time.sleep(number / 1000)
            running.kill()
        assert [] == _left(mark)


@pytest.mark.slow
def test_the_one_who_waits_ends_with_the_run(tmp_path: Path, gone: Callable[[int], bool]) -> None:
    """A run that ends by itself has nobody waiting for its death any more."""
    (tmp_path / "coder.py").write_text(SIBLINGS + ANSWERS)
    with begin(tmp_path, "stream") as running:
        pass
    (waiting,) = (int(pid) for pid in (tmp_path / "siblings").read_text().split())
    assert (1, True) == (running.returncode, gone(waiting))


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_one_who_does_not_listen_is_given_up(number: int) -> None:
    """Nothing waits for the one who waits: stopped or killed, it is told no more, and is not left behind."""
    program = (
        "import os, sys\nfrom rtconform.conformance.adapters.processes.watchdog import watch, runs, is_over\nwatcher = watch()\n"
        f"os.kill(watcher.pid, {int(number)})\nfor pid in range(10**6, 10**6 + 20000): runs(pid), is_over(pid)\n"
        "print(watcher.poll())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert f"{-signal.SIGKILL}\n" == done.stdout


def test_only_what_is_not_over_is_killed(gone: Callable[[int], bool]) -> None:
    """The program that waits kills the groups that it was told of, but for those that were said to be over."""
    started = [subprocess.Popen(["sleep", "1000"], start_new_session=True) for _ in range(3)]
    one, other, third = (process.pid for process in started)
    try:
        told = f"{one}\n{other}\n{-one}\n{third}\n{10**9}\n".encode()
        program = Path(watchdog.__file__)
        subprocess.run([sys.executable, "-I", "-S", str(program)], input=told, check=True)
        assert (True, True) == (gone(other), gone(third))
        assert started[0].poll() is None
    finally:
        for process in started:
            process.kill()
            process.wait()
