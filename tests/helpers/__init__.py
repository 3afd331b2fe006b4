"""What several tests share. Where the checkout, the tests and the sample vendors are."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
VENDORS = TESTS / "vendors"

PATIENCE_S = 500
"""How long a test waits for a program that is judged by what it does, in seconds: only one that hangs takes so long, also on a slow and
busy machine. Less than pytest's own limit (pyproject.toml)."""
