"""Every sample vendor gets the verdicts that are on record, case by case: what moves code, or makes it quicker, changes none."""

import os
import shutil
from pathlib import Path

import pytest

from rtconform.generators.suites.registry import any_suite
from tests.helpers import VENDORS as SAMPLES
from tests.helpers.node_packages import package
from tests.helpers.recorded_runs import RECORDS, read_record, record, vendor_files

QUICK = {"miniatures-noisy", "miniatures-liar", "sample_editor-vendor"}
FILES = vendor_files()
VENDORS = [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow, id=name) for name in FILES]


def test_every_vendor_is_on_record() -> None:
    """Each vendor file has its record, and there is none of a vendor that has gone."""
    assert sorted(FILES) == sorted(file.stem for file in RECORDS.glob("*.json"))


@pytest.mark.parametrize("name", FILES)
def test_records_are_of_the_present_suites(name: str) -> None:
    """A suite with a new version has new cases, and needs a new record."""
    outdated = {
        suite: kept.version for suite, kept in read_record(name).suites.items() if kept.version != any_suite(suite).version
    }
    assert {} == outdated, f"run `make recorded`, look at the difference, and say in the commit why verdicts changed: {outdated}"


NODE_PACKAGES = {"x12_node_coder-vendor": "node-x12", "dicom_node_engine-vendor": "dcmjs"}
"""What the sample vendors in JavaScript are written against."""


@pytest.mark.slow
@pytest.mark.parametrize("name", VENDORS)
def test_a_run_gives_what_is_on_record(name: str, tmp_path: Path) -> None:
    """Exit code, findings, expected answers, verdicts and broken rules are those of the record."""
    if name == "http_node-vendor" and shutil.which("node") is None:
        assert not os.environ.get("CI"), "CI must have Node: .ci/run installs it"
        pytest.skip("Node is not installed: the HTTP coder with its own JSON can't be started")
    if name in NODE_PACKAGES:
        package(NODE_PACKAGES[name], "node", home=SAMPLES / name.removesuffix("-vendor"))
    kept, now = read_record(name), record(name, FILES[name], tmp_path / "run")
    assert (kept.exit_code, kept.findings) == (now.exit_code, now.findings)
    for suite, part in kept.suites.items():
        assert part == now.suites[suite], suite
