"""Long streams of suite clinic stay small: what is kept from case to case is bounded."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

PROBE = """
import re
from pathlib import Path

from rtconform.generators.suites.registry import suite

clinic = suite("clinic")
for first, end in ((0, 20_000), (20_000, 60_000)):
    for index in range(first, end):
        clinic.case(index, 1).wire
    print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""
MOST_MORE_MB = 32  # 20 to 24 are seen; 44 when every deck made all of its layouts


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process's memory is read from /proc")
def test_memory_hardly_grows() -> None:
    """The most memory in use, at 60,000 cases against 20,000."""
    said = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True).stdout
    soon, later = (int(line) / 1024 for line in said.split())
    assert later - soon < MOST_MORE_MB, f"{soon:.0f} MB at 20,000 cases, {later:.0f} at 60,000"
