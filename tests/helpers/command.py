"""The command line in this process: what it prints and its exit code, without the second that a new Python takes to begin.

A test starts a process of its own where the process is what it tests: signals, memory, a killed harness, the environment, a terminal.
"""

import contextlib
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from rtconform.cli.main import main


@dataclass(frozen=True)
class Ended:
    """A command that has ended: named as in `subprocess.CompletedProcess`."""

    returncode: int
    stdout: str
    stderr: str


def rtconform(*arguments: object, stdin: str = "", cwd: Path | None = None) -> Ended:
    """One command, with everything that it printed. An error that is not meant for the user is raised, not printed."""
    before = signal.getsignal(signal.SIGTERM)
    with contextlib.chdir(cwd or Path.cwd()), CliRunner().isolation(input=stdin) as (out, err, _):
        try:
            main([str(argument) for argument in arguments])
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        finally:
            sys.stdout.flush()  # as the end of a process does
            signal.signal(signal.SIGTERM, before)
    return Ended(code, out.getvalue().decode(), err.getvalue().decode())
