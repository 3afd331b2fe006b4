"""Shards: run apart and merged, they are the run that was never taken apart; what does not fit is refused."""

import json
import re
import shutil
from pathlib import Path

import pytest

from rtconform.conformance.runs.folder import RunFolder
from rtconform.generators.suites.registry import suite
from rtconform.reports.figures.summary import summarise
from tests.helpers import VENDORS
from tests.helpers.command import rtconform

pytestmark = pytest.mark.slow

FAULTY = VENDORS / "three_faults" / "vendor.toml"
SUITES = "published,boundaries"


def timeless(folder: Path, name: str) -> str:
    """A file of a run folder without times."""
    text = (folder / name).read_text()
    return re.sub(r'"(latency_ms|started_at|at)": ?("[^"]*"|[0-9.e-]+)', r'"\1": 0', text)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three shards of a run."""
    folder = tmp_path_factory.mktemp("shards")
    made = [folder / f"part{part}" for part in (1, 2, 3)]
    for part, out in enumerate(made, 1):
        done = rtconform("run", FAULTY, "--suite", SUITES, "--shard", f"{part}/3", "--out", out)
        assert 1 == done.returncode, done.stderr
    return made


def test_merged_shards_are_the_whole_run(parts: list[Path], tmp_path: Path) -> None:
    """In whatever order they are given: manifest and results are byte for byte those of the unsharded run, but for times."""
    assert 1 == rtconform("run", FAULTY, "--suite", SUITES, "--out", tmp_path / "whole").returncode
    done = rtconform("merge", tmp_path / "merged", parts[2], parts[0], parts[1])
    assert 1 == done.returncode, done.stderr
    for name in ("manifest.json", "results.jsonl"):
        assert timeless(tmp_path / "whole", name) == timeless(tmp_path / "merged", name)
    kinds = [json.loads(line)["kind"] for line in (tmp_path / "merged" / "events.jsonl").read_text().splitlines()]
    assert (1, "finished") == (kinds.count("finished"), kinds[-1])
    assert (tmp_path / "merged" / "report.html").exists()


def test_a_shard_is_a_run_of_its_own(parts: list[Path]) -> None:
    """A shard's report speaks of its own cases only: none is missing."""
    summary = summarise(RunFolder(parts[0]))
    assert (sum(suite(name).size(None) // 3 for name in SUITES.split(",")), 0) == (summary.cases, summary.counts["unanswered"])


def changed(folder: Path, to: Path, name: str, old: str, new: str) -> Path:
    """A copy of a shard in which one file says something else."""
    shutil.copytree(folder, to)
    text = (to / name).read_text()
    assert old in text
    (to / name).write_text(text.replace(old, new, 1))
    return to


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("manifest.json", '"seed": 1', '"seed": 2', "seed"),
        ("manifest.json", '"rule_set": "2026.1"', '"rule_set": "2026.2"', "rule_set"),
        ("manifest.json", '"version": "1"', '"version": "2"', "suites"),
        ("manifest.json", '"file_digest": "', '"file_digest": "0', "vendor file"),
        ("manifest.json", '"version": "2025.4"', '"version": "2025.5"', "vendor's version"),
    ],
)
def test_what_does_not_fit_is_refused(parts: list[Path], tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    """A shard of another seed, rule set, suite or vendor is refused by name, and nothing is written."""
    odd = changed(parts[1], tmp_path / "odd", name, old, new)
    done = rtconform("merge", tmp_path / "merged", parts[0], odd, parts[2])
    assert (2, True) == (done.returncode, said in done.stderr)
    assert not (tmp_path / "merged").exists()


def test_missing_double_and_unfinished_shards_are_refused(parts: list[Path], tmp_path: Path) -> None:
    """A shard that is missing is named; so is one given twice, one without all its results, and a run that is not a shard."""
    done = rtconform("merge", tmp_path / "merged", parts[0], parts[2])
    assert (2, True) == (done.returncode, "shard 2/3 missing" in done.stderr)
    for number, said in (
        (2**53, "19/9007199254740992, 20/9007199254740992, 21/9007199254740992 and 9007199254740971 more"),
        (0, "no shard 1 of 0"),
    ):
        manifest = json.loads((parts[0] / "manifest.json").read_text()) | {"shard": [1, number]}
        (tmp_path / "altered").mkdir(exist_ok=True)
        (tmp_path / "altered" / "manifest.json").write_text(json.dumps(manifest))
        done = rtconform("merge", tmp_path / "merged", tmp_path / "altered")
        assert (2, True) == (done.returncode, said in done.stderr), done.stderr
    done = rtconform("merge", tmp_path / "merged", *parts, parts[1])
    assert (2, True) == (done.returncode, "are the same shard, number 2" in done.stderr)
    cut = tmp_path / "cut"
    shutil.copytree(parts[1], cut)
    lines = (cut / "results.jsonl").read_text().splitlines(keepends=True)
    (cut / "results.jsonl").write_text("".join(lines[:-1]))
    done = rtconform("merge", tmp_path / "merged", parts[0], cut, parts[2])
    whole = suite("boundaries").size(None)
    size = whole * 2 // 3 - whole // 3
    assert (2, True) == (done.returncode, f"{size - 1} of the {size} cases of suite boundaries" in done.stderr)
    (cut / "results.jsonl").write_text("".join([*lines, lines[0]]))
    done = rtconform("merge", tmp_path / "merged", parts[0], cut, parts[2])
    assert (2, True) == (done.returncode, "there twice" in done.stderr)
    assert not (tmp_path / "merged").exists()
