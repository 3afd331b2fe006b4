"""What is skipped under .ci/run is a failure, unless its reason is allowed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import ROOT, TESTS
from tests.helpers.skips import ALLOWED

SKIPS = """
import pytest
{module}
@pytest.mark.skipif(True, reason="{reason}")
def test_marked(): ...

def test_called(): pytest.skip("{reason}")

@pytest.mark.xfail(reason="known")
def test_known(): raise ValueError
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reason", "module", "ci", "code"),
    [
        ("node is not installed", "", "true", 1),
        ("node is not installed", "", "", 0),
        (next(iter(ALLOWED)), "", "true", 0),
        ("", 'pytest.importorskip("no_such_module")', "true", 2),
        ("", 'pytest.importorskip("no_such_module")', "", 5),
    ],
)
def test_a_skip_in_ci(reason: str, module: str, ci: str, code: int, tmp_path: Path) -> None:
    """By a mark, a call or a missing module: under .ci/run a failure that says what to do, without it a skip; a known failure stays one."""
    (tmp_path / "conftest.py").write_text((TESTS / "conftest.py").read_text())
    (tmp_path / "test_skips.py").write_text(SKIPS.format(reason=reason, module=module))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", tmp_path, tmp_path],
        cwd=ROOT, env={**os.environ, "RTCONFORM_NO_SKIPS": ci}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert code == done.returncode, done.stdout
    assert (code in (1, 2)) == ("Have .ci/run install what is missing" in done.stdout)
