"""What a vendor's program leaves behind outside its own session: daemons, grandchildren that called setsid.

Killing a process group does not reach them. After `adopt` (called by the command line; Linux only) they become children of this
process when their parents die. `bury` then finds, kills and reaps every child that was not reported by `started`.
"""

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from subprocess import Popen

from rtconform.conformance.adapters.processes import watchdog

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER
_ROUNDS = 20
_EVERY = 64

_own: "set[Popen[bytes]]" = set()
_starting = threading.Lock()
_adopting = False
_starts = 0


def adopt() -> None:
    """From now on this process inherits what its descendants leave behind, and what it leaves itself is killed.

    Only for a process that is ours alone: every child that was not started through `started` will be killed.
    """
    global _adopting  # noqa: PLW0603 - the kernel keeps this for the process, and so do we
    if sys.platform == "linux":
        _adopting = ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0) == 0
    with _starting:
        _own.add(watchdog.watch())


def started(start: "Callable[[], Popen[bytes]]") -> "Popen[bytes]":
    """The process that `start` starts, known as ours; now and then what others left is buried."""
    global _starts  # noqa: PLW0603 - counts the starts of the process, as the kernel its children
    with _starting:
        process = start()
        watchdog.runs(process.pid)
        if _adopting:
            _own.add(process)
            _starts += 1
    if _adopting and _starts % _EVERY == 0:
        bury()
    return process


def bury() -> None:
    """Kill and reap every adopted child; where children of theirs come after, those too."""
    if sys.platform == "win32" or not _adopting:  # only Linux has adopted children; see `program/child.py`
        return
    for _ in range(_ROUNDS):
        with _starting:
            _own.difference_update([process for process in _own if process.returncode is not None])
            strangers = set(_children()) - {process.pid for process in _own}
        if not strangers:
            return
        for pid in strangers:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.001)  # a killed process needs a moment to end
        for pid in strangers:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def _children() -> Iterator[int]:
    """This process's children, the dead among them."""
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # the thread has ended, or the kernel keeps no such list
            yield from map(int, (task / "children").read_text(encoding="ascii").split())
