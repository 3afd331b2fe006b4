"""--quiet: one rule for every command that says more than it was asked for."""

import json
import shutil
from pathlib import Path

import click
import pytest

from rtconform.cli.main import cli
from rtconform.conformance.certificates.envelope import new_key_pair
from tests.helpers import TESTS
from tests.helpers.command import rtconform
from tools.pages.command_tree import commands_of

CORRECT = TESTS / "vendors" / "correct" / "vendor.toml"
FAULTY = TESTS / "vendors" / "three_faults" / "vendor.toml"

SAYS_MORE = {
    "demo": (["demo", "--out", "new"], 0),
    "run": (["run", str(FAULTY), "--suite", "published", "--out", "new"], 1),
    "merge": (["merge", "new", "part1", "part2"], 0),
    "report": (["report", "run", "--format", "html,junit"], 0),
    "hunt": (["hunt", str(CORRECT), "--effort", "1", "--out", "new.jsonl"], 0),
    "board": (["board", "run", "--out", "new"], 0),
    "replay": (["replay", "run", "--vendor", str(FAULTY), "--out", "new"], 1),
    "export": (["export", "published", "new"], 0),
    "tables load": ([], 0),
    "explore": (["explore", "--out", "new.html"], 0),
    "suites lock": (["suites", "lock", "--key", "key.pem", "--out", "new.json"], 0),
    "strength": ([], 0),
    "vendor init": (["vendor", "init", "new.toml"], 0),
    "vendor check": (["vendor", "check", str(CORRECT)], 0),
    "certify": (["certify", str(CORRECT), "--key", "key.pem", "--seed", "1", "--no-sandbox", "--out", "new.zip"], 0),
    "seed commit": (["seed", "commit", "--vendor", "A", "--out", "new.json"], 0),
}
"""Each command with --quiet, a use of it in the folder of the fixture, and the exit code of that. Without a use: it takes minutes, or CMS's tables."""

ONLY_WHAT_WAS_ASKED = {
    "compare", "generate", "convert", "code", "edit", "payer check", "tables show", "rules", "schema", "suites verify", "space",
    "verify", "seed reveal", "about", "completion",
}  # fmt: skip
"""They print their result; beside it only what is lost or wrong, which nobody should miss."""

DEAR = {"certify", "suites lock", "merge", "hunt", "demo"}
"""Those that take seconds."""

RESULT = {"vendor check": "ok   ", "seed commit": ""}
"""What is the result itself, on standard output, and stays: the answers of the check, the commitment that is published."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run, two shards, and a key."""
    folder = tmp_path_factory.mktemp("prepared")
    assert 1 == rtconform("run", FAULTY, "--suite", "published", "--out", folder / "run").returncode
    for part in "12":
        made = rtconform("run", CORRECT, "--suite", "published", "--shard", f"{part}/2", "--out", folder / f"part{part}")
        assert 0 == made.returncode
    (folder / "key.pem").write_bytes(new_key_pair()[0])
    (folder / "key.pem").chmod(0o600)
    return folder


def leaves() -> dict[str, click.Command]:
    """Every command that does something, by its name without `rtconform`."""
    return {
        " ".join(path[1:]): command
        for path, command in commands_of(("rtconform",), cli)
        if len(path) > 1 and not isinstance(command, click.Group)
    }


def test_every_command_is_on_one_side() -> None:
    """Each command of the parser has --quiet and -q, or is known to print only what was asked for; a new one must choose."""
    with_it = {
        name
        for name, command in leaves().items()
        if any({"--quiet", "-q"} == set(parameter.opts) for parameter in command.params)
    }
    assert (set(SAYS_MORE), ONLY_WHAT_WAS_ASKED) == (with_it, leaves().keys() - with_it)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in DEAR else []) for name in SAYS_MORE if SAYS_MORE[name][0]]
)
def test_quiet_is_quiet(name: str, prepared: Path, tmp_path: Path) -> None:
    """With --quiet: the same exit code and the same files, and of what was said without it only a result remains."""
    arguments, code = SAYS_MORE[name]
    loud, quiet = tmp_path / "loud", tmp_path / "quiet"
    for folder in (loud, quiet):
        shutil.copytree(prepared, folder)
    said, silent = rtconform(*arguments, cwd=loud), rtconform(*arguments, "--quiet", cwd=quiet)
    warned = [line for line in said.stderr.splitlines() if "runs without a sandbox" in line]
    assert (code, code, True) == (said.returncode, silent.returncode, len(said.stdout + said.stderr) > 0)
    assert _files(loud) == _files(quiet)
    if name in RESULT:
        assert all(line.startswith((RESULT[name], "  ")) for line in silent.stdout.splitlines())
        assert (True, "") == (len(silent.stdout + silent.stderr) < len(said.stdout + said.stderr), silent.stderr)
    else:
        assert ("", warned) == (silent.stdout, silent.stderr.splitlines())


def test_json_is_asked_for(prepared: Path, tmp_path: Path) -> None:
    """--quiet keeps back what is for a person: JSON, and a table that is itself the format, are still printed."""
    ended = rtconform("run", FAULTY, "--suite", "published", "--out", tmp_path / "new", "--quiet", "--format", "json")
    assert (1, False) == (ended.returncode, json.loads(ended.stdout)["conformant"])
    ended = rtconform("report", prepared / "run", "--format", "table", "-q")
    assert (0, True) == (ended.returncode, "not conformant" in ended.stdout)


def test_what_is_wrong_is_still_said(tmp_path: Path) -> None:
    """An error is an error: --quiet takes no message away."""
    ended = rtconform("board", tmp_path / "none", "--out", tmp_path / "board", "--quiet")
    assert (2, True) == (ended.returncode, "no such file or folder" in ended.stderr)


def _files(folder: Path) -> set[str]:
    return {
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.suffix not in (".pyc", ".part")
    }
