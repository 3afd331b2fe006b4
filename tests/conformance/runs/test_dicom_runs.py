"""A coder that is asked in DICOM RT files: a folder for each case. What the sample engine gives for all is on record (tests/vendors)."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from rtconform.conformance.adapters import Reply
from rtconform.conformance.adapters.opening import open_adapter
from rtconform.conformance.adapters.processes.sandbox import enclosed
from rtconform.conformance.records import Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.vendors.file import load_vendor
from rtconform.conformance.vendors.settings import Vendor
from rtconform.formats.dicom.companion import companion_of
from rtconform.formats.dicom.writing.realism import Realism
from rtconform.formats.dicom.writing.writer import write_objects
from rtconform.generators.suites.registry import any_suite
from rtconform.generators.suites.suite import SuiteCase
from rtconform.jobs.run import plan_run, run_to_folder
from rtconform.reference.errors import UserError
from tests.helpers import VENDORS
from tests.helpers.command import rtconform

ENGINE = VENDORS / "dicom_engine" / "engine.py"


def vendor_file(path: Path, *more: str, command: tuple[str, ...] = (str(ENGINE), "{folder}"), mode: str = "oneshot") -> Path:
    """The vendor file of the engine."""
    words = json.dumps([sys.executable, *command, *more])
    path.write_text(
        '[vendor]\nname = "Engine"\nversion = "1"\n[format]\nquestion = "dicom"\ncompanion = "json"\n'
        f'[adapter]\nkind = "cli"\nmode = "{mode}"\ncommand = {words}\ntimeout_s = 60\nworkers = 2\n'
    )
    return path


def results(vendor: Path, out: Path, suite: str, only: Sequence[str] = ()) -> dict[str, Result]:
    """The results of a run by id: of the whole suite, or of some of its cases."""
    asyncio.run(run_to_folder(plan_run(vendor, (suite,), seed=1, only=only), out, resume=False))
    return {result.id: result for result in RunFolder(out).results()}


SHIFTED = ("published:level-3-two-isocenters-3d", "published:isocenter-planned-shift", "published:definition-3d")
"""Cases by which an engine is told that takes an isocenter that a control point leaves out for the origin, and one by which it is not."""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_fault_is_found_that_only_files_can_show(tmp_path: Path) -> None:
    """An engine that takes an isocenter that a control point leaves out for the origin misses second isocenters: found."""
    by_dicom = results(vendor_file(tmp_path / "v.toml", "--fault", "last-point"), tmp_path / "run", "published", SHIFTED)
    failed = [result for result in by_dicom.values() if result.verdict == "fail"]
    assert failed
    assert {"ISO-SHIFT"} == {rule for result in failed for rule in result.rules}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bwrap") is None and not os.environ.get("CI"), reason="bubblewrap (bwrap) is not installed")
def test_a_sandboxed_engine_sees_its_folder(tmp_path: Path) -> None:
    """In a certifying run's sandbox the folder of the question is there, and the answer comes."""
    boundary = enclosed(load_vendor(vendor_file(tmp_path / "v.toml")), readable=(VENDORS,))
    if boundary.why_none:
        pytest.skip(boundary.why_none)
    reply = asyncio.run(asked_once(boundary.vendor))
    assert ("answered", None) == (reply.status, None if reply.answer else reply.detail)


async def asked_once(vendor: Vendor) -> Reply:
    """One case, asked of the vendor."""
    adapter = open_adapter(vendor, lambda _: None)
    try:
        await adapter.start()
        return await adapter.ask(any_suite("published").case(0, 1).question)
    finally:
        await adapter.close()


@pytest.mark.slow
def test_a_check_lists_the_files_that_were_sent(tmp_path: Path) -> None:
    """`vendor check` names each file with its length and prints the companion: no object's bytes reach a terminal."""
    shown = rtconform("vendor", "check", vendor_file(tmp_path / "v.toml")).stdout
    assert re.search(r"^\s+\d{3}-rtplan\.dcm \(\d+ bytes\)$", shown, re.MULTILINE)
    assert '"schema": "rtconform.companion/1"' in shown
    assert "DICM" not in shown
    assert "Engine answers" in shown


def test_set_up_beams_are_a_trap(tmp_path: Path) -> None:
    """An engine that counts a set-up beam finds photons in an electron plan and codes nothing; one that does not codes it rightly."""
    suite = any_suite("published")
    item = suite.case(suite.index_of("published:level-1-single-electron-field")[0], 1)
    assert isinstance(item, SuiteCase)
    for file, content in write_objects(item.case, Realism(setup_beams=True)):
        (tmp_path / file).write_bytes(content)
    (tmp_path / "companion.json").write_text(json.dumps(companion_of(item.case)))
    assert ["77402"] == codes_of(tmp_path)
    assert [] == codes_of(tmp_path, "--fault", "setup-beams")


def codes_of(folder: Path, *more: str) -> list[str]:
    """What the engine bills for the files of a folder."""
    done = subprocess.run([sys.executable, ENGINE, folder, *more], capture_output=True, text=True, check=True)
    return [line["code"] for line in json.loads(done.stdout)["lines"]]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ({"mode": "stream"}, 'write kind = "cli", mode = "oneshot", and {folder} in the command'),
        ({"command": (str(ENGINE), "files")}, 'write kind = "cli", mode = "oneshot", and {folder} in the command'),
    ],
)
def test_what_does_not_go_together_is_told(tmp_path: Path, file: dict[str, str], said: str) -> None:
    """Questions of files need a program for each case that is told where they are."""
    with pytest.raises(UserError) as error:
        load_vendor(vendor_file(tmp_path / "v.toml", **file))  # type: ignore[arg-type]
    assert said in str(error.value)


def test_a_folder_needs_a_question_of_files(tmp_path: Path) -> None:
    """A command with {folder} and a question in JSON has no folder to name; DICOM without its companion decides nothing."""
    path = vendor_file(tmp_path / "v.toml")
    whole = path.read_text()
    path.write_text(whole.replace('question = "dicom"\ncompanion = "json"\n', ""))
    with pytest.raises(UserError, match="needs a question of files"):
        load_vendor(path)
    path.write_text(whole.replace('companion = "json"\n', ""))
    with pytest.raises(UserError, match="dicom questions have no companion 'none'; use \"json\""):
        load_vendor(path)
