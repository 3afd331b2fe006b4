"""Builds the wheel from an exported tree, installs it in an empty environment, and does there all that the documentation says.

`STEPS` lists what is tried, one row each. Nothing of the checkout is used except two sample vendors, which are copied.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENDORS = ("three_faults", "correct", "correct_editor")

CALLABLE = """
[vendor]
name = "Callable"
version = "1"

[adapter]
kind = "python"
callable = "always:code"
"""
ALWAYS = """
def code(case):
    lines = [{"session": session["id"], "code": "77407"} for session in case["sessions"]]
    return {"id": case["id"], "outcome": "coded", "lines": lines}
"""
OWN_TEST = """
import rtconform
from always import code
from hypothesis import given, settings
from rtconform import strategies


@rtconform.parametrize("boundaries")
def test_coder(case):
    case.check(code(case.data))


@settings(max_examples=5, database=None)
@given(strategies.cases())
def test_ids(case):
    assert rtconform.code(case).id == case.id
"""
HELP = """
import click
from click.testing import CliRunner
from rtconform.cli.main import COMMANDS, cli

def walk(command, words):
    done = CliRunner().invoke(cli, [*words, "--help"])
    assert done.exit_code == 0 and "Usage" in done.output, (words, done.output, done.exception)
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            walk(command.get_command(click.Context(command), name), [*words, name])

walk(cli, [])
print(len(COMMANDS), "commands")
"""
API = """
import rtconform
from always import code

assert all(getattr(rtconform, name) is not None for name in rtconform.__all__)
run = rtconform.run(code, ["published"])
assert len(run.results) == len(rtconform.suite("published")) and run.failures and not run.conformant
item = rtconform.suite("published")[0]
assert rtconform.judge(item, code(item.data)).verdict in ("pass", "fail")
assert rtconform.edit(rtconform.suite("edits-claim")[0]).lines
assert [str(path) for path in run.write("by-api", "html", "junit")] == ["by-api/report.html", "by-api/junit.xml"]
print(run)
"""


@dataclass(frozen=True)
class Step:
    """A command of the wheel's, its exit code, what it must print, and the files that it must leave."""

    command: tuple[str, ...]
    exit_code: int = 0
    prints: str = ""
    leaves: tuple[str, ...] = ()
    into: str = ""


FAULTY, _, EDITOR = (f"{vendor}/vendor.toml" for vendor in VENDORS)
REPORTS = ("report.html", "junit.xml", "report.json", "summary.md", "report.tap", "badge.svg", "results.csv", "appeals.txt")
STEPS = (
    Step(("python", "-c", HELP), prints="commands"),
    Step(("rtconform", "--version"), prints="rule set"),
    *(
        Step(("rtconform", word), prints=prints)
        for word, prints in (("rules", "ISO-SHIFT"), ("suites", "exhaustive"), ("space", ""))
    ),
    Step(("rtconform", "demo"), prints="ISO-SHIFT", leaves=("rtconform-demo/run/report.html",)),
    Step(
        ("rtconform", "demo", "--editor", "--out", "editor-demo"), prints="false denials", leaves=("editor-demo/run/report.html",)
    ),
    Step(("rtconform", "schema", "case"), prints="$defs"),
    Step(("rtconform", "explore", "--out", "explore.html"), leaves=("explore.html",)),
    Step(("rtconform", "about", "--format", "cyclonedx"), prints="CycloneDX"),
    Step(("rtconform", "vendor", "init"), prints="[adapter]"),
    Step(("rtconform", "vendor", "check", FAULTY)),
    Step(("rtconform", "generate", "published"), into="cases.jsonl"),
    Step(("rtconform", "generate", "edits-claim"), into="claims.jsonl"),
    Step(("rtconform", "code", "cases.jsonl", "--explain"), prints="SCOPE-TECHNIQUE"),
    Step(("rtconform", "edit", "claims.jsonl"), prints='"deny"'),
    Step(
        ("rtconform", "export", "published", "exported"), leaves=("exported/expected.jsonl", "exported/schemas/case.schema.json")
    ),
    Step(("rtconform", "run", FAULTY, "--suite", "published,boundaries", "--out", "run"), 1, leaves=("run/report.html",)),
    Step(("rtconform", "run", EDITOR, "--suite", "edits-claim", "--out", "editor"), prints="conformant"),
    Step(("rtconform", "report", "run", "--format", "html,junit,json,markdown,tap,badge,csv,appeals,table"), leaves=REPORTS),
    Step(("rtconform", "compare", "run", "run")),
    Step(("rtconform", "replay", "run", "--vendor", FAULTY, "--out", "again"), 1),
    Step(("rtconform", "run", FAULTY, "--suite", "published", "--shard", "1/2", "--out", "half-1"), 1),
    Step(("rtconform", "run", FAULTY, "--suite", "published", "--shard", "2/2", "--out", "half-2"), 1),
    Step(("rtconform", "merge", "whole", "half-1", "half-2"), 1, leaves=("whole/report.html",)),
    Step(("rtconform", "hunt", "always.toml", "--effort", "20", "--out", "hunt.jsonl"), 1, leaves=("hunt.jsonl",)),
    Step(
        ("rtconform", "certify", "always.toml", "--unsigned", "--seed", "7", "--out", "refusal.zip"), 1, leaves=("refusal.zip",)
    ),
    Step(("rtconform", "verify", "refusal.zip"), 1, prints="signature"),
    Step(("rtconform", "strength", "--help"), prints="--suite"),
    Step(("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_own.py"), 1, prints="failed"),
    Step(
        (
            "python",
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--rtconform-vendor",
            FAULTY,
            "--rtconform-suite",
            "published",
        ),
        1,
    ),
    Step(("python", "-c", API), prints="not conformant", leaves=("by-api/report.html",)),
)


