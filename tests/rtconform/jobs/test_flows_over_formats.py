"""Every flow over a format of the trade as over JSON: killed and resumed, in shards, on a cluster, replayed, hunted, certified."""

import csv
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

EDITOR = VENDORS / "x12_editor" / "editor.py"
FAULT = "pays-port-images"
FAILED = 36
"""How many claims of edits-claim an editor with this fault gets wrong."""

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


def test_a_run_that_was_killed_is_resumed(folder: Path, tmp_path: Path) -> None:
    """Killed in the middle and resumed, a run has the results of one that was never stopped, each claim once."""
    vendor = vendor_in(tmp_path / "slow", FAULT, pause=0.01)
    vendor.write_bytes((folder / "faulty" / "vendor.toml").read_bytes())  # claims go out under the same names
    out = tmp_path / "run"
    command = [sys.executable, "-m", "rtconform", "run", str(vendor), "--suite", "edits-claim", "--out", str(out)]
    assert 0 < kill_in_the_middle(command, out) < 668
    done = rtconform(*command[3:], "--resume", cwd=tmp_path)
    assert (1, records(folder / "whole")) == (done.returncode, records(out))


def test_shards_and_a_cluster(folder: Path) -> None:
    """Merged shards, and a run on a cluster, have the results of the whole run in one place."""
    run = ("run", "faulty/vendor.toml", "--suite", "edits-claim")
    for part in ("1/2", "2/2"):
        assert 1 == rtconform(*run, "--shard", part, "--out", f"part{part[0]}", cwd=folder).returncode
    assert 1 == rtconform("merge", "merged", "part2", "part1", cwd=folder).returncode
    assert records(folder / "whole") == records(folder / "merged")
    assert (folder / "whole" / "names.csv").read_text() == (folder / "merged" / "names.csv").read_text()
    done = rtconform(*run, "--cluster", "local:2", "--out", "cluster", cwd=folder)
    assert (1, records(folder / "whole")) == (done.returncode, records(folder / "cluster"))


def test_only_what_failed_is_asked_again(folder: Path) -> None:
    """A replay asks the claims that failed, in the same words, and no other."""
    done = rtconform("replay", "whole", "--vendor", "faulty/vendor.toml", "--out", "again", "--format", "json", cwd=folder)
    assert 1 == done.returncode, done.stderr
    became = json.loads(done.stdout)
    assert (1, FAILED, {"still failing"}) == (done.returncode, len(became), {claim["became"] for claim in became})
    failed = {result.id: result.answer_digest for result in RunFolder(folder / "whole").results() if result.verdict == "fail"}
    assert failed == {result.id: result.answer_digest for result in RunFolder(folder / "again").results()}


def test_a_hunt_finds_the_fault_through_the_format(folder: Path) -> None:
    """A hunt boils the fault down to the smallest claim, which a run asks again."""
    done = rtconform("hunt", "faulty/vendor.toml", "--out", "faults.jsonl", cwd=folder)
    assert 1 == done.returncode, done.stderr
    found = [json.loads(line) for line in (folder / "faults.jsonl").read_text().splitlines()]
    assert any("77417" in [line["code"] for line in claim["lines"]] for claim in found)
    again = rtconform("run", "faulty/vendor.toml", "--suite", "faults.jsonl", "--out", "found", cwd=folder)
    assert 1 == again.returncode
    assert {"fail"} == {result.verdict for result in RunFolder(folder / "found").results()}


def test_each_claim_is_a_test(folder: Path) -> None:
    """The pytest plugin asks in the format too: what it can't say is skipped with the reason."""
    options = ("--rtconform-vendor", "faulty/vendor.toml", "--rtconform-suite", "edits-claim", "-k", "0000")
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", *options]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    verdicts = [result.verdict for result in RunFolder(folder / "whole").results() if ":0000" in result.id]
    failed, skipped = verdicts.count("fail"), verdicts.count("not_applicable")
    assert f"{failed} failed, " in done.stdout if failed else "failed" not in done.stdout
    assert f"{len(verdicts) - failed - skipped} passed, {skipped} skipped" in done.stdout
    assert "837P and 837I" in done.stdout


def test_a_certificate_over_a_format(tmp_path: Path) -> None:
    """An editor that reads 837 and answers 835 is certified for what an 837 can say, and nothing that it was sent names a suite.

    It knows no national edits, so it declares the payers whose profiles don't adopt them.
    """
    vendor = vendor_in(tmp_path / "good")
    vendor.write_text(vendor.read_text().replace('"kept.py", "sent.837"', json.dumps(str(EDITOR))))  # a sandbox keeps no copies
    supports = '[vendor.supports]\npayers = ["commercial", "unitedhealthcare"]\n[format]'
    vendor.write_text(vendor.read_text().replace("[format]", supports))
    done = rtconform("certify", "good/vendor.toml", "--unsigned", "--readable", ROOT, "--out", "b.zip", cwd=tmp_path)
    assert (0, "") == (done.returncode, done.stderr), done.stdout
    bundle = read_bundle((tmp_path / "b.zip").read_bytes(), "b.zip")
    certificate = bundle.statement.predicate
    assert ("certified", {}) == (certificate.outcome, failing(bundle))
    assert [reason for reason in certificate.covered.not_applicable if "837P and 837I does not carry" in reason]
    assert 0 == rtconform("verify", "b.zip", cwd=tmp_path).returncode


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
