"""Every flow of a coder that answers in a format, as of one that answers in JSON: killed and resumed, in shards, replayed, hunted,
tested by pytest, certified."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rtconform.conformance.certificates.bundle import read_bundle
from rtconform.conformance.runs.folder import RunFolder
from tests.helpers import PATIENCE_S, ROOT, VENDORS
from tests.helpers.issued_bundles import failing, rtconform
from tests.helpers.killed_run import kill_in_the_middle

pytestmark = pytest.mark.slow

FAULT = "forgets-modifiers"
SUITE = "pairwise"
CASES = 191
ACK = '[answers]\nends = "ack"\n'
CODERS = {"csv": ("csv_coder", (), ""), "hl7v2": ("hl7_coder", ("charges", "blocks"), ACK)}
"""For each format a sample coder, how it answers, and what its vendor file says besides."""

PACED = """
import runpy, sys, time
class Paced:
    buffer = property(lambda self: self)
    def __iter__(self):
        for line in sys.__stdin__.buffer:
            time.sleep({pause})
            yield line
sys.stdin = Paced()
runpy.run_path({coder!r}, run_name="__main__")
"""
"""A sample coder that takes its time."""


def vendor_in(folder: Path, form: str, *faults: str, pause: float = 0) -> Path:
    """The vendor file of the sample coder of a format, with its program beside it."""
    name, options, tables = CODERS[form]
    folder.mkdir()
    (folder / "coder.py").write_text(PACED.format(coder=str(VENDORS / name / "coder.py"), pause=pause))
    text = (VENDORS / name / "vendor.toml").read_text()
    command = json.dumps([sys.executable, "coder.py", *options, *faults])
    path = folder / "vendor.toml"
    path.write_text(text.replace('["python3", "coder.py"]', command) + tables)
    return path


def records(out: Path) -> str:
    """The results of a run, without its times."""
    return re.sub(r'"latency_ms":[0-9.e+-]+', "", (out / "results.jsonl").read_text())


@pytest.fixture(scope="module", params=list(CODERS))
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a faulty coder in `faulty` and its unbroken run in `whole`; its name begins with the format's."""
    path = tmp_path_factory.mktemp(f"{request.param}-")
    vendor_in(path / "faulty", request.param, FAULT)
    done = rtconform("run", "faulty/vendor.toml", "--suite", SUITE, "--out", "whole", cwd=path)
    assert 1 == done.returncode, done.stderr
    return path


def test_a_run_that_was_killed_is_resumed(folder: Path, tmp_path: Path) -> None:
    """Killed in the middle and resumed, a run has the results of one that was never stopped, each case once."""
    vendor = vendor_in(tmp_path / "slow", folder.name.partition("-")[0], FAULT, pause=0.05)
    vendor.write_bytes((folder / "faulty" / "vendor.toml").read_bytes())  # cases go out under the same names
    out = tmp_path / "run"
    command = [sys.executable, "-m", "rtconform", "run", str(vendor), "--suite", SUITE, "--out", str(out)]
    assert 0 < kill_in_the_middle(command, out) < CASES
    done = rtconform(*command[3:], "--resume", cwd=tmp_path)
    assert (1, records(folder / "whole")) == (done.returncode, records(out))


def test_shards_are_the_whole(folder: Path) -> None:
    """Merged shards have the results of the whole run in one place, and the same map of names where there is one."""
    for part in ("1/2", "2/2"):
        run = ("run", "faulty/vendor.toml", "--suite", SUITE, "--shard", part, "--out", f"part{part[0]}")
        assert 1 == rtconform(*run, cwd=folder).returncode
    assert 1 == rtconform("merge", "merged", "part2", "part1", cwd=folder).returncode
    assert records(folder / "whole") == records(folder / "merged")
    kept = [(folder / name / "names.csv") for name in ("whole", "merged")]
    assert {folder.name.startswith("hl7v2")} == {path.exists() for path in kept}
    assert 1 == len({path.read_text() if path.exists() else "" for path in kept})


def test_only_what_failed_is_asked_again(folder: Path) -> None:
    """A replay asks the cases that failed, in the same words, and no other."""
    done = rtconform("replay", "whole", "--vendor", "faulty/vendor.toml", "--out", "again", "--format", "json", cwd=folder)
    assert 1 == done.returncode, done.stderr
    failed = {result.id: result.answer_digest for result in RunFolder(folder / "whole").results() if result.verdict == "fail"}
    assert {"still failing"} == {case["became"] for case in json.loads(done.stdout)}
    assert failed == {result.id: result.answer_digest for result in RunFolder(folder / "again").results()}


def test_a_hunt_finds_the_fault_through_the_format(folder: Path) -> None:
    """A hunt boils the fault down to a small case, which a run asks again."""
    done = rtconform("hunt", "faulty/vendor.toml", "--out", "faults.jsonl", cwd=folder)
    assert 1 == done.returncode, done.stderr
    assert (folder / "faults.jsonl").read_text()
    again = rtconform("run", "faulty/vendor.toml", "--suite", "faults.jsonl", "--out", "found", cwd=folder)
    assert 1 == again.returncode
    assert {"fail"} == {result.verdict for result in RunFolder(folder / "found").results()}


def test_each_case_is_a_test(folder: Path) -> None:
    """The pytest plugin reads answers in the format too."""
    options = ("--rtconform-vendor", "faulty/vendor.toml", "--rtconform-suite", SUITE, "-k", "0000")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    verdicts = [result.verdict for result in RunFolder(folder / "whole").results() if ":0000" in result.id]
    failed = verdicts.count("fail")
    assert 0 < failed < len(verdicts)
    assert f"{failed} failed, {len(verdicts) - failed} passed" in done.stdout


@pytest.mark.parametrize("form", list(CODERS))
def test_a_certificate_over_a_format(form: str, tmp_path: Path) -> None:
    """A coder that answers in a format is certified, spoilt and respelled questions included, and its bundle verifies."""
    vendor_in(tmp_path / "good", form)
    done = rtconform("certify", "good/vendor.toml", "--unsigned", "--readable", ROOT, "--out", "b.zip", cwd=tmp_path)
    assert (0, "") == (done.returncode, done.stderr), done.stdout
    bundle = read_bundle((tmp_path / "b.zip").read_bytes(), "b.zip")
    assert ("certified", {}) == (bundle.statement.predicate.outcome, failing(bundle))
    assert 0 == rtconform("verify", "b.zip", cwd=tmp_path).returncode
