"""The watchdog: a process that kills the vendor's programs if rtconform itself is killed.

The command line starts it with `watch` and reports each program that starts (`runs`) and each that has ended (`is_over`). The
watchdog reads these reports until its input ends, which happens when rtconform ends in any way. Then it kills the programs that
are left. This file, run as a program, is the watchdog.

A program that had just been started when rtconform was killed is in no report. It has a mark in its environment (`mark`), and on
Linux the watchdog looks for that when its input has ended. A process that is not yet the program holds the other end of the
watchdog's input, which closes when it becomes the program. The mark can be read an instant after that: so the watchdog goes on
looking for a second, unless rtconform ended by itself, when nothing is being started.

The kernel's parent-death signal can't do this: it would not reach the program's own children, and it depends on the thread that
started the program.
"""

import atexit
import os
import secrets
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

MARK = "RTCONFORM_WATCHED"
"""The environment variable that marks a vendor's program as one of this run's."""

_ROUNDS = 20  # of looking for marked processes: one that is killed may have started another just before
_PAUSE_S = 0.05  # between them
_ORDERLY = b"0\n"  # the last report of an rtconform that ends by itself

_watcher: "subprocess.Popen[bytes] | None" = None
_token = ""


def watch() -> "subprocess.Popen[bytes]":
    """Start the watchdog, once. It ends with this process."""
    global _watcher, _token  # noqa: PLW0603 - one watchdog for the process
    if _watcher is None:
        pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
        _token = secrets.token_hex(16)
        command = [sys.executable, "-I", "-S", __file__, _token]
        _watcher = subprocess.Popen(  # noqa: S603 - ourselves
            command, stdin=pipe, stdout=nothing, stderr=nothing, cwd=os.sep, start_new_session=True, bufsize=0
        )
        assert _watcher.stdin is not None  # noqa: S101 - it was asked for as a pipe
        if sys.platform != "win32":  # nothing is started there that it could outlive (`program/child.py`)
            os.set_blocking(_watcher.stdin.fileno(), False)
        atexit.register(_end)
    return _watcher


def mark() -> dict[str, str]:
    """What a program has in its environment so that the watchdog finds it; empty where there is no watchdog."""
    return {MARK: _token} if _watcher is not None else {}


def runs(pid: int) -> None:
    """Report that a vendor's program runs, the leader of process group `pid`."""
    _tell(pid)


def is_over(pid: int) -> None:
    """Report that this process group has been killed."""
    _tell(-pid)


def _tell(number: int) -> None:
    watcher = _watcher
    if watcher is None or watcher.stdin is None:
        return
    told = None
    with suppress(OSError, ValueError):  # it was ended, or given up meanwhile
        told = watcher.stdin.write(b"%d\n" % number)
    if not told:  # or it was stopped and its pipe is full: a watchdog that knows only half could kill processes that are not ours
        watcher.kill()
        _end()


def _end() -> None:
    global _watcher
    watcher, _watcher = _watcher, None
    if watcher is not None:
        try:
            watcher.communicate(_ORDERLY, timeout=1)
        except subprocess.TimeoutExpired:  # somebody has stopped it
            watcher.kill()
            watcher.wait()


def main() -> None:
    """Read process groups until the input ends (negative numbers: groups that are over), then kill the others and the marked.

    The mark is the program's first argument; without one nothing is looked for.
    """
    running: set[int] = set()
    orderly = False
    for line in sys.stdin.buffer:
        number = int(line)
        orderly = line == _ORDERLY
        running.add(number) if number > 0 else running.discard(-number)
    for pid in running:
        if sys.platform != "win32":
            with suppress(OSError):
                os.killpg(pid, signal.SIGKILL)
    for token in sys.argv[1:2]:
        _kill_marked(f"{MARK}={token}".encode(), orderly=orderly)


def _kill_marked(entry: bytes, *, orderly: bool) -> None:
    """Kill every process that has this entry in its environment."""
    if sys.platform == "win32":  # nothing is started there that could be left
        return
    for _ in range(_ROUNDS):
        found = _marked(entry)
        if orderly and not found:
            return
        for pid in found:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(_PAUSE_S)


def _marked(entry: bytes) -> list[int]:
    found = []
    with suppress(OSError):  # no such file system: not Linux
        for process in [entered for entered in Path("/proc").iterdir() if entered.name.isdecimal()]:
            with suppress(OSError):  # gone meanwhile, or another user's
                if entry in (process / "environ").read_bytes().split(b"\0"):
                    found.append(int(process.name))
    return found


if __name__ == "__main__":
    main()
