"""Whole runs over MLLP: an engine that reads HL7 v2 with a library of others is held to the verdicts of a coder of JSON."""

import asyncio
from pathlib import Path

import pytest

from rtconform.conformance.records import Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.jobs.run import plan_run, run_to_folder
from tests.helpers import VENDORS
from tests.helpers.mllp_engine import engine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def results(vendor: Path, out: Path, suite: str = "published") -> dict[str, Result]:
    """A whole run's results by id."""
    asyncio.run(run_to_folder(plan_run(vendor, (suite,), seed=1), out, resume=False))
    return {result.id: result for result in RunFolder(out).results()}


def test_an_engine_of_mllp_is_held_to_the_verdicts_of_a_coder_of_json(tmp_path: Path) -> None:
    """Every case is asked, and gets the verdict that the same coder gets in JSON."""
    with engine(tmp_path / "engine") as vendor:
        by_mllp = results(vendor, tmp_path / "mllp")
    by_json = results(VENDORS / "correct" / "vendor.toml", tmp_path / "json")
    assert {name: result.verdict for name, result in by_json.items()} == {name: one.verdict for name, one in by_mllp.items()}


def test_a_planted_fault_is_found(tmp_path: Path) -> None:
    """An engine that forgets documents bills no approved guidance: cases fail, and those without an approval pass."""
    with engine(tmp_path / "engine", "--fault", "drops-documents") as vendor:
        found = results(vendor, tmp_path / "mllp")
    failed = [result for result in found.values() if result.verdict == "fail"]
    assert failed
    assert {"pass", "accepted", "fail"} >= {result.verdict for result in found.values()}
    assert all("IGRT-PROF" in result.rules for result in failed)
