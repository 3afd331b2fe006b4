"""Every command that a report or the terminal prints works as it stands, pasted where the run was started."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import lxml.etree
import lxml.html
import pytest

from rtconform.cli.main import COMMANDS
from tests.fuzz.documents import example
from tests.helpers import PATIENCE_S, VENDORS

COMMAND = re.compile(rf"\brtconform (?:{'|'.join(COMMANDS)})\b[^\n`]*")
PLACEHOLDERS = ("VENDOR", "RUN", "ID", "…")
"""What a command that is only mentioned in prose holds, or it names nothing to work on."""

pytestmark = pytest.mark.slow

PERFORM = """
import json, shlex, sys
from click.testing import CliRunner
from rtconform.cli.main import cli
told = []
for command in json.load(sys.stdin):
    done = CliRunner().invoke(cli, shlex.split(command)[1:])
    told.append([command, done.exit_code, repr(done.exception), done.output[-400:]])
print(json.dumps(told))
"""


def _rtconform(folder: Path, *arguments: str | Path) -> str:
    """What a command prints, on both streams."""
    command = [sys.executable, "-m", "rtconform", *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout + done.stderr


def _printed(run: Path, said: str) -> set[str]:
    """Every command in a run's reports, and in what was printed."""
    texts = [said, *(path.read_text("utf-8") for path in run.glob("*.*") if path.suffix in (".md", ".csv"))]
    texts += [path.read_text("utf-8").replace('"\n', "\n").replace("\\n", "\n") for path in run.glob("*.tap")]  # YAML's strings
    texts += [str(text) for path in run.glob("*.xml") for text in lxml.etree.parse(path).xpath("//text()")]
    page = lxml.html.parse(run / "report.html").getroot() if (run / "report.html").exists() else None
    texts += [code.text_content() for code in page.iter("code", "pre")] if page is not None else []
    return set(_commands(texts))


def _commands(texts: list[str]) -> Iterator[str]:
    for text in texts:
        for found in COMMAND.findall(text):
            words = found.split()
            if len(words) > 2 and not any(word.strip(".,;:") in PLACEHOLDERS for word in words):
                yield found.strip()


def _all_work(folder: Path, commands: set[str]) -> None:
    """Each ends as a command may that found what there is to find, and says nothing of a mistake in what it was given."""
    assert commands
    done = subprocess.run(
        [sys.executable, "-c", PERFORM],
        cwd=folder,
        input=json.dumps(sorted(commands)),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert 0 == done.returncode, f"{sorted(commands)}\n{done.stderr}"
    told = json.loads(done.stdout)
    assert [] == [each for each in told if each[1] not in (0, 1) or ("SystemExit" not in each[2] and each[2] != "None")]


def _vendor(folder: Path, name: str) -> str:
    """A sample vendor in the folder, beside what it takes from others, in a folder with a blank in its name."""
    for each in {name, "correct"}:
        shutil.copytree(VENDORS / each, folder / "our vendors" / each)
    return f"our vendors/{name}/vendor.toml"


@pytest.mark.parametrize(
    ("vendor", "suite", "options"),
    [
        ("three_faults", "published,boundaries", "--only published:isocenter-planned-shift"),
        ("three_faults", "clinic", "--seed 7 --count 20"),
        ("all_77407", "invalid,respelled", "--shard 2/99"),
        ("sample_editor", "edits-claim", "--only edits-claim:1:000000 --only edits-claim:1:000400 --only edits-claim:1:000600"),
    ],
)
def test_what_a_run_prints(tmp_path: Path, vendor: str, suite: str, options: str) -> None:
    """Coders and editors, shipped suites, cases of any seed."""
    file = _vendor(tmp_path, vendor)
    said = _rtconform(tmp_path, "run", file, "--suite", suite, "--out", "my run", *options.split())
    said += _rtconform(tmp_path, "report", "my run", "--format", "html,junit,tap,markdown,csv,table")
    _all_work(tmp_path, _printed(tmp_path / "my run", said))


def test_what_a_run_of_suites_of_ones_own_prints(tmp_path: Path) -> None:
    """Suites as TOML files, in a folder with a blank in its name, alone and beside shipped ones: each case is asked again by its file."""
    file = _vendor(tmp_path, "all_77407")
    folder = tmp_path / "our suites"
    folder.mkdir()
    own = example("how-to/suites.md", "## Write your own, without Python").decode()
    (folder / "my clinic.toml").write_text(own)
    other = own.partition("set = ")[0].replace("my-clinic", "theirs").replace("prostate-vmat", "spine-ap-pa")
    other = other.replace("hospital-professional", "hospital-facility").replace('"nothing"', '"77402"')
    (folder / "theirs.toml").write_text(other)
    named = ("--suite", "our suites/my clinic.toml", "--suite", "our suites/theirs.toml")
    said = _rtconform(tmp_path, "run", file, *named, "--suite", "published", "--out", "run")
    said += _rtconform(tmp_path, "report", "run", "--format", "html,junit,tap,markdown,csv,table")
    commands = _printed(tmp_path / "run", said)
    for suite in ("'our suites/my clinic.toml'", "'our suites/theirs.toml'", "published"):
        assert any(f"--suite {suite}" in command for command in commands)
    _all_work(tmp_path, commands)


@pytest.mark.parametrize("vendor", ["all_77407", "sample_editor"])
def test_what_a_hunt_prints(tmp_path: Path, vendor: str) -> None:
    """The suite that a hunt wrote is run as it says, and so is each case of that run; nothing but the suite is left behind."""
    file = _vendor(tmp_path, vendor)
    said = _rtconform(tmp_path, "hunt", file, "--effort", "5", "--out", "my faults.jsonl")
    assert {"my faults.jsonl", "our vendors"} == {path.name for path in tmp_path.iterdir()}
    commands = set(_commands([said]))
    assert {f"rtconform run {shlex.quote(file)} --suite 'my faults.jsonl'"} == commands
    _all_work(tmp_path, commands)

    said = _rtconform(tmp_path, "run", file, "--suite", "my faults.jsonl", "--out", "run")
    said += _rtconform(tmp_path, "report", "run", "--format", "junit,tap,markdown")
    _all_work(tmp_path, _printed(tmp_path / "run", said))
    said = subprocess.run(
        [sys.executable, "-m", "rtconform", "replay", "run"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    ).stderr
    _all_work(tmp_path, set(_commands([said])))


def test_what_vendor_check_prints(tmp_path: Path) -> None:
    """The command to go on with."""
    file = _vendor(tmp_path, "three_faults")
    commands = set(_commands([_rtconform(tmp_path, "vendor", "check", file)]))
    assert 1 == len(commands)
    _all_work(tmp_path, commands)


@pytest.mark.parametrize("options", [(), ("--editor",)])
def test_what_the_demo_prints(tmp_path: Path, options: tuple[str, ...]) -> None:
    """A report, and three commands to go on with; a second demo in the same place is refused."""
    said = _rtconform(tmp_path, "demo", "--out", "a demo", *options)
    assert (tmp_path / "a demo" / "run" / "report.html").exists()
    commands = {command.partition("    #")[0] for command in _commands([said])}
    assert 3 == len(commands)
    _all_work(tmp_path, {command for command in commands if "hunt" not in command})
    with pytest.raises(AssertionError, match="exists already; give another --out"):
        _rtconform(tmp_path, "demo", "--out", "a demo", *options)
