"""Coders that answer in formats of the trade: held to the verdicts of a coder of JSON, over every way in which one is reached."""

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rtconform.conformance.records import Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.jobs.run import plan_run, run_to_folder
from rtconform.reports.figures.summary import Summary
from tests.helpers.node_packages import package
from tests.helpers.web_service import answering

VENDORS = Path(__file__).parents[2] / "vendors"
SUITES = ("boundaries", "pairwise")
LOCAL = (
    '[answers.codes]\n"RT-0402" = "77402"\n"RT-0407" = "77407"\n"RT-0412" = "77412"\n"RT-0387" = "77387"\n"RT-0417" = "77417"\n'
)
ACK = '[answers]\nends = "ack"\n'

pytestmark = pytest.mark.slow


def vendor(folder: Path, name: str, *options: str, tables: str = "") -> Path:
    """The vendor file of a sample coder with these options."""
    home = VENDORS / name
    if name == "x12_node_coder":
        package("node-x12", "node", home=home)
        command = ["node", str(home / "coder.mjs"), *options]
    else:
        command = [sys.executable, str(home / "coder.py"), *options]
    text = (home / "vendor.toml").read_text()
    told = next(line for line in text.splitlines() if line.startswith("command = "))
    path = folder / "vendor.toml"
    path.write_text(text.replace(told, f"command = {json.dumps(command)}") + tables)
    return path


def run(path: Path, out: Path, suites: tuple[str, ...] = SUITES) -> tuple[Summary, list[Result]]:
    """A whole run and its results."""
    summary = asyncio.run(run_to_folder(plan_run(path, suites, seed=1), out, resume=False))
    return summary, list(RunFolder(out).results())


def verdicts(results: list[Result]) -> dict[str, str]:
    """The verdict on each case."""
    return {result.id: result.verdict for result in results}


@pytest.fixture(scope="module")
def by_json(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The verdicts on the coder of JSON that all the others wrap."""
    return verdicts(run(VENDORS / "correct" / "vendor.toml", tmp_path_factory.mktemp("json") / "run")[1])


@pytest.mark.parametrize(
    ("name", "options", "tables"),
    [
        ("csv_coder", (), ""),
        ("hl7_coder", (), ""),
        ("hl7_coder", ("charges",), ACK),
        ("hl7_coder", ("charges", "blocks", "reverses"), ACK),
        ("hl7_coder", ("blocks", "local"), LOCAL),
        ("x12_node_coder", (), ""),
        ("x12_node_coder", ("separators",), ""),
        ("fhir_coder", (), ""),
        ("fhir_coder", ("charge-items",), ""),
    ],
)
def test_a_coder_of_a_format_is_held_to_the_verdicts_of_one_of_json(
    name: str, options: tuple[str, ...], tables: str, by_json: dict[str, str], tmp_path: Path
) -> None:
    """The same coder behind another format, written by another's library, gets the same verdict on every case."""
    summary, results = run(vendor(tmp_path, name, *options, tables=tables), tmp_path / "run")
    assert by_json == verdicts(results)
    assert summary.conformant


@pytest.mark.parametrize(
    ("name", "options", "tables"),
    [("csv_coder", (), ""), ("hl7_coder", (), ""), ("hl7_coder", ("charges", "blocks"), ACK), ("x12_node_coder", (), "")],
)
def test_documents_that_are_no_cases_and_cases_written_otherwise_are_asked(
    name: str, options: tuple[str, ...], tables: str, tmp_path: Path
) -> None:
    """Questions in JSON may be spoilt or respelled whatever the format of the answer: each is asked, and judged as over JSON.

    Some documents hold no id that could be read; an answer that names nobody is then theirs.
    """
    summary, results = run(vendor(tmp_path, name, *options, tables=tables), tmp_path / "run", ("invalid", "respelled"))
    assert {"pass"} == set(verdicts(results).values())
    assert summary.conformant
    assert {"invalid", "respelled"} == {result.suite for result in results}


def test_a_code_for_a_document_that_is_no_case_fails_through_the_format(tmp_path: Path) -> None:
    """A coder that bills whatever it is sent is told so."""
    path = vendor(tmp_path, "csv_coder")
    program = tmp_path / "bills.py"
    program.write_text(BILLS)
    told = next(line for line in path.read_text().splitlines() if line.startswith("command = "))
    path.write_text(path.read_text().replace(told, f"command = {json.dumps([sys.executable, str(program)])}"))
    _, results = run(path, tmp_path / "run", ("invalid",))
    assert {"fail"} == set(verdicts(results).values())
    assert all("77412) for a record that can't be read" in result.explanation for result in results)


@pytest.mark.parametrize("name", ["csv_coder", "hl7_coder", "x12_node_coder"])
def test_a_planted_fault_is_found_through_the_format(name: str, tmp_path: Path) -> None:
    """A coder that leaves modifiers out fails on the lines that need them, and on no others."""
    summary, results = run(vendor(tmp_path, name, "forgets-modifiers"), tmp_path / "run")
    failed = [result for result in results if result.verdict == "fail"]
    assert failed
    assert not summary.conformant
    assert not [result.id for result in failed if not any(line.modifiers for line in result.expected.lines)]  # type: ignore[union-attr]


def test_a_planted_fault_of_reading_is_found_through_fhir(by_json: dict[str, str], tmp_path: Path) -> None:
    """A coder that takes the first session's review for that of every session fails where a second session decides, and nowhere else."""
    summary, results = run(vendor(tmp_path, "fhir_coder", "fault-order-of-entries"), tmp_path / "run")
    failed = [result for result in results if by_json[result.id] == "pass" and result.verdict == "fail"]
    assert failed
    assert not summary.conformant
    assert not [result.id for result in failed if len({line.session for line in result.expected.lines}) < 2]  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["csv_coder", "hl7_coder"])
