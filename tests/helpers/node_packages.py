"""What tests use of npm, pinned in tests/node and beside the sample vendors. .ci/run installs it; elsewhere: `npm ci --ignore-scripts`."""

import os
import shutil
from pathlib import Path

import pytest

from tests.helpers import ROOT, TESTS

FOLDER = TESTS / "node"
"""Where the packages, and the scripts that use them, are."""


def package(name: str, *programs: str, home: Path = FOLDER) -> Path:
    """The folder of a package installed in `home`; skips the test where it, or one of the programs, is not installed."""
    found = home / "node_modules" / name
    missing = [program for program in programs if shutil.which(program) is None]
    if missing or not found.exists():
        what = ", ".join(
            [*missing, *([] if found.exists() else [f"{name} (npm ci --ignore-scripts --prefix {home.relative_to(ROOT)})"])]
        )
        assert not os.environ.get("CI"), f"CI must have {what}: .ci/run installs it"
        pytest.skip(f"not installed: {what}")
    return found