def main() -> None:
    """Build, look, install, do every step."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _run((sys.executable, "-m", "build", "--outdir", folder / "dist", ROOT), folder)
        (wheel,) = (folder / "dist").glob("*.whl")
        _look_into(wheel)
        _run((sys.executable, "-m", "build", "--wheel", "--outdir", folder / "again", ROOT), folder)
        if wheel.read_bytes() != (folder / "again" / wheel.name).read_bytes():
            sys.exit(f"{wheel.name}: two builds of one tree differ")
        environment = folder / "empty"
        venv.create(environment, with_pip=True)
        python = environment / "bin" / "python"
        quiet = ("--quiet", "--disable-pip-version-check", "-c", ROOT / "constraints.txt")
        _run((python, "-m", "pip", "install", *quiet, f"{wheel}[certify]"), folder)
        work = folder / "work"
        _furnish(work)
        where = _run((python, "-c", "import rtconform.reports as r; print(r.__file__)"), work)
        if str(ROOT) in where:
            sys.exit(f"the wheel was not used: {where}")
        for step in STEPS:
            _do(step, environment / "bin", work)
    print(f"{wheel.name}: the same bytes in two builds; in an empty environment it did {len(STEPS)} things of the docs")


def _look_into(wheel: Path) -> None:
    """The package and its metadata, and nothing that only developers run."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    stray = [name for name in names if not name.startswith(("rtconform/", "rtconform-"))]
    developers = [name for name in names if {"tools", "tests", "docs", "__pycache__"} & set(Path(name).parts[:-1])]
    if stray or developers:
        sys.exit(f"{wheel.name} holds what does not belong there: {', '.join(stray + developers)}")
    for needed in ("rtconform/py.typed", "rtconform/reference/coder/rules.py", "rtconform/generators/data/boundaries.toml"):
        if needed not in names:
            sys.exit(f"{wheel.name} lacks {needed}")
    if not any(name.endswith(".data/data/share/man/man1/rtconform.1") for name in names):
        sys.exit(f"{wheel.name} lacks its manual page")


def _furnish(work: Path) -> None:
    work.mkdir()
    for vendor in VENDORS:
        shutil.copytree(ROOT / "tests" / "vendors" / vendor, work / vendor)
    for name, text in (("always.toml", CALLABLE), ("always.py", ALWAYS), ("test_own.py", OWN_TEST)):
        (work / name).write_text(text, encoding="utf-8")


def _do(step: Step, programs: Path, work: Path) -> None:
    output = _run((programs / step.command[0], *step.command[1:]), work, step.exit_code)
    shown = " ".join(word if "\n" not in word else "…" for word in step.command)
    if step.prints not in output:
        sys.exit(f"{shown}: did not print {step.prints!r}:\n{output}")
    if step.into:
        (work / step.into).write_text(output, encoding="utf-8")
    folder = work / "run" if step.leaves == REPORTS else work
    if missing := [name for name in step.leaves if not (folder / name).is_file()]:
        sys.exit(f"{shown}: did not write {', '.join(missing)}")
    print(f"ok: {shown}", flush=True)


def _run(command: Sequence[str | Path], cwd: Path, exit_code: int = 0) -> str:
    """The command's standard output; another exit code than the one that is due ends the check."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False, env=environment)
    if done.returncode != exit_code:
        words = " ".join(map(str, command))
        sys.exit(f"{words}: exit code {done.returncode}, not {exit_code}\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
