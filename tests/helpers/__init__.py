"""What several tests share. Where the checkout, the tests and the sample vendors are."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
VENDORS = TESTS / "vendors"
