"""What a pytest run of a vendor costs beside `rtconform run`: a ratio, printed (`make bench`)."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import VENDORS

pytestmark = pytest.mark.slow

Benchmark = Any  # the fixture of pytest-benchmark, which comes without types


def test_a_pytest_run_beside_a_run(benchmark: Benchmark, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Suite `boundaries` put to a program, by pytest and by `rtconform run`, both with their start."""
    vendor = VENDORS / "correct" / "vendor.toml"
    plugin = ["pytest", "-q", "-p", "no:cacheprovider", "--rtconform-vendor", str(vendor), "--rtconform-suite", "boundaries"]
    run = ["rtconform", "run", str(vendor), "--suite", "boundaries", "--out", str(tmp_path / "run")]
    by_pytest = benchmark.pedantic(lambda: _timed(plugin, tmp_path), rounds=1)
    by_run = _timed(run, tmp_path)
    with capsys.disabled():
        print(f"\npytest {by_pytest:.2f} s, rtconform run {by_run:.2f} s: {by_pytest / by_run:.1f} times (bound: 2)")


def _timed(command: list[str], folder: Path) -> float:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", *command], cwd=folder, env=environment, capture_output=True, check=True)
    return time.perf_counter() - began
