"""`rtconform replay`: only what failed is asked again, if it still is what it was."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import VENDORS
from tests.helpers.command import rtconform

pytestmark = pytest.mark.slow

FAULTY, CORRECT = (VENDORS / name / "vendor.toml" for name in ("three_faults", "correct"))
CRASHING = """
[vendor]
name = "Crashing"
version = "1"
[adapter]
kind = "cli"
command = ["false"]
mode = "oneshot"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run of a faulty coder in `old`."""
    path = tmp_path_factory.mktemp("replay")
    assert 1 == rtconform("run", FAULTY, "--suite", "published", "--out", "old", cwd=path).returncode
    return path


def _failed(folder: Path, name: str) -> dict[str, str]:
    lines = (folder / name / "results.jsonl").read_text().splitlines()
    return {case["id"]: case["verdict"] for case in map(json.loads, lines)}


@pytest.mark.parametrize(
    ("vendor", "became", "code"), [(FAULTY, {"still failing"}, 1), (CORRECT, {"fixed"}, 0), ("crashing.toml", {"error"}, 1)]
)
def test_only_what_failed_is_asked(folder: Path, vendor: Path | str, became: set[str], code: int) -> None:
    """The same coder still fails, one that was repaired is fixed, a crashing one is neither."""
    (folder / "crashing.toml").write_text(CRASHING)
    out = f"new-{code}-{len(str(vendor))}"
    done = rtconform("replay", "old", "--vendor", vendor, "--out", out, "--format", "json", cwd=folder)
    failed = {case for case, verdict in _failed(folder, "old").items() if verdict == "fail"}
    cases = json.loads(done.stdout)
    assert (code, became) == (done.returncode, {case["became"] for case in cases})
    assert failed == {case["id"] for case in cases} == set(_failed(folder, out))


def test_nothing_failed(folder: Path) -> None:
    """A run without failures has nothing to replay, and that is fine."""
    rtconform("run", CORRECT, "--suite", "published", "--out", "good", cwd=folder)
    done = rtconform("replay", "good", cwd=folder)
    assert (0, "good: no case failed: there is nothing to ask again\n") == (done.returncode, done.stdout)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda manifest: manifest["suites"][0].update(digest="00" * 32), "suite published has changed since that run"),
        (lambda manifest: manifest["suites"][0].update(version="0"), "it was version 0, this is version"),
        (lambda manifest: manifest.update(rule_set="2025.1"), "judged by rule set 2025.1"),
        (lambda manifest: manifest.update(mode="certify"), "a certifying run is asked only once"),
    ],
)
def test_what_has_changed_is_refused(folder: Path, change: Callable[[Any], object], said: str) -> None:
    """Other cases, other rules, a certifying run: exit 2 and a sentence, no traceback."""
    path = folder / "old" / "manifest.json"
    before = path.read_text()
    manifest = json.loads(before)
    change(manifest)
    path.write_text(json.dumps(manifest))
    try:
        done = rtconform("replay", "old", "--vendor", FAULTY, cwd=folder)
    finally:
        path.write_text(before)
    assert (2, True, False) == (done.returncode, said in done.stderr, "Traceback" in done.stderr)


@pytest.mark.hostile
def test_a_folder_starts_no_program(folder: Path) -> None:
    """The vendor file that a run's manifest names is started only by one who names it."""
    (folder / "trap.toml").write_text(CRASHING.replace('["false"]', '["touch", "started"]'))
    path = folder / "old" / "manifest.json"
    before = path.read_text()
    manifest = json.loads(before)
    manifest["vendor"]["file"] = str(folder / "trap.toml")
    path.write_text(json.dumps(manifest))
    try:
        done = rtconform("replay", "old", cwd=folder)
    finally:
        path.write_text(before)
    assert (2, False) == (done.returncode, (folder / "started").exists())
    assert (
        f"replay starts no program that only a folder names; if you trust it, name its vendor file: rtconform replay old --vendor {folder / 'trap.toml'}"
        in done.stderr
    )
