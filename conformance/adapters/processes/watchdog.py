"""When this process is killed outright, another one kills the vendor's programs that it leaves running.

The command line starts it by `watch`, and it is told of each program that starts and of each that is over. It waits for its
input to end, which happens when this process does, however that comes. Run as a program this file is it.
(The kernel's parent death signal would reach no children of the program, and hangs on the thread that started it.)
"""

import atexit
import os
import signal
import subprocess
import sys
from contextlib import suppress

_watcher: "subprocess.Popen[bytes] | None" = None


def watch() -> "subprocess.Popen[bytes]":
    """Start the other process, once; it ends with this one."""
    global _watcher  # noqa: PLW0603 - one for the process, as there is one death
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
    """A program of the vendor's runs, which leads the process group `pid`."""
    _tell(pid)


def is_over(pid: int) -> None:
    """That group has been killed."""
    _tell(-pid)


def _tell(number: int) -> None:
    watcher = _watcher
    if watcher is None or watcher.stdin is None:
        return
    told = None
    with suppress(OSError, ValueError):  # it was ended; or given up meanwhile
        told = watcher.stdin.write(b"%d\n" % number)
    if not told:  # or stopped, so that its pipe is full: one that knows half of what runs could kill what is not ours
        watcher.kill()
        _end()


def _end() -> None:
    global _watcher
    watcher, _watcher = _watcher, None
    if watcher is not None:
        with suppress(subprocess.TimeoutExpired):
            watcher.communicate(timeout=1)


def main() -> None:
    """Read process groups, with a minus those that are over, until the input ends; kill the others."""
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
