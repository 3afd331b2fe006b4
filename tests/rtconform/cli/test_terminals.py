"""What commands write to a terminal and to a pipe: colours and movements only where a person watches, as the environment says."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rtconform.cli.main import COMMANDS
from tests.helpers import TESTS

pytestmark = pytest.mark.slow

VENDOR = TESTS / "vendors" / "correct" / "vendor.toml"
_SEQUENCE = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]")


def _at_a_terminal(*arguments: str, **environment: str) -> tuple[int, bytes]:
    """Exit code, and what a terminal got on standard output and standard error."""
    ours, theirs = pty.openpty()
    told = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "TERM")}
    command = [sys.executable, "-m", "rtconform", *arguments]
    started = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env={**told, "TERM": "xterm", **environment})
    os.close(theirs)
    written = b""
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        while True:
            try:
                chunk = terminal.read(65_536)
            except OSError:  # Linux says EIO where the other end is closed
                break
            if not chunk:
                break
            written += chunk
    return started.wait(), written


def _run(folder: Path, **environment: str) -> set[bytes]:
    code, written = _at_a_terminal("run", str(VENDOR), "--suite", "boundaries", "--out", str(folder / "run"), **environment)
    assert 0 == code, written
    return set(_SEQUENCE.findall(written))


def _colours(found: set[bytes]) -> set[bytes]:
    return {sequence for sequence in found if sequence.endswith(b"m")}


def test_a_person_sees_a_coloured_bar(tmp_path: Path) -> None:
    """The bar of a run has colours: what the other tests look for would be found."""
    assert _colours(_run(tmp_path))


def test_no_color_takes_the_colours_and_leaves_the_bar(tmp_path: Path) -> None:
    """NO_COLOR (https://no-color.org): the bar still moves, without any colour."""
    found = _run(tmp_path, NO_COLOR="1")
    assert found
    assert set() == _colours(found)


def test_a_dumb_terminal_gets_plain_lines(tmp_path: Path) -> None:
    """TERM=dumb can neither move nor colour."""
    assert set() == _run(tmp_path, TERM="dumb")


def test_quiet_says_nothing_of_a_run_in_which_all_is_well(tmp_path: Path) -> None:
    """--quiet at a terminal: not a byte, and the report is there; the JSON that was asked for is no summary for a person."""
    arguments = ("run", str(VENDOR), "--suite", "boundaries", "--out", str(tmp_path / "run"), "--quiet")
    assert (0, b"") == _at_a_terminal(*arguments)
    assert (tmp_path / "run" / "report.html").exists()
    code, written = _at_a_terminal(*arguments[:-2], str(tmp_path / "again"), "--quiet", "--format", "json")
    assert (0, True) == (code, json.loads(written)["conformant"])


def test_a_pipe_gets_no_sequence(tmp_path: Path) -> None:
    """A run in a pipe writes neither colours nor movements, FORCE_COLOR or not: logs and JSON stay what they are."""
    command = [sys.executable, "-m", "rtconform", "run", str(VENDOR), "--suite", "boundaries", "--out", str(tmp_path / "run")]
    done = subprocess.run(command, capture_output=True, env={**os.environ, "FORCE_COLOR": "1"}, check=True)
    assert [] == _SEQUENCE.findall(done.stdout + done.stderr)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_plain_text(name: str) -> None:
    """Every command's help at a terminal, with FORCE_COLOR: text that can be copied."""
    code, written = _at_a_terminal(name, "--help", FORCE_COLOR="1")
    assert (0, True) == (code, b"Usage: rtconform" in written)
    assert [] == _SEQUENCE.findall(written)


@pytest.mark.parametrize(
    "arguments", [("rules",), ("suites",), ("space",), ("about",), ("rules", "ISO-SHIFT"), ("schema", "case")]
)
def test_results_are_plain_text(arguments: tuple[str, ...]) -> None:
    """What a command prints as its result is the same at a terminal."""
    code, written = _at_a_terminal(*arguments, FORCE_COLOR="1")
    assert (0, True) == (code, len(written) > 100)
    assert [] == _SEQUENCE.findall(written)
