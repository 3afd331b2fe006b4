"""A program started in its own session, read and written without ever blocking, and ended with all its children.

This uses plain pipes and `subprocess`, not asyncio's own processes: with asyncio the program's standard input is a socket on
some versions (a shell's /dev/stdin then fails), and waiting for it may wait for grandchildren that hold a pipe open.

Vendors that are programs, and templates, need a POSIX system: sessions and process groups end what they start.
"""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from rtconform.conformance.adapters.processes import watchdog
from rtconform.conformance.adapters.processes.subreaper import bury, started
from rtconform.reference.errors import VendorUnreachable

GRACE_S = 0.3
"""How long the pipes of a program that has ended are still read; a detached grandchild may hold them open for ever."""

_CHUNK = 256 * 1024


class ChildProcess:
    """One running program. The code that started it reads `stdout`; standard error goes to `on_stderr` (see `start_child`)."""

    def __init__(self, popen: "subprocess.Popen[bytes]", loop: asyncio.AbstractEventLoop) -> None:
        self._popen = popen
        self._loop = loop
        self.stdout = asyncio.StreamReader(limit=_CHUNK, loop=loop)
        self.received = 0
        self.ended: asyncio.Future[int] = loop.create_future()
        self._pipes: list[_Pipe] = []
        self._input: asyncio.WriteTransport | None = None
        self._unsent: list[bytes] = []

    async def connect(self, on_stderr: Callable[[bytes], None]) -> None:
        """Begin to read and write."""
        popen, loop = self._popen, self._loop
        threading.Thread(target=self._wait, daemon=True, name=f"wait for {popen.pid}").start()
        self._input, _ = await loop.connect_write_pipe(self._pipe, popen.stdin)
        await loop.connect_read_pipe(lambda: self._pipe(self._on_stdout, self.stdout), popen.stdout)
        await loop.connect_read_pipe(lambda: self._pipe(on_stderr), popen.stderr)

    def write(self, data: bytes) -> None:
        """Send to its standard input, in the background; nothing happens where it has closed that."""
        if not self._unsent:
            self._loop.call_soon(self._flush)  # everything that is written now goes out in one system call
        self._unsent.append(data)

    def _flush(self) -> None:
        if self._unsent and self._input is not None and not self._input.is_closing():
            self._input.write(b"".join(self._unsent))
        self._unsent.clear()

    def close_input(self) -> None:
        """End its standard input, after all that was written."""
        self._flush()
        if self._input is not None and not self._input.is_closing():
            self._input.close()

    def kill(self) -> None:
        """Kill it and all its children that are still in its session."""
        if not self.ended.done():
            kill_group(self._popen.pid)

    async def end(self) -> int:
        """Kill it if it still runs, wait until it and its pipes are gone. The exit code; negative: the signal."""
        self.kill()
        code = await asyncio.shield(self.ended)
        if lost := [pipe.lost for pipe in self._pipes]:
            self._pipes[0].abort()  # its input
            _, held_open = await asyncio.wait(lost, timeout=GRACE_S)  # its last words are still in the pipes
            self.close_pipes()
            await asyncio.wait(lost)
            if held_open:
                bury()  # the processes that hold them
        return code

    def close_pipes(self) -> None:
        """Stop reading and writing."""
        for pipe in self._pipes:
            pipe.abort()

    def _pipe(self, on_data: Callable[[bytes], None] | None = None, reader: asyncio.StreamReader | None = None) -> "_Pipe":
        pipe = _Pipe(self._loop.create_future(), on_data, reader)
        self._pipes.append(pipe)
        return pipe

    def _on_stdout(self, data: bytes) -> None:
        self.received += len(data)
        self.stdout.feed_data(data)

    def _wait(self) -> None:
        self._popen.wait()
        code = exit_code(self._popen)
        kill_group(self._popen.pid)  # what it leaves behind
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._has_ended, code)

    def _has_ended(self, code: int) -> None:
        if not self.ended.done():
            self.ended.set_result(code)
        self._loop.call_later(GRACE_S, self.close_pipes)


