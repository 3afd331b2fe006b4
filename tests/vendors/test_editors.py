"""Whole runs against sample editors: the harness finds the faults that they have, and no others."""

import asyncio
import html
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from rtconform.cli.main import cli
from rtconform.conformance.records import Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.generators.suites.registry import any_suite
from rtconform.jobs.run import plan_run, run_to_folder
from rtconform.reference.errors import UserError
from rtconform.reports.figures.summary import Summary
from tests.helpers.web_service import answering

VENDORS = Path(__file__).parent
BOTH = ("edits-claim", "edits-documented")
CLAIMS = any_suite("edits-claim").size(None)


def run(vendor: Path, out: Path, suites: tuple[str, ...] = BOTH) -> tuple[Summary, list[Result]]:
    """A whole run and its results."""
    summary = asyncio.run(run_to_folder(plan_run(vendor, suites, seed=1), out, resume=False))
    return summary, list(RunFolder(out).results())


def miniature(folder: Path, behaviour: str) -> Path:
    """The vendor file of a miniature."""
    path = folder / f"{behaviour}.toml"
    program = VENDORS / "editor_miniatures" / "miniature.py"
    path.write_text(
        f'[vendor]\nname = "Miniature: {behaviour}"\nversion = "1"\nrole = "editor"\n[adapter]\nkind = "cli"\n'
        f'command = ["python3", {str(program)!r}, "{behaviour}"]\ntimeout_s = 20\nworkers = 1\n'
    )
    return path


def verdicts(summary: Summary) -> dict[str, int]:
    """How many claims got which verdict."""
    return {verdict: number for verdict, number in summary.counts.items() if number}


def test_the_correct_editor(tmp_path: Path) -> None:
    """An editor written from the rule book alone, in another style, agrees with the reference on every claim."""
    summary, results = run(VENDORS / "correct_editor" / "vendor.toml", tmp_path / "run")
    assert ({"pass": len(results)}, (), 0) == (verdicts(summary), summary.findings, summary.exit_code)
    assert summary.edits is not None
    assert summary.edits.sensitivity is not None
    assert summary.edits.specificity is not None
    assert (1.0, 1.0) == (summary.edits.sensitivity.share, summary.edits.specificity.share)
    assert {} == summary.edits.other_reasons


def test_the_correct_editor_at_the_edges_of_the_tables(tmp_path: Path) -> None:
    """The same editor, which has the tables in a form of its own, misses nothing of the national edits and denies nothing wrongly."""
    summary, _ = run(VENDORS / "correct_editor" / "vendor.toml", tmp_path / "run", ("edits-national",))
    assert {"pass", "accepted"} == verdicts(summary).keys()
    assert ((), 0) == (summary.findings, summary.exit_code)
    assert summary.edits is not None
    assert ((), ()) == (summary.edits.false_denials, summary.edits.misses)


@pytest.mark.parametrize("born", ["1956-02-29", "0001-03-04"])
def test_a_canary_is_made_of_any_patient(born: str, tmp_path: Path) -> None:
    """The day before a patient's birth is found also where the year before has none such, or is none."""
    claim = json.loads(any_suite("edits-claim").case(0, 1).wire)
    claim["patient"]["birth_date"] = born
    (tmp_path / "own.jsonl").write_text(json.dumps(claim) + "\n")
    summary, _ = run(VENDORS / "correct_editor" / "vendor.toml", tmp_path / "run", (str(tmp_path / "own.jsonl"),))
    assert ({"pass": 1}, ()) == (verdicts(summary), summary.findings)


@pytest.mark.slow
def test_the_sample_editor(tmp_path: Path) -> None:
    """Three false denials and two misses are found, exactly these, each with what a biller answers."""
    summary, _ = run(VENDORS / "sample_editor" / "vendor.toml", tmp_path / "run")
    edits = summary.edits
    assert edits is not None
    assert {
        "false-denial/place-not-covered-carc-5",
        "false-denial/one-site-one-isocenter-carc-150",
        "false-denial/duplicate-service-carc-18",
    } == {edit.cause for edit in edits.false_denials}
    assert {"missed/deleted-g6015", "missed/upcoded-surface"} == {edit.cause for edit in edits.misses}
    assert {"deleted-g6015", "upcoded-surface"} == {fault for fault, rate in edits.by_fault.items() if rate.share < 1}
    assert {
        "77387-26 with place of service 19, 21, 22 or 31",
        "77412 for two isocenters in one anatomical site",
        "two sessions on a date",
    } <= {kind for kind, rate in edits.by_allows.items() if rate.share < 1}
    assert all(edit.appeal and edit.source for edit in edits.false_denials)
    assert (1, ()) == (summary.exit_code, summary.findings)


