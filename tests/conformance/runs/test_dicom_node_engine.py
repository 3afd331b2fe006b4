"""A charge engine in JavaScript, over dcmjs: a second library reads our DICOM objects, and its verdicts are those of JSON."""

import json
import shutil
from pathlib import Path

import pytest

from tests.conformance.runs.test_dicom_runs import results
from tests.helpers import VENDORS

HOME = VENDORS / "dicom_node_engine"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def vendor_file(path: Path, *more: str) -> Path:
    """The vendor file of the engine; skips the test where node or dcmjs is not installed."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    if not (HOME / "node_modules" / "dcmjs").is_dir():
        pytest.skip(f"dcmjs is not installed: npm ci --prefix {HOME}")
    text = (HOME / "vendor.toml").read_text()
    told = next(line for line in text.splitlines() if line.startswith("command = "))
    path.write_text(text.replace(told, f"command = {json.dumps(['node', str(HOME / 'engine.mjs'), '{folder}', *more])}"))
    return path


def test_an_engine_of_javascript_is_held_to_the_verdicts_of_a_coder_of_json(tmp_path: Path) -> None:
    """Every case of `published`, protons and brachytherapy too, gets the verdict that the same coder gets in JSON."""
    by_dicom = results(vendor_file(tmp_path / "v.toml"), tmp_path / "dicom", "published")
    by_json = results(VENDORS / "correct" / "vendor.toml", tmp_path / "json", "published")
    assert {name: result.verdict for name, result in by_json.items()} == {
        name: result.verdict for name, result in by_dicom.items()
    }


def test_a_planted_fault_is_found(tmp_path: Path) -> None:
    """The engine that takes an isocenter that a control point leaves out for the origin misses second isocenters: found."""
    by_dicom = results(vendor_file(tmp_path / "v.toml", "--fault", "last-point"), tmp_path / "run", "published")
    failed = [result for result in by_dicom.values() if result.verdict == "fail"]
    assert failed
    assert {"ISO-SHIFT"} == {rule for result in failed for rule in result.rules}