def test_a_process_for_each_case(name: str, by_json: dict[str, str], tmp_path: Path) -> None:
    """In mode oneshot the answer is all of standard output."""
    path = vendor(tmp_path, name)
    path.write_text(path.read_text().replace('mode = "stream"', 'mode = "oneshot"'))
    planned = plan_run(path, ("boundaries",), seed=1)
    chosen = tuple(replace(part, size=8) for part in planned.chosen)
    asyncio.run(run_to_folder(replace(planned, chosen=chosen), tmp_path / "run", resume=False))
    found = verdicts(list(RunFolder(tmp_path / "run").results()))
    assert {name: by_json[name] for name in found} == found
    assert 8 == len(found)


@pytest.fixture
def billing(request: pytest.FixtureRequest) -> Iterator[str]:
    """A web service that answers a case with the charges of the CSV coder, and with nothing where there are none."""
    del request
    space: dict[str, object] = {"__name__": "coder", "__file__": str(VENDORS / "csv_coder" / "coder.py")}
    exec((VENDORS / "csv_coder" / "coder.py").read_text(), space)  # noqa: S102 - our own text

    def answer(body: bytes, _: str) -> bytes:
        text = space["export"](json.loads(body))  # type: ignore[operator]
        return b"" if ";;;;;Posted" in text else text.encode()

    with answering(answer) as url:
        yield url


def test_a_web_service_may_answer_with_nothing_where_nothing_is_billed(
    billing: str, by_json: dict[str, str], tmp_path: Path
) -> None:
    """`empty = "coded"` makes an empty body the answer that nothing is billed; without it that is no answer, and says what to do."""
    text = (VENDORS / "csv_coder" / "vendor.toml").read_text()
    head, formats = text[: text.index("[adapter]")], text[text.index("[format]") :]
    adapter = f'[adapter]\nkind = "http"\nurl = "{billing}"\ntimeout_s = 60\n'
    (tmp_path / "with.toml").write_text(f'{head}{adapter}{formats}[answers]\nempty = "coded"\n')
    (tmp_path / "without.toml").write_text(head + adapter + formats)
    _, results = run(tmp_path / "with.toml", tmp_path / "with", ("boundaries",))
    _, refused = run(tmp_path / "without.toml", tmp_path / "without", ("boundaries",))
    assert {name: by_json[name] for name in verdicts(results)} == verdicts(results)
    invalid = [result for result in refused if result.verdict == "invalid"]
    assert invalid
    assert all('say so: [answers] empty = "coded"' in result.explanation for result in invalid)


BILLS = r"""
import re, sys
for line in sys.stdin.buffer:
    name = re.search(rb'"id": ?"([^"]*)"', line)
    account = name[1].decode() if name and line.startswith(b"{") and line.rstrip().endswith(b"}") else ""
    print("Account;Visit;DOS;CPT;Mod 1;Mod 2;Qty;Status")
    print(f"{account};S1;;77412;;;1;Posted\n", flush=True)
"""
