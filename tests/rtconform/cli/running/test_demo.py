"""`rtconform demo`: each sample vendor runs with what is copied, and its planted faults are found."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.helpers.command import rtconform

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("options", [("--editor",), ("--format", "x12")], ids=["editor", "x12"])
def test_the_sample_editor_runs_and_fails(options: tuple[str, ...], tmp_path: Path) -> None:
    """The copied program answers everything that it is asked, and its faults are failures of the report."""
    done = rtconform("demo", *options, "--out", "demo", cwd=tmp_path)
    assert 0 == done.returncode, done.stderr
    results = map(json.loads, (tmp_path / "demo" / "run" / "results.jsonl").read_text().splitlines())
    counts = Counter(result["verdict"] for result in results)
    assert counts["fail"] > 50
    assert {"pass", "accepted", "fail", "not_applicable"} >= set(counts)
