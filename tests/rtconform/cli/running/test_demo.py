"""`rtconform demo`: each sample vendor runs with what is copied, and its planted faults are found."""

import json
from collections import Counter
from datetime import datetime, timedelta
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


def test_a_certificate_from_the_wheel_alone(tmp_path: Path) -> None:
    """Key, certificate and report are in the folder; the bundle says that it is a demonstration, ends soon, and verifies elsewhere."""
    done = rtconform("demo", "--certificate", "--out", "demo", cwd=tmp_path)
    assert 0 == done.returncode, done.stderr
    assert "report: demo/report.html" in done.stdout
    assert 0o600 == (tmp_path / "demo" / "key.pem").stat().st_mode & 0o777
    checked = rtconform("verify", "demo/certificate.zip", "--public-key", "demo/key.pub", "--format", "json", cwd=tmp_path)
    verified = json.loads(checked.stdout)
    certificate = verified["certificate"]
    assert (True, "DEMONSTRATION, not a product") == (verified["valid"], certificate["vendor"]["name"])
    days = datetime.fromisoformat(certificate["valid_until"]) - datetime.fromisoformat(certificate["issued_at"])
    assert timedelta(days=1) == days
    assert b"DEMONSTRATION, not a product" in (tmp_path / "demo" / "report.html").read_bytes()
    again = rtconform("demo", "--certificate", "--out", "demo", cwd=tmp_path)
    assert (2, True) == (again.returncode, "demo: exists already" in again.stderr)


def test_a_certificate_is_of_the_sample_coder(tmp_path: Path) -> None:
    """Beside --editor or a format it is refused, and nothing is written."""
    done = rtconform("demo", "--certificate", "--editor", "--out", "demo", cwd=tmp_path)
    assert (2, False) == (done.returncode, (tmp_path / "demo").exists())
    assert "leave out --editor and --format" in done.stderr
