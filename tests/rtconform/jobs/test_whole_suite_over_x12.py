"""A whole suite over X12: on a cluster as in one process, and no message names suite or claim. The other flows: test_flows.py."""

import csv
import json
import re
import sys
from pathlib import Path

import pytest

from rtconform.conformance.runs.folder import RunFolder
from tests.helpers import VENDORS
from tests.helpers.issued_bundles import rtconform

pytestmark = pytest.mark.slow

EDITOR = VENDORS / "x12_editor" / "editor.py"
FAULT = "pays-port-images"

KEPT = """
import runpy, sys, time
copy = open(sys.argv[1], "a")
class Kept:
    def __iter__(self):
        for line in sys.__stdin__:
            if line.startswith("ISA*"):
                time.sleep({pause})
            print(line, end="", file=copy, flush=True)
            yield line
sys.stdin = Kept()
sys.argv = sys.argv[:1] + sys.argv[2:]
runpy.run_path({editor!r}, run_name="__main__")
"""
"""The editor of X12, which takes its time, and keeps a copy of everything that it is sent."""


def vendor_in(folder: Path, *faults: str, pause: float = 0, workers: int = 2) -> Path:
    """A vendor file with its program beside it."""
    folder.mkdir(exist_ok=True)
    (folder / "kept.py").write_text(KEPT.format(editor=str(EDITOR), pause=pause))
    command = json.dumps([sys.executable, "kept.py", "sent.837", *faults])
    path = folder / "vendor.toml"
    path.write_text(
        '[vendor]\nname = "Editor"\nversion = "1"\nrole = "editor"\n[format]\nquestion = "x12"\nanswer = "x12"\n'
        f'[adapter]\nkind = "cli"\ncommand = {command}\ntimeout_s = 60\nworkers = {workers}\n'
    )
    return path


def records(out: Path) -> str:
    """The results of a run, without its times."""
    return re.sub(r'"latency_ms":[0-9.e+-]+', "", (out / "results.jsonl").read_text())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a faulty editor in `faulty` and its unbroken run in `whole`."""
    path = tmp_path_factory.mktemp("flows")
    vendor_in(path / "faulty", FAULT)
    done = rtconform("run", "faulty/vendor.toml", "--suite", "edits-claim", "--out", "whole", cwd=path)
    assert 1 == done.returncode, done.stderr
    return path


def test_on_a_cluster(folder: Path) -> None:
    """A run on a cluster has the results of the whole run in one place."""
    run = ("run", "faulty/vendor.toml", "--suite", "edits-claim")
    done = rtconform(*run, "--cluster", "local:2", "--out", "cluster", cwd=folder)
    assert (1, records(folder / "whole")) == (done.returncode, records(folder / "cluster"))


def test_no_message_tells_where_a_claim_comes_from(folder: Path) -> None:
    """No label, name or number of a message holds the suite's name, the claim's id or its place; the map is in the run folder."""
    sent = (folder / "faulty" / "sent.837").read_text()
    names = re.findall(r"^CLM\*([^*]+)\*", sent, re.MULTILINE)
    assert {20} == {len(name) for name in names}
    assert not re.search(r"edits|suite|rtconform|claim:", sent, re.IGNORECASE)
    controls = re.findall(r"^IEA\*1\*([0-9]{9})~", sent, re.MULTILINE)
    numbers = [int(number) for number in controls]
    assert sorted(numbers) != numbers
    assert len(set(controls)) == len(set(names))
    with (folder / "whole" / "names.csv").open(newline="") as stream:
        known = {row["asked_as"]: row["id"] for row in csv.DictReader(stream)}
    asked = [result.id for result in RunFolder(folder / "whole").results() if result.verdict != "not_applicable"]
    assert asked == list(known.values())
    assert set(known) <= set(names)
