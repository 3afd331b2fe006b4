"""All formats of one run say the same, and rendering writes whole files or none."""

import csv
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import jsonschema
import junitparser
import pytest
import yaml
from lxml import etree, html
from markdown_it import MarkdownIt

from rtconform.cli.reference.schema import SCHEMAS
from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.verdicts import VERDICTS
from rtconform.reference.documents.wire import schema
from rtconform.reference.errors import UserError
from rtconform.reports.figures.summary import MOST_MISSING, summarise
from rtconform.reports.writers.formats import FORMATS, render


@dataclass(frozen=True)
class Told:
    """What a report tells: verdict counts without zeros, conformant, exit code."""

    counts: dict[str, int]
    conformant: bool
    exit_code: int


def _from_junit(file: Path) -> Told:
    counts: Counter[str] = Counter()
    properties: dict[str, str] = {}
    failed = False
    for suite in junitparser.JUnitXml.fromfile(str(file)):
        declared = suite.tests, suite.failures, suite.errors, suite.skipped
        suite.update_statistics()
        assert declared == (suite.tests, suite.failures, suite.errors, suite.skipped)
        failed = failed or bool(suite.failures or suite.errors)
        if suite.name != "rtconform":
            properties |= {item.name: item.value for item in suite.properties()}
            counts.update(_verdict(case) for case in suite)
    conformant = properties.get("conformant", "false") == "true"
    assert failed == (not conformant)
    return Told(dict(counts), conformant, int(properties.get("exit_code", "1")))


def _verdict(case: junitparser.TestCase) -> str:
    if case.result:
        return str(case.result[0].type)
    return "accepted" if (case.system_out or "").startswith("accepted:") else "pass"


def _from_json(file: Path) -> Told:
    report = json.loads(file.read_text("utf-8"))
    summary = report["summary"]
    counts = Counter(result["verdict"] for result in report["results"])
    counts["pass"] = len(report["passed"])
    counts["unanswered"] += sum(suite["missing"] for suite in summary["suites"])
    assert counts == Counter(summary["counts"])
    return Told({verdict: n for verdict, n in summary["counts"].items() if n}, summary["conformant"], summary["exit_code"])


def _from_csv(file: Path) -> Told:
    with file.open(encoding="utf-8", newline="") as stream:
        counts = Counter(row["verdict"] for row in csv.DictReader(stream))
    summary = summarise(RunFolder(file.parent))
    return Told(dict(counts), summary.conformant, summary.exit_code)  # rows alone hold no findings


def _from_html(file: Path) -> Told:
    page = html.fromstring(file.read_bytes())
    tiles = {tile.findtext("dt").replace(" ", "_"): int(tile.findtext("dd").replace(",", "")) for tile in page.find_class("tile")}
    key = {item.findtext("dt"): item.findtext("dd") for item in page.xpath("//dl[@class='key']/div")}
    verdict = page.get_element_by_id("verdict").text_content().strip()
    return Told({name: number for name, number in tiles.items() if number}, verdict == "Conformant", int(key["Exit code"]))


def _from_table(text: str) -> Told:
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("suite"))
    names = re.split(r"\s{2,}", lines[start].strip())[2:]
    end = lines.index("", start)
    numbers = [int(number) for number in lines[end - 1].split()[-len(names) :]]
    last = re.fullmatch(r"(conformant|not conformant) \(exit code (\d)\)", lines[-1])
    assert last is not None
    counts = {name.replace(" ", "_"): number for name, number in zip(names, numbers, strict=True) if number}
    return Told(counts, last[1] == "conformant", int(last[2]))


def _from_tap(file: Path) -> Told:
    lines = file.read_text("utf-8").split("\n")
    assert "TAP version 14" == lines[0]
    points = [(number, line) for number, line in enumerate(lines) if line.startswith(("ok ", "not ok "))]
    assert [f"1..{len(points)}", *map(str, range(1, len(points) + 1))] == [
        lines[1],
        *(line.partition(" - ")[0].split()[-1] for _, line in points),
    ]
    counts: Counter[str] = Counter()
    for number, line in points:
        block = (
            yaml.safe_load(
                "\n".join(takewhile(lambda text: text.startswith("  "), lines[number + 1 :])).strip().removesuffix("...")
            )
            or {}
        )
        counts["not_applicable" if " # SKIP " in line else block.get("verdict", "pass")] += 1
        assert line.startswith("ok ") == VERDICTS.get(block.get("verdict", "pass"), VERDICTS["fail"]).conformant
    counts.pop("finding", None)
    summary = summarise(RunFolder(file.parent))
    return Told(dict(counts), summary.conformant, summary.exit_code)  # points alone do not say whether the run reached its end


def _from_markdown(file: Path) -> Told:
    text = file.read_text("utf-8")
    page = html.fromstring(MarkdownIt().enable("table").render(text))
    head, *rows = page.xpath("//table[1]//tr")
    names = [cell.text_content().replace(" ", "_") for cell in head][3:]
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(dict(zip(names, (int(cell.text_content().replace(",", "")) for cell in row[3:]), strict=True)))
    conformant = text.startswith("## ✅")
    return Told({name: number for name, number in counts.items() if number}, conformant, 0 if conformant else 1)