@pytest.mark.slow
def test_the_report_leads_with_false_denials(tmp_path: Path) -> None:
    """Table, page, JSON and JUnit all have the numbers; a false denial comes before any miss."""
    run(VENDORS / "sample_editor" / "vendor.toml", tmp_path / "run", ("edits-claim",))
    printed = CliRunner().invoke(cli, ["report", str(tmp_path / "run"), "--format", "table,html,json,junit,csv"])
    assert 0 == printed.exit_code, printed.output
    assert -1 < printed.output.index("FALSE DENIAL") < printed.output.index("MISSED")
    page = (tmp_path / "run" / "report.html").read_text()
    assert -1 < page.index('id="false-denials"') < page.index('id="misses"')
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    assert report["summary"]["edits"]["false_denials"][0]["appeal"]
    assert "edits.specificity" in (tmp_path / "run" / "junit.xml").read_text()


def test_every_false_denial_has_its_appeal(tmp_path: Path) -> None:
    """Each line that was wrongly denied has a paragraph in the text file and in JSON; the page has that of each smallest claim."""
    _, results = run(VENDORS / "sample_editor" / "vendor.toml", tmp_path / "run", ("edits-claim",))
    printed = CliRunner().invoke(cli, ["report", str(tmp_path / "run"), "--format", "html,json,appeals,markdown"])
    assert 0 == printed.exit_code, printed.output
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    denied = {
        (result.id, due.number)
        for result in results
        if result.adjudication and result.disposition
        for due, came in zip(result.adjudication.lines, result.disposition.lines, strict=True)
        if due.disposition == "allow" and not due.accepted and came.disposition in ("deny", "bundle")
    }
    assert denied <= {(appeal["id"], appeal["line"]) for appeal in report["appeals"]}
    letters = [appeal["letter"] for appeal in report["appeals"]]
    assert letters == (tmp_path / "run" / "appeals.txt").read_text().strip().split("\n\n")
    assert all(letter.startswith("Claim edits-claim:1:") and letter.endswith("paid as billed.") for letter in letters)
    page = (tmp_path / "run" / "report.html").read_text()
    for edit in report["summary"]["edits"]["false_denials"]:
        assert edit["letter"] in letters
        assert html.escape(edit["letter"], quote=False).replace("'", "&#39;") in page
    assert "### For the appeals" in (tmp_path / "run" / "summary.md").read_text()


