"""The watchdog: a process that kills the vendor's programs if rtconform itself is killed.

The command line starts it with `watch` and reports each program that starts (`runs`) and each that has ended (`is_over`). The
watchdog reads these reports until its input ends, which happens when rtconform ends in any way. Then it kills the programs that
are left. This file, run as a program, is the watchdog.

The kernel's parent-death signal can't do this: it would not reach the program's own children, and it depends on the thread that
started the program.
"""

import atexit
import os
import signal
import subprocess
import sys
from contextlib import suppress

_watcher: "subprocess.Popen[bytes] | None" = None


def watch() -> "subprocess.Popen[bytes]":
    """Start the watchdog, once. It ends with this process."""
    global _watcher  # noqa: PLW0603 - one watchdog for the process
    if _watcher is None:
        pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
        command = [sys.executable, "-I", "-S", __file__]
        _watcher = subprocess.Popen(  # noqa: S603 - ourselves
            command, stdin=pipe, stdout=nothing, stderr=nothing, cwd=os.sep, start_new_session=True, bufsize=0
        )
        assert _watcher.stdin is not None  # noqa: S101 - it was asked for as a pipe
        if sys.platform != "win32":  # nothing is started there that it could outlive (`program/child.py`)
            os.set_blocking(_watcher.stdin.fileno(), False)
        atexit.register(_end)
    return _watcher


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
            watcher.communicate(timeout=1)
        except subprocess.TimeoutExpired:  # somebody has stopped it
            watcher.kill()
            watcher.wait()


def main() -> None:
    """Read process groups until the input ends (negative numbers: groups that are over), then kill the others."""
    running: set[int] = set()
    for line in sys.stdin.buffer:
        number = int(line)
        running.add(number) if number > 0 else running.discard(-number)
    for pid in running:
        if sys.platform != "win32":
            with suppress(OSError):
                os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