def test_every_format_tells_the_same(any_run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    """Counts by verdict, conformance and exit code are equal in all formats, read back by other programs than ours."""
    summary = summarise(any_run)
    expected = Told(
        {verdict: number for verdict, number in summary.counts.items() if number}, summary.conformant, summary.exit_code
    )

    files = {path.name: path for path in render(any_run.path, list(FORMATS))}

    assert expected == _from_html(files["report.html"])
    assert expected == _from_junit(files["junit.xml"])
    assert expected == _from_json(files["report.json"])
    assert expected == _from_tap(files["report.tap"])
    assert expected == _from_markdown(files["summary.md"])
    badge = etree.fromstring(files["badge.svg"].read_bytes())
    words = "conformant" if summary.conformant else "not conformant"
    assert f"rtconform 2026.1: {'part of a suite only' if any_run.manifest.only else words}" == badge.get("aria-label")
    assert expected == _from_csv(files["results.csv"])
    assert expected == _from_table(capsys.readouterr().out)


def test_json_meets_its_schema(any_run: RunFolder) -> None:
    """report.json is a document of the schema that `rtconform schema report` prints."""
    (file,) = render(any_run.path, ["json"])
    validator = jsonschema.Draft202012Validator(schema(SCHEMAS["report"], "report"))
    assert [] == [fault.message for fault in validator.iter_errors(json.loads(file.read_text("utf-8")))]


def test_rendering_changes_nothing_and_is_repeatable(any_run: RunFolder) -> None:
    """Writers keep no state and touch no record: a second rendering is byte for byte the first."""
    before = {path.name: path.read_bytes() for path in any_run.path.iterdir()}
    formats = [name for name, item in FORMATS.items() if item.file]
    first = {path.name: path.read_bytes() for path in render(any_run.path, formats)}
    second = {path.name: path.read_bytes() for path in render(any_run.path, formats)}

    assert first == second
    assert before | first == {path.name: path.read_bytes() for path in any_run.path.iterdir()}


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_a_folder_that_lacks_any_number_of_cases(name: str, write_run: Callable[..., RunFolder], made: dict[str, Any]) -> None:
    """A manifest may say what it likes: how many cases have no result is told as it is, and a bounded number of them listed."""
    run = write_run([made["passing"](1)], suites={"published": 2**53})
    for path in render(run.path, [name]):
        assert path.stat().st_size < 100_000 + 500 * MOST_MISSING
    if name == "tap":
        first, plan, *_, last = [line for line in path.read_text().splitlines() if line[:1] in "Tno1"]
        assert ("TAP version 14", f"1..{MOST_MISSING + 1}") == (first, plan)
        assert last.startswith(f"not ok {MOST_MISSING + 1} - published: unanswered {MOST_MISSING} of {2**53 - 1}")


def test_files_go_where_asked(make_run: Callable[[str], RunFolder], tmp_path: Path) -> None:
    """`out` is made, holds the files under their names, and each format asked for is written once, in the order given."""
    out = tmp_path / "site" / "tonight"

    assert [out / "junit.xml", out / "report.html"] == render(make_run("all").path, ["junit", "html", "junit"], out)
    assert {"junit.xml", "report.html"} == {path.name for path in out.iterdir()}


def test_unknown_format(make_run: Callable[[str], RunFolder]) -> None:
    """An unknown format is the user's mistake; the message names it and the known ones, and nothing is written."""
    run = make_run("all")

    with pytest.raises(
        UserError, match=r"unknown report format 'pdf': use html, junit, json, markdown, tap, badge, csv, appeals, github, table"
    ):
        render(run.path, ["html", "pdf"])
    assert not (run.path / "report.html").exists()


def test_no_run(tmp_path: Path) -> None:
    """A folder without a run is the user's mistake."""
    with pytest.raises(UserError, match="not a run"):
        render(tmp_path, ["html"])


def test_folder_that_cannot_be_written(make_run: Callable[[str], RunFolder], tmp_path: Path) -> None:
    """A place that can't be written is the user's mistake and named."""
    file = tmp_path / "file"
    file.touch()

    with pytest.raises(UserError, match=r"report\.html: can't write the report"):
        render(make_run("all").path, ["html"], file)


def test_broken_record_leaves_the_old_report(make_run: Callable[[str], RunFolder]) -> None:
    """A record that can't be read is named with its line; an older report stays whole and no half one is left."""
    run = make_run("all")
    (old,) = render(run.path, ["html"])
    text = old.read_text("utf-8")
    with (run.path / "results.jsonl").open("ab") as stream:
        stream.write(b'{"schema": "rtconform.result/1"}\n')

    with pytest.raises(UserError, match=r"results\.jsonl:13"):
        render(run.path, ["html"])
    assert text == old.read_text("utf-8")
    assert [] == [path.name for path in run.path.iterdir() if path.name.startswith(".report")]


def test_every_verdict_has_a_junit_form() -> None:
    """What a verdict becomes in JUnit follows its effect on conformance: those that fail the run are red, the others are not."""
    from rtconform.reports.writers.junit import ERRORS, FAILURES  # noqa: PLC0415 - only this test needs the writer's own tables

    assert {name for name, meaning in VERDICTS.items() if not meaning.conformant} == {*ERRORS, *FAILURES}
