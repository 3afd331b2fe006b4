"""What faults weigh: real runs, and a table of values made up for the test."""

import re
from pathlib import Path

import pytest

from tests.helpers import VENDORS
from tests.helpers.command import rtconform

pytestmark = pytest.mark.slow

TABLE = """
[period.2026-01-01]
until = 2027-01-01
source = "a table made up for a test"
unit = "points"
hospital_outpatient = { 77402 = 10.0, 77407 = 20.0, 77412 = 40.0, 77387-26 = 5.0, G6015 = 15.0 }
freestanding = { 77402 = 10.0, 77407 = 20.0, 77412 = 40.0, 77387-26 = 5.0, G6015 = 15.0 }
"""


def weighed(run: Path, table: Path | None) -> dict[str, str]:
    """What the page says that each fault weighs, by the fault's id."""
    done = rtconform("report", run, *(["--relative-values", table] if table else []))
    assert (0, "") == (done.returncode, done.stderr)
    page = (run / "report.html").read_text(encoding="utf-8")
    faults = re.findall(r'<details class="fault" id="fault-([^"]+)">(.*?)</summary>', page, re.DOTALL)
    return {name: found[1] for name, text in faults if (found := re.search(r"Weighs: ([^<]+)<", text))}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "values.toml").write_text(TABLE, encoding="utf-8")
    return tmp_path / "values.toml"


def test_a_coder_bills_too_much_or_too_little(tmp_path: Path, table: Path) -> None:
    """The difference to what is due, a session, over the cases with that fault alone; a deleted code is paid nothing."""
    run = tmp_path / "run"
    rtconform("run", VENDORS / "three_faults" / "vendor.toml", "--suite", "published,boundaries", "--out", run)

    found = weighed(run, table)

    assert found["ISO-CONTIGUOUS/level-too-high"].startswith("bills 20,000 points too much in 1,000 sessions")
    assert " points too little in 1,000 sessions" in found["SCOPE-DELETED/deleted-code"]


def test_the_shipped_table_weighs_by_setting(tmp_path: Path, table: Path) -> None:
    """Without a table of the user's the national amounts weigh, for each setting too; on days that a table lacks nothing is weighed."""
    run = tmp_path / "run"
    rtconform("run", VENDORS / "three_faults" / "vendor.toml", "--suite", "published", "--out", run)
    table.write_text(TABLE.replace("2026-01-01", "2024-01-01").replace("2027-01-01", "2025-01-01"), encoding="utf-8")

    shipped = weighed(run, None).values()
    assert shipped
    assert all(" dollars " in text for text in shipped)
    assert any("hospital outpatient" in text and "freestanding" in text for text in shipped)
    assert {} == weighed(run, table)


def test_an_editor_overpays_or_withholds(tmp_path: Path, table: Path) -> None:
    """A miss is overpaid, a false denial withheld."""
    run = tmp_path / "run"
    rtconform("run", VENDORS / "sample_editor" / "vendor.toml", "--suite", "edits-claim", "--out", run)

    words = weighed(run, table).values()

    assert {"overpays", "withholds"} == {text.split()[0] for text in words}
