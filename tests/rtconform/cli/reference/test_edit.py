"""`rtconform edit`: claims in, adjudications out, and every bad input told with its place."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rtconform.cli.main import main
from rtconform.generators.suites.edits import EDITS_CLAIM, EDITS_DOCUMENTED
from rtconform.generators.suites.suite import cases

CLAIM: dict[str, Any] = {
    "schema": "rtconform.claim/1",
    "id": "denied:1",
    "kind": "professional",
    "payer": "acme",
    "place_of_service": "11",
    "patient": {"id": "SYN-1", "birth_date": "1953-04-02", "sex": "male"},
    "lines": [
        {"number": 1, "session": "S1", "code": "77412", "date_of_service": "2026-03-09"},
        {"number": 2, "session": "S1", "code": "77387", "date_of_service": "2026-03-09"},
    ],
}
PROFILE = """[profile]
name = "acme"
title = "Acme"
payers = ["acme"]
[period.2026-01-01]
source = "a notice"
guidance_in_freestanding = "26"
second_session = ["76"]
most_sessions = 2
"""


def edited(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of `rtconform edit`."""
    try:
        main(["edit", *arguments])
    except SystemExit as ended:
        out, err = capfd.readouterr()
        return int(ended.code or 0), out, err
    raise AssertionError("the command does not end")


def written(folder: Path, *documents: object) -> str:
    path = folder / "claims.jsonl"
    path.write_text("".join(json.dumps(document) + "\n" for document in documents))
    return str(path)


def test_a_line_of_json_for_each_claim(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Each claim gets one adjudication, in order, as JSON Lines; a table and prose say the same."""
    code, out, _ = edited(capfd, written(tmp_path, CLAIM, {**CLAIM, "id": "denied:2"}))
    assert (0, ["denied:1", "denied:2"]) == (code, [json.loads(line)["id"] for line in out.splitlines()])
    _, table, _ = edited(capfd, written(tmp_path, CLAIM), "--format", "table")
    assert "allow" in table
    _, prose, _ = edited(capfd, written(tmp_path, CLAIM), "--explain")
    assert "appeal: Claim denied:1, line 1, patient SYN-1: 77412, one unit, was billed to acme for 2026-03-09" in prose


def test_prose_says_what_would_change_a_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Each line has its disposition, reason, rules with their sources, reason codes with their dates, and the steps that change it."""
    own = tmp_path / "acme.toml"
    own.write_text(PROFILE)
    _, prose, _ = edited(capfd, written(tmp_path, CLAIM), "--explain", "--payer-profile", str(own))
    told = prose.splitlines()
    assert "denied:1: professional claim, place of service 11, payer profile acme" == told[0]
    second = told[told.index("  line 2, 77387 on 2026-03-09: deny (required_modifier, CARC 4)") :]
    assert "    this payer requires 26 on 77387" == second[1]
    assert any(line.startswith("    rule IGRT-GLOBAL: ") and line.endswith(", IGRT]") for line in second)
    assert any(line.startswith("    CARC 4: ") and line.endswith("(in use since 1995-01-01)") for line in second)
    steps = second[second.index("    what would change it:") + 1 :]
    assert "      with modifier 26: allow" == steps[0]
    assert "      under payer profile medicare or commercial: either is right, to allow or to stop" in steps


def test_a_payer_profile_of_ones_own(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A user's profile decides for the payers that it names."""
    own = tmp_path / "acme.toml"
    own.write_text(PROFILE)
    _, out, _ = edited(capfd, written(tmp_path, CLAIM), "--payer-profile", str(own))
    found = json.loads(out)
    assert ("acme", ["allow", "deny"]) == (found["profile"], [line["disposition"] for line in found["lines"]])
    code, _, err = edited(capfd, written(tmp_path, CLAIM), "--payer-profile", str(own), "--payer-profile", str(own))
    assert (2, True) == (code, "has a profile already" in err)


def test_money_is_shown_where_a_file_covers_it_and_changes_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """With relative values, the prose says what a line weighs; the disposition is the same, and without them nothing is said."""
    weights = tmp_path / "weights.toml"
    weights.write_text("""[period.2026-01-01]
until = 2027-01-01
source = "our table"
unit = "dollars"
freestanding = { 77412 = 12.5 }
""")
    path = written(tmp_path, CLAIM)
    _, plain, _ = edited(capfd, path, "--explain")
    _, told, _ = edited(capfd, path, "--explain", "--relative-values", str(weights))
    assert ["    weighs: 12.5 dollars (our table)"] == [line for line in told.splitlines() if line not in plain.splitlines()]
    assert [443.56, 36.41] == [float(line.split()[1]) for line in plain.splitlines() if "weighs" in line]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"kind": "verbal"}, "$.kind"),
        ({"lines": []}, "$.lines"),
        ({"place_of_service": "office"}, "$.place_of_service"),
        ({"lines": [CLAIM["lines"][0], CLAIM["lines"][0]]}, "duplicate line number 1"),
        ({"lines": [{**CLAIM["lines"][0], "units": 0}]}, "$.lines[0].units"),
        ({"lines": [{**CLAIM["lines"][0], "date_of_service": "03/09/2026"}]}, "$.lines[0].date_of_service"),
        ({"treatment": {}}, "$.treatment"),
        ({"schema": "rtconform.case/1"}, "rtconform.case/1"),
    ],
)
def test_a_wrong_claim_is_told_with_its_place(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], changes: dict[str, object], told: str
) -> None:
    """A claim that is not a claim ends with exit code 2 and file, line and field; without a traceback."""
    path = written(tmp_path, CLAIM, {**CLAIM, "id": "denied:2", **changes})
    code, _, err = edited(capfd, path)
    assert (2, True, True, False) == (code, f"{path}:2" in err, told in err, "Traceback" in err), err


def test_no_file_and_no_json(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A file that is not there, a claim twice, and what is not JSON are told so."""
    assert 2 == edited(capfd, str(tmp_path / "none.jsonl"))[0]
    assert "duplicate id" in edited(capfd, written(tmp_path, CLAIM, CLAIM))[2]
    (tmp_path / "broken").write_text('{"schema": ')
    assert 2 == edited(capfd, str(tmp_path / "broken"))[0]


@pytest.mark.parametrize("suite", [EDITS_CLAIM, EDITS_DOCUMENTED], ids=lambda suite: suite.name)
def test_suites_can_be_edited_from_standard_input(suite: Any) -> None:
    """`rtconform generate … | rtconform edit` adjudicates every claim of a suite."""
    from rtconform.cli.reference.edit import edit  # noqa: PLC0415 - after the fixtures

    lines = [entry.wire for entry in cases(suite, 1)][:50]
    result = CliRunner().invoke(edit, [], input=b"\n".join(lines))
    assert [json.loads(line)["id"] for line in lines] == [json.loads(line)["id"] for line in result.output.splitlines()]
