"""A case shows its own standard error, or says that nobody can tell whose it is."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Talk = Callable[..., Any]

WRITES = """\
import json, sys
lines = [sys.stdin.read()] if sys.argv[1] == "oneshot" else sys.stdin
for line in lines:
    case = json.loads(line)["id"]
    print("looking at", case, file=sys.stderr, flush=True)
    print(json.dumps({"id": case, "outcome": "needs_review"}), flush=True)
    print("done with", case, file=sys.stderr, flush=True)
"""


def _vendor(folder: Path, mode: str, workers: int = 1) -> str:
    (folder / "coder.py").write_text(WRITES)
    command = [sys.executable, "-S", "coder.py", mode]
    return f'\n[adapter]\nkind = "cli"\nmode = "{mode}"\nworkers = {workers}\ncommand = {command!r}\n'


def test_each_process_has_its_own(talk: Talk, tmp_path: Path) -> None:
    """A process a case: what it wrote is the case's, also where several run at the same time."""
    replies = talk(_vendor(tmp_path, "oneshot", workers=3), 6).replies
    assert ["case"] * 6 == [reply.stderr_of for reply in replies]
    due = [f"looking at made:{number}\ndone with made:{number}\n" for number in range(1, 7)]
    assert due == [reply.stderr for reply in replies]


def test_a_case_that_was_alone_has_what_was_written_until_its_answer(talk: Talk, tmp_path: Path) -> None:
    """One process for many cases, asked one after the other: what came between question and answer is the case's."""
    replies = talk(_vendor(tmp_path, "stream"), 1, one_by_one=True).replies
    assert ["case"] == [reply.stderr_of for reply in replies]
    assert "looking at made:1\n" == replies[0].stderr.removesuffix("done with made:1\n")


@pytest.mark.parametrize("workers", [1, 2])
def test_of_cases_under_way_together_it_is_said(talk: Talk, tmp_path: Path, workers: int) -> None:
    """One process with several cases in flight: the words are called the program's, whichever case they speak of."""
    replies = talk(_vendor(tmp_path, "stream", workers=workers), 8).replies
    assert all(reply.stderr for reply in replies)
    assert {"program"} == {reply.stderr_of for reply in replies}


@pytest.mark.parametrize("mode", ["oneshot", "stream"])
def test_silence_is_nobodys(talk: Talk, tmp_path: Path, mode: str) -> None:
    """Where nothing was written, nothing is said of whose it is."""
    text = _vendor(tmp_path, mode)
    (tmp_path / "coder.py").write_text("\n".join(line for line in WRITES.splitlines() if "stderr" not in line))
    assert {("", "")} == {(reply.stderr, reply.stderr_of) for reply in talk(text, 3).replies}