class _Pipe(asyncio.Protocol):
    def __init__(
        self,
        lost: "asyncio.Future[None]",
        on_data: Callable[[bytes], None] | None,
        reader: asyncio.StreamReader | None,
    ) -> None:
        self.lost = lost
        self._on_data = on_data
        self._reader = reader
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        if self._reader is not None:
            self._reader.set_transport(transport)

    def data_received(self, data: bytes) -> None:
        if self._on_data is not None:
            self._on_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if self._reader is not None:
            self._reader.feed_eof()
        if not self.lost.done():
            self.lost.set_result(None)

    def abort(self) -> None:
        if self.lost.done():
            return
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.abort()
        elif self._transport is not None:
            self._transport.close()


async def start_child(
    command: Sequence[str], *, cwd: Path | None, env: Mapping[str, str], on_stderr: Callable[[bytes], None]
) -> ChildProcess:
    """Start a program. Raises VendorUnreachable, in plain words, where that fails."""
    child = ChildProcess(open_process(command, cwd=cwd, env=env), asyncio.get_running_loop())
    try:
        await child.connect(on_stderr)
    except BaseException:
        child.kill()
        raise
    return child


def open_process(command: Sequence[str], *, cwd: Path | None, env: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """The program in a session of its own, its three streams as pipes. Raises VendorUnreachable."""
    if sys.platform == "win32":
        raise VendorUnreachable(
            f"{command[0]} can't be started: programs and templates need Linux or macOS; use a web service or a Python callable"
        )
    pipe = subprocess.PIPE
    try:
        return started(
            lambda: subprocess.Popen(  # noqa: S603 - what the vendor file names, as a list, without a shell
                command,
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                cwd=cwd,
                env={**env, **watchdog.mark()},
                start_new_session=True,
                bufsize=0,
            )
        )
    except (OSError, ValueError) as error:
        raise VendorUnreachable(why_not_started(error, command[0], cwd)) from None


def why_not_started(error: OSError | ValueError, program: str, cwd: Path | None) -> str:
    """Why a program can't be started, in words, from what the system says."""
    if isinstance(error, FileNotFoundError):
        return _not_found(program, cwd)
    if isinstance(error, PermissionError):
        return f"{program} can't be started: permission denied; make it executable (chmod +x)"
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return f"{program} can't be started: {reason}; a script needs a first line like #!/bin/sh"


def exit_code(popen: "subprocess.Popen[bytes]") -> int:
    """The exit code of a program that has ended; negative: the signal. A sandbox reports a signal as a shell does."""
    code: int = popen.returncode
    sandboxed = isinstance(popen.args, (list, tuple)) and Path(str(popen.args[0])).name == "bwrap"
    return 128 - code if sandboxed and code > 128 else code


def kill_group(pid: int) -> None:
    """Kill the process group that `pid` leads, if any of it is left."""
    if sys.platform != "win32":
        with suppress(ProcessLookupError, PermissionError):  # gone, or (macOS) only its zombie is left
            os.killpg(pid, signal.SIGKILL)
    watchdog.is_over(pid)


def ending(code: int) -> str:
    """How a program ended, in words."""
    if code >= 0:
        return f"ended with exit code {code}"
    with suppress(ValueError):
        return f"was killed by signal {signal.Signals(-code).name}"
    return f"was killed by signal {-code}"


def _not_found(program: str, cwd: Path | None) -> str:
    if os.sep in program:
        inside = "" if Path(program).is_absolute() else f" in the vendor file's folder ({cwd})"
        if (Path(cwd or ".") / program).exists():
            return f"{program} can't be started: the interpreter in its first line was not found"
        return f"{program}: no such program{inside}; correct [adapter] command"
    return f"{program}: command not found; install it, or correct [adapter] command (a program beside the file is ./{program})"
