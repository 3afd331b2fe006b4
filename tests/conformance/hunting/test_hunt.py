"""The hunt finds planted faults, each with a case from which nothing more can be taken."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given

from rtconform.conformance.coder.role import CODER
from rtconform.conformance.coder.size import size_of_case as size_of
from rtconform.conformance.hunted import Hunted
from rtconform.conformance.hunting.hunt import hunt, smallest
from rtconform.conformance.hunting.stop import Stop
from rtconform.conformance.vendors.file import load_vendor
from rtconform.generators.suites.registry import suite
from rtconform.jobs.run import plan_run, run_to_folder
from rtconform.reference.coder.coder import code
from rtconform.reference.documents.claim import Claim
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import encode
from tests.helpers import PATIENCE_S, VENDORS, odd_records
from tests.helpers.command import rtconform

EFFORT = 60

Shape = tuple[int, int, int, int, int]
"""Plans, beams delivered, isocenters, sessions, acts of guidance."""


def subtle(fault: str, folder: Path) -> Path:
    """A vendor file for the coder of that subtle fault."""
    return program(folder, str(VENDORS / "subtle" / "subtle.py"), fault)


def program(folder: Path, *arguments: str) -> Path:
    """A vendor file for a Python program that reads cases a line."""
    command = json.dumps([sys.executable, *arguments])
    adapter = f'[adapter]\nkind = "cli"\nmode = "stream"\ntimeout_s = 5\nworkers = 1\ncommand = {command}\n'
    path = folder / "vendor.toml"
    path.write_text(f'[vendor]\nname = "V"\nversion = "1"\n{adapter}')
    return path


def hunted(vendor: Path, effort: int = EFFORT) -> Hunted:
    """A hunt with the default seed."""
    return hunt(load_vendor(vendor), effort=effort)


def shapes(found: Hunted) -> dict[str, Shape]:
    """The size of each smallest case by its cause."""
    return {each.cause.id: size_of(cast("Case", each.question))[:5] for each in found.found}  # type: ignore[misc]  # five of them


@cache
def three_faults() -> Hunted:
    """A hunt for the coder with three planted faults."""
    return hunted(VENDORS / "three_faults" / "vendor.toml")


SUBTLE: dict[str, tuple[str, Shape]] = {
    "approval_as_next_begins": ("IGRT-REVIEW/extra-line", (1, 1, 1, 1, 1)),
    "approval_before_session": ("IGRT-REVIEW/extra-line", (1, 1, 1, 1, 1)),
    "last_session_unapproved": ("IGRT-PROF/missing-line", (1, 1, 1, 1, 1)),
    "one_millimetre": ("ISO-CONTIGUOUS/level-too-high", (1, 2, 2, 1, 0)),
    "centimetres": ("ISO-SHIFT/level-too-low", (1, 2, 2, 1, 0)),
    "three_isocenters": ("ISO-SHIFT/level-too-low", (1, 3, 3, 1, 0)),
    "neighbours": ("ISO-CONTIGUOUS/level-too-high", (1, 2, 2, 1, 0)),
    "spirometry": ("L3-MOTION/level-too-low", (1, 1, 1, 1, 0)),
    "pet_ct": ("IGRT-PROF/missing-line", (1, 1, 1, 1, 1)),
    "intrafraction": ("L2-SINGLE/level-too-high", (1, 1, 1, 1, 1)),
    "first_beam": ("L3-MIXED/level-too-low", (1, 2, 1, 1, 0)),
    "couch": ("ISO-CORRECTION/level-too-high", (1, 1, 1, 1, 0)),
    "second_session": ("SCOPE-BEAM/extra-line", (1, 1, 1, 2, 0)),
    "third_session": ("SESSIONS/missing-line", (1, 1, 1, 3, 0)),
    "only_xe": ("SESSIONS/modifier", (1, 1, 1, 2, 0)),
    "port_images": ("PORT/extra-line", (1, 1, 1, 1, 0)),
    "accents": ("crash", (1, 1, 1, 1, 0)),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", SUBTLE)
def test_a_subtle_fault_is_found_and_shrunk(fault: str, tmp_path: Path) -> None:
    """A coder with one subtle fault, of kinds that no catalogue names for it: found, its smallest case as small as can be."""
    cause, shape = SUBTLE[fault]
    found = hunted(subtle(fault, tmp_path))
    assert "nothing_new" == found.ended
    assert shape == shapes(found).get(cause)
    assert all(each.stable for each in found.found)


@pytest.mark.slow
def test_each_of_three_planted_faults_is_found_and_named() -> None:
    """77386 for IMRT, set-up surface guidance as motion management, plans for isocenters: each at its smallest, and by name."""
    found = three_faults()
    sizes = shapes(found)
    assert (1, 1, 1, 1, 0) == sizes["SCOPE-DELETED/deleted-code"]
    assert (1, 1, 1, 1, 1) == sizes["AMM-SETUP/level-too-high"]
    assert (2, 2, 1, 1, 0) == sizes["ISO-CONTIGUOUS/level-too-high"]
    assert (1, 2, 2, 1, 0) == sizes["ISO-SHIFT/level-too-low"]
    names = {each.cause.id: each.fault.id if each.fault else None for each in found.found}
    assert "imrt-77386" == names["SCOPE-DELETED/deleted-code"]


def test_one_wrong_fact_that_shows_twice_is_one_fault() -> None:
    """Plans counted for isocenters: a shift overlooked and a contiguous area billed up are two causes of one fault."""
    found = three_faults()
    assert [
        {"SCOPE-DELETED/deleted-code"},
        {"ISO-SHIFT/level-too-low", "ISO-CONTIGUOUS/level-too-high"},
        {"AMM-SETUP/level-too-high"},
    ] == [{each.cause.id for each in group} for group in found.faults]
    assert {"by-plans"} == {each.fault.id for each in found.faults[1] if each.fault}


@pytest.mark.slow
def test_a_coder_that_knows_one_code_fails_every_level() -> None:
    """77407 whatever comes: wrong for 2D, electrons, mixed beams, isocenters, motion, second sessions, claims, dates."""
    sizes = shapes(hunted(VENDORS / "all_77407" / "vendor.toml", effort=30))
    assert {
        "L1-2D/level-too-high": (1, 1, 1, 1, 0),
        "L1-ELECTRON/level-too-high": (1, 1, 1, 1, 0),
        "L3-MIXED/level-too-low": (1, 2, 1, 1, 0),
        "L3-ISOCENTERS/level-too-low": (1, 2, 2, 1, 0),
        "L3-MOTION/level-too-low": (1, 1, 1, 1, 0),
        "IGRT-PROF/missing-line": (1, 1, 1, 1, 1),
        "SCOPE-TECHNIQUE/coded": (1, 1, 1, 1, 0),
    }.items() <= sizes.items()


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    """A correct coder is asked through the whole effort."""
    found = hunted(VENDORS / "correct" / "vendor.toml", effort=100)
    assert ((), "nothing_new") == (found.found, found.ended)
    assert 200 < found.asked


@pytest.mark.slow
@pytest.mark.parametrize("behaviour", ["unstable", "order_dependent", "memoriser"])
def test_an_answer_that_does_not_come_again_is_said_to_be_unstable(behaviour: str) -> None:
    """Chance, position, the case before, a known id: the hunt ends without a crash, and shows nothing as if it could be shown again."""
    found = hunted(VENDORS / "miniatures" / f"{behaviour}.toml", effort=20)
    assert found.found
    assert not all(each.stable for each in found.found)


@pytest.mark.slow
@pytest.mark.parametrize(("behaviour", "cause"), [("exits", "crash"), ("html", "invalid/schema")])
def test_no_answer_is_a_kind_of_fault(behaviour: str, cause: str) -> None:
    """Crashes and answers in no agreed form are kinds of fault, and end a hunt only where nothing else comes."""
    found = hunted(VENDORS / "miniatures" / f"{behaviour}.toml", effort=20)
    assert cause in shapes(found)


@pytest.mark.slow
def test_the_same_seed_finds_the_same(tmp_path: Path) -> None:
    """Byte for byte, and another seed draws other treatments."""
    vendor = load_vendor(subtle("spirometry", tmp_path))
    first, again, other = (hunt(vendor, effort=50, seed=seed) for seed in (5, 5, 6))
    assert [encode(each.question) for each in first.found] == [encode(each.question) for each in again.found]
    assert first.asked == again.asked
    assert first.asked != other.asked


@pytest.mark.slow
def test_what_is_found_is_a_suite_that_can_be_run(tmp_path: Path) -> None:
    """Exit 1, cases written, and a run on them shows each fault again: every case survives byte for byte."""
    vendor = subtle("couch", tmp_path)
    done = rtconform("hunt", str(vendor), "--effort", "30", "--out", "found.jsonl", "--format", "json", cwd=tmp_path)
    assert (1, "") == (done.returncode, done.stderr)
    said = json.loads(done.stdout)
    lines = (tmp_path / "found.jsonl").read_bytes().splitlines()
    replayed = suite(str(tmp_path / "found.jsonl"))
    assert lines == [replayed.case(index, 1).wire for index in range(replayed.size(None))]
    assert [row["case"] for row in said["found"]] == [json.loads(line)["id"] for line in lines]
    planned = plan_run(vendor, [str(tmp_path / "found.jsonl")], seed=1)
    summary = asyncio.run(run_to_folder(planned, tmp_path / "run", resume=False))
    assert 1 == summary.exit_code
    results = [json.loads(line) for line in (tmp_path / "run" / "results.jsonl").read_text().splitlines()]
    assert {"fail"} == {result["verdict"] for result in results}


@pytest.mark.slow
def test_exit_codes(tmp_path: Path) -> None:
    """0 nothing found, 2 no such vendor file, 3 a program that is not there."""
    nothing = rtconform("hunt", str(VENDORS / "correct" / "vendor.toml"), "--effort", "20", cwd=tmp_path)
    assert (0, "no fault found") == (nothing.returncode, nothing.stdout[:14])
    assert not (tmp_path / "hunts").exists()
    assert 2 == rtconform("hunt", "nowhere.toml", cwd=tmp_path).returncode
    lost = program(tmp_path, "x")
    lost.write_text(lost.read_text().replace(json.dumps(sys.executable), '"no-such-program"'))
    assert 3 == rtconform("hunt", str(lost), cwd=tmp_path).returncode


ENOUGH = 1500
CODES_NOTHING = """
import json, sys
with open(sys.argv[1], "a", buffering=1) as asked:
    for line in sys.stdin:
        print(json.dumps({"id": json.loads(line)["id"], "outcome": "coded", "lines": []}), flush=True)
        print(end=".", file=asked, flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_keeps_what_was_found(tmp_path: Path, by: signal.Signals) -> None:
    """Ctrl-C and SIGTERM: exit 130, the cases found so far are in the file, no traceback."""
    coder, asked, out = (tmp_path / name for name in ("coder.py", "asked", "found.jsonl"))
    coder.write_text(CODES_NOTHING)
    vendor = program(tmp_path, str(coder), str(asked))
    started = [sys.executable, "-m", "rtconform", "hunt", str(vendor), "--effort", "1000000", "--out", str(out)]
    with subprocess.Popen(started, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
        while process.poll() is None and not (asked.exists() and asked.stat().st_size > ENOUGH):
            time.sleep(0.05)
        process.send_signal(by)
        said, errors = process.communicate(timeout=PATIENCE_S)
    assert (130, "") == (process.returncode, errors)
    assert "interrupted" in said
    assert out.read_bytes().startswith(b'{"schema":"rtconform.case/1","id":"hunt:')


NEVER_ANSWERS = """
import sys, time
sys.stdin.readline()
open(sys.argv[1], "w").close()
time.sleep(600)
"""


@pytest.mark.slow
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_does_not_wait_for_an_answer(tmp_path: Path, by: signal.Signals) -> None:
    """Nothing was answered, nothing is found: exit 130 all the same, long before the vendor's time is up."""
    coder, asked, out = (tmp_path / name for name in ("coder.py", "asked", "found.jsonl"))
    coder.write_text(NEVER_ANSWERS)
    vendor = program(tmp_path, str(coder), str(asked))
    vendor.write_text(vendor.read_text().replace("timeout_s = 5", "timeout_s = 600"))
    started = [sys.executable, "-m", "rtconform", "hunt", str(vendor), "--out", str(out)]
    with subprocess.Popen(started, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not asked.exists():
            time.sleep(0.05)
        process.send_signal(by)
        said, errors = process.communicate(timeout=PATIENCE_S)
    assert (130, "") == (process.returncode, errors)
    assert "no fault found; 0 treatments asked; interrupted" in said
    assert not out.exists()


def test_told_to_stop_it_asks_no_more(tmp_path: Path) -> None:
    """Told amid its own doings, where nothing may be torn, a hunt ends before the next question with what it has found."""
    coder, stop = tmp_path / "coder.py", Stop()
    coder.write_text(CODES_NOTHING)
    vendor = load_vendor(program(tmp_path, str(coder), str(tmp_path / "asked")))
    found = hunt(vendor, stop=stop, watch=lambda asked, _: stop.tell() if asked == 40 else None)
    assert ("interrupted", 40) == (found.ended, found.asked)
    assert found.found
    assert Hunted(0, (), "interrupted") == hunt(vendor, stop=stop)


@pytest.mark.slow
@given(odd_records.cases())
def test_taken_apart_a_case_keeps_what_is_shown(case: Case) -> None:
    """Only what is asked for is left: as many isocenters as there were, nothing guided, and a record that can be coded."""

    def as_many(smaller: Case | Claim) -> bool:
        return isinstance(smaller, Case) and len(smaller.isocenters) == len(case.isocenters)

    least = smallest(CODER, case, shows=as_many)
    assert as_many(least)
    assert isinstance(least, Case)
    assert size_of(least) <= size_of(case)
    assert not any(session.guidance for session in least.sessions)
    code(least)
