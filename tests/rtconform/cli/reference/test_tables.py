"""`rtconform tables` and `rtconform edit` with tables of the user's own."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from rtconform.cli.main import cli
from tests.reference.national_edits.test_read import MUE, PTP, written


def tables(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["tables", *arguments])


def test_load_and_show(tmp_path: Path) -> None:
    """What is loaded is shown, with its edition; what is not there is said not to be."""
    pairs = written(tmp_path, "ccipra-v323r0-f1.TXT", PTP)
    units = written(tmp_path, "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv", MUE)
    own = str(tmp_path / "own")
    loaded = tables("load", str(pairs), str(units), "--to", own)
    assert (0, True) == (
        loaded.exit_code,
        "NCCI PTP edits, practitioner, v32.3 (2026 Q4), from 2026-10-01, 4 rows" in loaded.output,
    )
    shown = tables("show", "77412", "77407", "--on", "2026-10-14", "--tables", own, "--format", "json")
    rows = json.loads(shown.stdout)
    says = {(row["table"], row["setting"], row["what"]): row["says"] for row in rows}
    assert says["ptp", "practitioner", "77412/77407"].startswith("indicator 1: together with 59")
    assert "not in the table, which is not the same as no limit" == says["mue", "practitioner", "77407"]
    assert "load your own each quarter" in shown.stderr


def test_shipped_tables_are_shown_without_a_folder(tmp_path: Path) -> None:
    """Without a folder the snapshot answers, and says that the practitioners' pairs are not in it."""
    shown = tables("show", "77412", "77407", "--on", "2026-10-14", "--tables", str(tmp_path / "none"))
    assert (0, True) == (shown.exit_code, "no table of this setting is shipped or loaded" in shown.stdout)
    assert 0 == tables("show", "--tables", str(tmp_path / "none")).exit_code


def test_mistakes_are_told(tmp_path: Path) -> None:
    """A date that is none, a code of another family, a damaged file: exit code 2 and what to do; nothing is kept of it."""
    assert "write YYYY-MM-DD" in str(tables("show", "77412", "--on", "10/14/2026").exception)
    assert "not a code of this family" in str(tables("show", "99213").exception)
    good = written(tmp_path, "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv", MUE)
    bad = written(tmp_path, "ccipra-v323r0-f1.TXT", PTP.replace("20260101", "x"))
    refused = tables("load", str(good), str(bad), "--to", str(tmp_path / "own"))
    assert ":8, column 4" in str(refused.exception)
    assert not (tmp_path / "own").exists()


def test_a_claim_is_edited_by_loaded_tables(tmp_path: Path) -> None:
    """A pair that only a loaded table has stops a line, and the prose names the table and its edition."""
    tables("load", str(written(tmp_path, "ccipra-v323r0-f1.TXT", PTP)), "--to", str(tmp_path / "own"))
    claim = {
        "id": "own:1", "kind": "professional", "place_of_service": "11", "patient": {"id": "SYN-1", "birth_date": "1953-04-02", "sex": "male"},
        "lines": [{"number": n, "code": code, "date_of_service": "2026-03-09"} for n, code in enumerate(("77412", "77407"), 1)],
    }  # fmt: skip
    (tmp_path / "claim.jsonl").write_text(json.dumps(claim))
    prose = (
        CliRunner().invoke(cli, ["edit", str(tmp_path / "claim.jsonl"), "--explain", "--tables", str(tmp_path / "own")]).output
    )
    assert "line 2, 77407 on 2026-03-09: deny" in prose
    assert "national edit: NCCI PTP edits, practitioner, v32.3 (2026 Q4): 77412/77407, indicator 1" in prose
