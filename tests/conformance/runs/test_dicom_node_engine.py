"""A charge engine in JavaScript, over dcmjs, with a planted fault; what it gives without one is on record (tests/vendors)."""

import json
from pathlib import Path

import pytest

from tests.conformance.runs.test_dicom_runs import SHIFTED, results
from tests.helpers import VENDORS
from tests.helpers.node_packages import package

HOME = VENDORS / "dicom_node_engine"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def vendor_file(path: Path, *more: str) -> Path:
    """The vendor file of the engine; skips the test where node or dcmjs is not installed."""
    package("dcmjs", "node", home=HOME)
    text = (HOME / "vendor.toml").read_text()
    told = next(line for line in text.splitlines() if line.startswith("command = "))
    path.write_text(text.replace(told, f"command = {json.dumps(['node', str(HOME / 'engine.mjs'), '{folder}', *more])}"))
    return path


def test_a_planted_fault_is_found(tmp_path: Path) -> None:
    """The engine that takes an isocenter that a control point leaves out for the origin misses second isocenters: found."""
    by_dicom = results(vendor_file(tmp_path / "v.toml", "--fault", "last-point"), tmp_path / "run", "published", SHIFTED)
    failed = [result for result in by_dicom.values() if result.verdict == "fail"]
    assert failed
    assert {"ISO-SHIFT"} == {rule for result in failed for rule in result.rules}
