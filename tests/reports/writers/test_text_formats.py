"""JUnit XML, JSON, CSV and the terminal table, each on its own."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from msgspec.structs import replace

from rtconform.conformance.runs.folder import RunFolder
from rtconform.generators.suites.registry import suite
from rtconform.reports.figures.summary import summarise
from rtconform.reports.writers import table
from rtconform.reports.writers.formats import render

MakeRun = Callable[[str], RunFolder]


def _junit(run: RunFolder) -> Any:
    (file,) = render(run.path, ["junit"])
    return etree.parse(file)


def _rows(run: RunFolder) -> list[dict[str, str]]:
    (file,) = render(run.path, ["csv"])
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_junit_is_valid(any_run: RunFolder) -> None:
    """The document is what Jenkins' schema allows, whatever the vendor wrote."""
    schema = etree.XMLSchema(file=str(Path(__file__).parent / "junit.xsd"))

    schema.assertValid(_junit(any_run))


def test_junit_failure_has_the_whole_shape(make_run: MakeRun) -> None:
    """A failure carries explanation, facts, expected, answered, rule with source, stderr and both commands."""
    case = _junit(make_run("some")).find(".//testcase[@name='boundaries:000']")
    failure = case.find("failure")

    assert ("fail", "boundaries", "0.002") == (failure.get("type"), case.get("classname"), case.get("time"))
    assert "77412 billed where 77407 is due" in failure.get("message")
    for part in (
        "S1: two plans, one isocenter, 3D",
        "S1: expected 77407, answered 77412: another code",
        "Rule ISO-CONTIGUOUS (stated):",
        "[ACROinsights 2026 No. 1, Isocenter; Scenario 3]",
        "Accepted too: S1: 77412 (AMM-OBSERVED)",
        "rtconform generate --id boundaries:000",
        "rtconform run 'vendors/acme coder.toml' --suite boundaries --only boundaries:000",
    ):
        assert part in failure.text
    assert "warning: plan P2" in case.findtext("system-err")


def test_junit_names_unanswered_cases(make_run: MakeRun) -> None:
    """Cases without a result are errors, under their id where the run knows it."""
    names = _junit(make_run("only")).xpath("//testcase[error[@type='unanswered']]/@name")

    assert ["published:009"] == names


def test_junit_shows_findings_as_failures(make_run: MakeRun) -> None:
    """A finding makes the document red although every case passed."""
    names = _junit(make_run("findings")).xpath("//testsuite[@name='rtconform']/testcase[failure]/@name")

    assert ["codes_anything", "unstable", "unstable"] == names


def test_json_holds_every_result_but_passes(make_run: MakeRun) -> None:
    """Results other than pass are whole, passes are ids, findings stand apart."""
    run = make_run("some")
    (file,) = render(run.path, ["json"])
    report = json.loads(file.read_text("utf-8"))
    lines = [json.loads(line) for line in (run.path / "results.jsonl").read_text("utf-8").splitlines()]

    assert ["schema", "manifest", "summary", "findings", "results", "passed", "rules", "appeals"] == list(report)
    assert "rtconform.report/1" == report["schema"]
    assert [line for line in lines if line["verdict"] != "pass"] == report["results"]
    assert [line["id"] for line in lines if line["verdict"] == "pass"] == report["passed"]
    assert json.loads((run.path / "manifest.json").read_bytes()) == report["manifest"]
    assert list(dict.fromkeys(rule for result in report["results"] for rule in result["rules"])) == [
        r["id"] for r in report["rules"]
    ]
    assert all(rule["source"].startswith("ACROinsights 2026 No. 1, ") for rule in report["rules"])


def test_csv_rows(make_run: MakeRun) -> None:
    """A row says what was expected and answered in a biller's notation."""
    row = next(row for row in _rows(make_run("some")) if row["id"] == "boundaries:000")

    assert ("S1 77407", "S1 77412; S1 77417 (bundled)") == (row["expected"], row["answered"])
    assert ("fail", "ISO-CONTIGUOUS L2-SINGLE", "2.250") == (row["verdict"], row["rules"], row["latency_ms"])


def test_csv_cells_compute_nothing(make_run: MakeRun) -> None:
    """No cell opens with a character that makes a spreadsheet compute it."""
    cells = [cell for row in _rows(make_run("hostile")) for cell in row.values()]

    assert [] == [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    assert "'=cmd()|' /C calc'!A0" in cells


@pytest.mark.parametrize("name", ["junit", "html", "csv", "table"])
def test_no_control_characters(make_run: MakeRun, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """No format for people lets through a character that steers a terminal or reorders what is read."""
    files = render(make_run("hostile").path, [name])
    text = files[0].read_text("utf-8") if files else capsys.readouterr().out

    assert "red" in text
    assert set() == {character for character in text if character < " " and character not in "\t\r\n"}
    assert set() == {"\x7f", "\x9b", "\u202e"} & set(text)


def test_table(make_run: MakeRun, capsys: pytest.CaptureFixture[str]) -> None:
    """The terminal text names vendor, rules broken with counts, reasons, and the outcome on its last line."""
    render(make_run("some").path, ["table"])
    text = capsys.readouterr().out

    assert text.startswith("Acme RadOnc Coder 4.2, rule set 2026.1\n")
    assert "\nISO-CONTIGUOUS        3     9  A contiguous area" in text
    assert "\n1 timeout: No answer came in time.\n" in text
    assert "not conformant (exit code 1)" == text.splitlines()[-1]


def test_table_on_a_terminal_without_unicode(write_run: Callable[..., RunFolder], made: dict[str, Any]) -> None:
    """A stream that lacks a character gets a question mark, no crash."""
    run = write_run([made["passing"](1)], vendor_name="Strahlenkodierer Größe ☢")
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding="ascii") as out:
        table.write(run, summarise(run), out)
        out.flush()

        assert b"Strahlenkodierer Gr??e ?" in raw.getvalue()


def test_the_terminal_shows_the_twin_that_passed(write_run: Callable[..., RunFolder], made: dict[str, Any]) -> None:
    """Beside a case that fails stands its twin that passed, with the field in which they differ; a twin that failed too is not shown."""
    boundaries = suite("boundaries")
    failing = boundaries.case(boundaries.index_of("boundaries:surface-for-setup")[0], 1).case
    twin = boundaries.case(boundaries.index_of("boundaries:surface-for-gating")[0], 1).case
    fails = replace(made["failing"](1), id=failing.id, case=failing, twin=twin.id)
    passes = replace(made["passing"](2, "boundaries"), id=twin.id)
    for results, shown in (([fails, passes], True), ([fails, replace(fails, id=twin.id, twin=failing.id)], False)):
        run = write_run(results, folder=f"{shown}")
        out = io.StringIO()
        table.write(run, summarise(run), out, {case.id: case for case in (failing, twin)}.get)
        assert shown == ("sessions[S1].motion.method: gating → none" in out.getvalue())
        assert shown == ("its twin passes" in out.getvalue())
