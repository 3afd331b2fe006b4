"""What tests use of npm: packages pinned in tests/node/package-lock.json. .ci/run installs them; elsewhere: `npm ci --ignore-scripts`."""

import os
import shutil
from pathlib import Path

import pytest

from tests.helpers import TESTS

FOLDER = TESTS / "node"
"""Where the packages, and the scripts that use them, are."""


def package(name: str, *programs: str) -> Path:
    """The folder of an installed package; skips the test where it, or one of the programs, is not installed."""
    found = FOLDER / "node_modules" / name
    missing = [program for program in programs if shutil.which(program) is None]
    if missing or not found.exists():
        what = ", ".join([*missing, *([] if found.exists() else [f"{name} (npm ci --ignore-scripts --prefix tests/node)"])])
        assert not os.environ.get("CI"), f"CI must have {what}: .ci/run installs it"
        pytest.skip(f"not installed: {what}")
    return found
