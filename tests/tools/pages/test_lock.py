"""Suites are the same bytes on every machine, at any time, whole or in parts, and can't change in silence."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rtconform.generators.suites.registry import SUITES
from rtconform.reference.errors import UserError
from tests.helpers import ROOT
from tools.pages.lock import lock_document, refuse_silent_change

LOCK = ROOT / "docs" / "suites.lock"

PRINT_LOCK = "from tools.pages.lock import lock_document; print(lock_document(), end='')"
SHARDED = """
import hashlib, json, sys
from rtconform.generators.suites.registry import SUITES, any_suite
for name in SUITES:
    found = any_suite(name)
    size = min(found.size(None), 2000)
    whole = [found.case(i, 1).wire for i in range(size)]
    backwards = [found.case(i, 1).wire for i in reversed(range(size))][::-1]
    parts = [found.case(i, 1).wire for part in range(3) for i in range(size * part // 3, size * (part + 1) // 3)]
    assert whole == backwards == parts, name
    print(name, hashlib.sha256(b"\\n".join(whole)).hexdigest())
"""


def python(code: str, *before: str, **environment: str) -> str:
    """What a fresh interpreter prints, started by the command `before` if there is one."""
    command = [*before, sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **environment}).stdout


def test_suites_are_what_the_lock_says() -> None:
    """Each suite's version, length and digest are those of the committed lock."""
    assert lock_document() == LOCK.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1", "TZ": "America/Los_Angeles"},
        {"PYTHONHASHSEED": "4242", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"},
    ],
    ids=["time zone west", "time zone east"],
)
def test_nothing_outside_has_an_influence(environment: dict[str, str]) -> None:
    """Neither hash seed, time zone nor locale changes a byte."""
    assert LOCK.read_text(encoding="utf-8") == python(PRINT_LOCK, **environment)


@pytest.mark.slow
def test_the_clock_has_no_influence() -> None:
    """With the clock a day on, every suite is the same."""
    faketime = shutil.which("faketime")
    if faketime is None:
        assert not os.environ.get("CI"), "CI must have faketime: .ci/run installs it"
        pytest.skip("faketime is not installed: the clock can't be set for one program")
    assert LOCK.read_text(encoding="utf-8") == python(PRINT_LOCK, faketime, "-f", "+1d")


@pytest.mark.slow
def test_parts_are_the_whole() -> None:
    """Cases made in order, backwards, or in shards are the same bytes."""
    assert list(SUITES) == [line.split()[0] for line in python(SHARDED).splitlines()]


@pytest.mark.slow
def test_a_suite_can_not_change_in_silence(tmp_path: Path) -> None:
    """A digest that changed under the same version is refused; with a new version it is not."""
    locked = json.loads(LOCK.read_text(encoding="utf-8"))
    locked["suites"]["published"]["digest"] = "0" * 64
    path = tmp_path / "suites.lock"
    path.write_text(json.dumps(locked))
    with pytest.raises(UserError, match="published changed without a new version"):
        refuse_silent_change(path)
    locked["suites"]["published"]["version"] = "0"
    path.write_text(json.dumps(locked))
    refuse_silent_change(path)
