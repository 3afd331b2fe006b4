"""What stands where a file should: pipes, devices, folders, sockets, loops of links. Refused in words, at once, never waited for."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rtconform.reference.regular_file import open_regular, read_regular
from tests.helpers import PATIENCE_S, VENDORS

pytestmark = pytest.mark.hostile

CORRECT = str(VENDORS / "correct" / "vendor.toml")


def rtconform(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rtconform", *arguments], cwd=cwd, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    assert 0 == rtconform("run", CORRECT, "--suite", "published", "--out", "run", cwd=folder).returncode
    return folder / "run"


def put(kind: str, path: Path) -> None:
    """Something of this kind in place of a file."""
    path.unlink(missing_ok=True)
    made: dict[str, Callable[[], object]] = {
        "pipe": lambda: os.mkfifo(path),
        "device": lambda: path.symlink_to("/dev/zero"),
        "folder": path.mkdir,
        "loop": lambda: path.symlink_to(path.name),
        "socket": lambda: bind(path),
    }
    made[kind]()


def bind(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(os.path.relpath(path))


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "loop", "socket"])
def test_only_a_regular_file_is_opened(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every kind of thing that is not a file is an OSError that says what it is."""
    monkeypatch.chdir(tmp_path)
    put(kind, tmp_path / "odd")
    with pytest.raises(OSError, match=r"pipe|device|folder|socket|symbolic links"):
        open_regular(tmp_path / "odd")


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "", "nothing"])
def test_a_name_that_no_file_has(name: str, tmp_path: Path) -> None:
    """NUL characters and names longer than any file's are OSErrors too."""
    with pytest.raises(OSError, match=r".+"):
        read_regular(tmp_path / name)


COMMANDS = {
    "report": ["report", "run"],
    "compare": ["compare", "run", "run"],
    "replay": ["replay", "run", "--vendor", CORRECT],
    "merge": ["merge", "merged", "run", "run"],
    "resume": ["run", CORRECT, "--suite", "published", "--out", "run", "--resume"],
}

READ = ("manifest.json", "results.jsonl", "events.jsonl")
NOT_READ = {"merge": READ[1:], "replay": READ[2:]}
"""What a command does not read: a run that is not a shard is refused before its results are, a replay reads no events."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "name"), [(command, name) for command in COMMANDS for name in READ if name not in NOT_READ.get(command, ())]
)
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_a_run_folder_with_something_else_in_place_of_a_file(
    command: str, name: str, kind: str, run: Path, tmp_path: Path
) -> None:
    """Exit 2 with the file's name, at once: no pipe is waited for, no device is read for ever."""
    shutil.copytree(run, tmp_path / "run")
    (tmp_path / "run" / name).unlink()
    put(kind, tmp_path / "run" / name)
    done = rtconform(*COMMANDS[command], cwd=tmp_path)
    assert 2 == done.returncode, (done.stdout, done.stderr)
    assert name in done.stderr
    assert "Traceback" not in done.stderr


FILES = {
    "verify": ["verify", "odd"],
    "verify key": ["verify", CORRECT, "--public-key", "odd"],
    "certify": ["certify", "odd", "--unsigned"],
    "key": ["certify", CORRECT, "--key", "odd"],
    "seed": ["seed", "reveal", "odd"],
    "run": ["run", "odd", "--suite", "published"],
    "baseline": ["run", CORRECT, "--suite", "published", "--baseline", "odd"],
    "suite": ["run", CORRECT, "--suite", "./odd.toml"],
    "cases": ["run", CORRECT, "--suite", "./odd.jsonl"],
    "compare": ["compare", "odd", "odd"],
    "check": ["vendor", "check", "odd"],
    "hunt": ["hunt", "odd"],
    "code": ["code", "odd"],
    "edit": ["edit", "odd"],
}


@pytest.mark.parametrize("command", FILES)
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_something_else_in_place_of_a_file(command: str, kind: str, tmp_path: Path) -> None:
    """Wherever a command takes the path of a file: exit 2 and what stands there, at once."""
    arguments = FILES[command]
    (odd,) = {re.sub(r"^\./", "", word) for word in arguments if "odd" in word}
    put(kind, tmp_path / odd)
    done = rtconform(*arguments, cwd=tmp_path)
    assert 2 == done.returncode, (done.stdout, done.stderr)
    assert "odd" in done.stderr
    assert "Traceback" not in done.stderr