def test_without_a_false_denial_there_is_nothing_to_appeal(tmp_path: Path) -> None:
    """The correct editor's file of appeals says so."""
    run(VENDORS / "correct_editor" / "vendor.toml", tmp_path / "run", ("edits-claim",))
    CliRunner().invoke(cli, ["report", str(tmp_path / "run"), "--format", "appeals"])
    assert "No false denial: there is nothing to appeal against.\n" == (tmp_path / "run" / "appeals.txt").read_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("behaviour", "verdict", "findings"),
    [
        ("always_allow", {"pass": CLAIMS // 2, "fail": CLAIMS // 2}, {"allows_anything"}),
        ("order_dependent", None, {"order_dependent", "unstable"}),
        ("memoriser", {"pass": CLAIMS}, {"id_dependent"}),
        ("half", {"invalid": CLAIMS}, set()),
    ],
)
def test_liars_are_found_out(tmp_path: Path, behaviour: str, verdict: dict[str, int] | None, findings: set[str]) -> None:
    """An editor that pays anything, goes by the id or by the order, or leaves lines out, is told so."""
    summary, _ = run(miniature(tmp_path, behaviour), tmp_path / "run", ("edits-claim",))
    found = {finding.kind for finding in summary.findings}
    assert 1 == summary.exit_code
    assert found == findings or (found and found <= findings)
    assert verdict is None or verdict == verdicts(summary)


@pytest.mark.slow
def test_denying_everything_allows_no_right_claim(tmp_path: Path) -> None:
    """An editor that denies everything stops every wrong claim, allows no right one, and is not conformant."""
    summary, _ = run(miniature(tmp_path, "always_deny"), tmp_path / "run", ("edits-claim",))
    assert summary.edits is not None
    assert summary.edits.sensitivity is not None
    assert summary.edits.specificity is not None
    assert (1.0, 0.0, 1) == (summary.edits.sensitivity.share, summary.edits.specificity.share, summary.exit_code)


@pytest.mark.parametrize("behaviour", ["hold", "always_review"])
def test_holding_right_lines_is_declining(tmp_path: Path, behaviour: str) -> None:
    """A right line held for a person is no false denial and no pass: the editor declined; a wrong one held is stopped."""
    summary, results = run(miniature(tmp_path, behaviour), tmp_path / "run", ("edits-claim",))
    assert {"pass", "accepted", "declined"} >= verdicts(summary).keys()
    assert summary.counts["declined"] > 0
    assert summary.edits is not None
    assert ((), (), summary.counts["declined"]) == (summary.edits.false_denials, summary.edits.misses, summary.edits.held)
    assert all("held where it was to be allowed" in result.explanation for result in results if result.verdict == "declined")


def test_another_reason_is_told_not_failed(tmp_path: Path) -> None:
    """A right stop with a CARC that does not fit passes, and is counted by what it should have said."""
    summary, _ = run(miniature(tmp_path, "other_words"), tmp_path / "run", ("edits-claim",))
    assert ({"pass": CLAIMS}, 0) == (verdicts(summary), summary.exit_code)
    assert summary.edits is not None
    assert {"code_deleted", "packaged_service", "component_modifier"} <= summary.edits.other_reasons.keys()


def test_suites_and_roles_must_fit() -> None:
    """Cases are no question for an editor, nor claims for a coder; the message names the suites that fit."""
    with pytest.raises(UserError, match=r"published asks cases.*claim editor.*edits-claim, edits-documented"):
        plan_run(VENDORS / "correct_editor" / "vendor.toml", ("published",), seed=1)
    with pytest.raises(UserError, match=r"edits-claim asks claims.*a coder.*boundaries"):
        plan_run(VENDORS / "correct" / "vendor.toml", ("edits-claim",), seed=1)


def test_check_asks_an_editor_claims() -> None:
    """`vendor check` puts three claims to an editor and shows what came back."""
    good = CliRunner().invoke(cli, ["vendor", "check", str(VENDORS / "correct_editor" / "vendor.toml")])
    assert (0, 3) == (good.exit_code, good.output.count("1 allow"))
    assert "edits-claim,edits-documented" in good.output


@pytest.mark.slow
def test_a_run_of_an_editor_resumes(tmp_path: Path) -> None:
    """An interrupted run goes on where it stopped, with the same results as an unbroken one."""
    vendor = VENDORS / "sample_editor" / "vendor.toml"
    _, whole = run(vendor, tmp_path / "whole", ("edits-claim",))
    run(vendor, tmp_path / "cut", ("edits-claim",))
    results = tmp_path / "cut" / "results.jsonl"
    results.write_bytes(results.read_bytes()[: results.stat().st_size // 2])
    asyncio.run(run_to_folder(plan_run(vendor, ("edits-claim",), seed=1), tmp_path / "cut", resume=True))
    again = list(RunFolder(tmp_path / "cut").results())
    assert [(one.id, one.verdict, one.answer) for one in whole] == [(one.id, one.verdict, one.answer) for one in again]


def _decide(body: bytes, _: str) -> bytes:
    """A payer's own service: charges in, decisions out, in its own words. Denies 77417, pays the rest."""
    charges = json.loads(body)
    decided = [
        {"svc": c["svc"], "action": "REJECT", "why": 97} if c["cpt"] == "77417" else {"svc": c["svc"], "action": "PAY"}
        for c in charges["charges"]
    ]
    return json.dumps({"ref": charges["ref"], "decisions": decided}).encode()


@pytest.fixture
def payer() -> Iterator[str]:
    """The service's address."""
    with answering(_decide) as url:
        yield f"{url}edit"


@pytest.mark.slow
def test_an_editor_with_its_own_json(tmp_path: Path, payer: str) -> None:
    """A payer's service that speaks its own JSON is reached by a template and expressions, no program between."""
    (tmp_path / "request.j2").write_text(
        '{"ref": {{ id | tojson }}, "charges": [{% for line in lines %}{"svc": {{ line.number }}, "cpt": {{ line.code | tojson }}}'
        '{{ "," if not loop.last }}{% endfor %}]}'
    )
    vendor = tmp_path / "payer.toml"
    vendor.write_text(
        '[vendor]\nname = "Payer"\nversion = "1"\nrole = "editor"\n[adapter]\nkind = "http"\n'
        f'url = "{payer}"\n[request]\ntemplate = "request.j2"\n[response]\nid = "ref"\n'
        "lines = \"decisions[].{number: svc, disposition: action == 'PAY' && 'allow' || 'deny', carc: why}\"\n"
    )
    summary, results = run(vendor, tmp_path / "run", ("edits-claim",))
    assert {"pass", "fail"} == verdicts(summary).keys()
    assert summary.edits is not None
    assert () == summary.edits.false_denials
    assert {"port-film", "port-film-technical", "port-film-read"} == {
        f for f, rate in summary.edits.by_fault.items() if rate.share == 1
    }
    denied = {line.carc for result in results if result.disposition for line in result.disposition.lines}
    assert {None, "97"} == denied


@pytest.mark.slow
def test_what_failed_can_be_replayed(tmp_path: Path) -> None:
    """A run of an editor is replayed like a coder's: the claims that failed, and no others, are asked again."""
    summary, _ = run(VENDORS / "sample_editor" / "vendor.toml", tmp_path / "run", ("edits-claim",))
    printed = CliRunner().invoke(
        cli,
        [
            "replay",
            str(tmp_path / "run"),
            "--vendor",
            str(VENDORS / "sample_editor" / "vendor.toml"),
            "--out",
            str(tmp_path / "again"),
        ],
    )
    assert 1 == printed.exit_code, printed.output
    assert summary.counts["fail"] == len(list(RunFolder(tmp_path / "again").results()))
