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
    assert (
        "      under payer profile medicare, commercial, independence_blue_cross or regence: either is right, to allow or to stop"
        in steps
    )


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


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--decided", "d.835", "--as", "835"), "--as 835 writes what the reference decides, --decided what differs from it"),
        (("--decided", "d.835", "--format", "table"), "--decided has no table: leave --format out, or give --explain"),
        (("--as", "835", "--format", "table"), "leave it or --format table out"),
        (("--as", "835", "--explain"), "leave it or --explain out"),
        (("--explain", "--format", "table"), "--explain writes prose, --format table a table"),
    ],
)
def test_options_of_which_one_would_be_passed_over(
    options: tuple[str, ...], said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What would print something else than was asked is refused in words, before any file is read."""
    code, out, error = edited(capfd, written(tmp_path, CLAIM), *options)
    assert (2, "") == (code, out)
    assert said in " ".join(error.replace("│", " ").split())


def test_what_a_payer_decided_is_laid_beside_the_reference(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """An 835 made by a policy has no difference from it; a policy that takes less than the claim's payer denies wrongly."""
    own = tmp_path / "acme.toml"
    own.write_text(PROFILE)
    lines = [{"number": n, "code": "77412", "modifiers": ["59"] * (n > 1), "date_of_service": "2026-03-09"} for n in (1, 2)]
    claims = written(tmp_path, {**CLAIM, "id": "CLAIM1", "lines": lines})
    _, remittance, _ = edited(capfd, claims, "--as", "835", "--payer-profile", str(own))
    (tmp_path / "acme.835").write_text(remittance)
    decided = ("--decided", str(tmp_path / "acme.835"))
    assert "" == edited(capfd, claims, *decided, "--payer-profile", str(own))[1]
    code, prose, _ = edited(capfd, claims, *decided, "--explain")
    told = prose.splitlines()
    assert (0, "1 claim decided, 2 lines: 1 false denial, 0 misses, 0 held") == (code, told[0])
    assert "  CARC 4 on 77412-59: 1 line, for instance claim CLAIM1, line 2" == told[3]
    assert told[4].endswith("We ask that line 2 be allowed and paid as billed.")


def test_false_denials_misses_and_held_lines_are_told_apart(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Dispositions as JSON Lines: a right line stopped, a right line held and a wrong line paid, by edit, the first with its letter."""
    lines = [
        {"number": number, "code": code, "date_of_service": "2026-03-09"}
        for number, code in enumerate(("77412", "77417", "77407"), 1)
    ]
    claims = [{**CLAIM, "id": f"c:{number}", "lines": [line]} for number, line in enumerate(lines, 1)]
    decided = tmp_path / "decided.jsonl"
    words = ({"disposition": "deny", "carc": "150"}, {"disposition": "allow"}, {"disposition": "review"})
    decided.write_text(
        "".join(json.dumps({"id": f"c:{n}", "lines": [{"number": n, **word}]}) + "\n" for n, word in enumerate(words, 1))
    )
    _, out, _ = edited(capfd, written(tmp_path, *claims), "--decided", str(decided))
    told = [json.loads(line) for line in out.splitlines()]
    assert [("false_denial", "CARC 150"), ("miss", "packaged_service (CARC 97)"), ("held", "no reason code")] == [
        (one["kind"], one["edit"]) for one in told
    ]
    assert [True, False, False] == [one["letter"].endswith("paid as billed.") for one in told]
    _, prose, _ = edited(capfd, written(tmp_path, *claims), "--decided", str(decided), "--explain")
    assert "3 claims decided, 3 lines: 1 false denial, 1 miss, 1 held" == prose.splitlines()[0]
    assert "  CARC 150 on 77412: 1 line, for instance claim c:1, line 1" in prose.splitlines()


@pytest.mark.parametrize(
    ("decisions", "told"),
    [
        (None, "give the payer's decisions, 835 or dispositions"),
        ('{"id": "denied:1"', "decided.jsonl:1"),
        ("ISA*00*broken~", "give 835, 277CA or 999 messages, or dispositions"),
        ("", "claim 'denied:1': no decision names it"),
    ],
)
def test_decisions_that_cannot_be_used_are_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], decisions: str | None, told: str
) -> None:
    """A file that is not there, is damaged, or speaks of no such claim ends with exit code 2 and says so."""
    path = tmp_path / "decided.jsonl"
    if decisions is not None:
        path.write_text(decisions)
    code, _, err = edited(capfd, written(tmp_path, CLAIM), "--decided", str(path))
    assert (2, True, False) == (code, told in err, "Traceback" in err), err
