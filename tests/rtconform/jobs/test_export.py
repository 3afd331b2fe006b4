"""A suite exported as plain files: complete, checkable, and judged from the files alone as the harness judges it."""

import asyncio
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from rtconform.conformance.coder.judge import judge
from rtconform.conformance.runs.folder import RunFolder
from rtconform.generators.suites.registry import digest, suite
from rtconform.jobs.export import accepted_answers, export
from rtconform.jobs.run import plan_run, run_to_folder
from rtconform.reference.coder.coder import expect
from rtconform.reference.documents.coding import Answer, AnswerLine
from rtconform.reference.documents.treatment import Case, unknown_terms
from rtconform.reference.documents.wire import decode
from rtconform.reference.errors import UserError
from tests.helpers import ROOT, odd_records

SCRIPT = ROOT / "docs" / "how-to" / "judge.py"
HARNESS_SAYS = {"declined": "fail", "fail": "fail", "accepted": "accepted", "pass": "pass"}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Suite boundaries as files."""
    folder = tmp_path_factory.mktemp("export") / "boundaries"
    export(suite("boundaries"), folder, seed=1, count=None)
    return folder


def test_files_and_digests(exported: Path) -> None:
    """Every file is named with its digest, and the suite's digest is the one that a run's manifest has."""
    about = json.loads((exported / "suite.json").read_text())
    there = {path.relative_to(exported).as_posix() for path in exported.rglob("*") if path.is_file()}
    assert there - {"suite.json"} == set(about["files"])
    for name, expected in about["files"].items():
        assert expected == hashlib.sha256((exported / name).read_bytes()).hexdigest()
    assert digest(suite("boundaries"), 1) == about["digest"]


def test_cases_meet_the_exported_schema(exported: Path) -> None:
    """The exported cases are valid by the exported schema, but those that hold an unknown term on purpose."""
    validator = jsonschema.Draft202012Validator(json.loads((exported / "schemas" / "case.schema.json").read_text()))
    for line in (exported / "cases.jsonl").read_bytes().splitlines():
        assert any(unknown_terms(decode(line, Case))) or validator.is_valid(json.loads(line))


def test_a_folder_is_never_overwritten(exported: Path) -> None:
    """A folder that is not empty is refused."""
    with pytest.raises(UserError, match="not empty"):
        export(suite("boundaries"), exported, seed=1, count=None)


@pytest.mark.slow
@given(odd_records.cases())
def test_accepted_answers_are_what_the_judge_lets_pass(case: Case) -> None:
    """The first accepted answer passes the judge, every other one is accepted, under the ambiguities that it names."""
    expectation = expect(case)
    ways: list[Any] = [*accepted_answers(expectation)]
    for number, way in enumerate(ways):
        lines = tuple(AnswerLine(*line) for line in way["lines"])
        judgement = judge(case, expectation, Answer(case.id, way["outcome"], lines))
        assert ("accepted" if number else "pass") == judgement.verdict
        assert number == 0 or set(judgement.rules) == set(way["under"])


@pytest.mark.slow
@pytest.mark.parametrize("vendor", ["correct", "three_faults", "all_77407"])
def test_the_script_agrees_with_the_harness(exported: Path, tmp_path: Path, vendor: str) -> None:
    """Judged from the files alone, every answer of a vendor gets the verdict that the harness gave it."""
    out = tmp_path / "run"
    planned = plan_run(ROOT / "tests" / "vendors" / vendor / "vendor.toml", ["boundaries"], seed=1)
    asyncio.run(run_to_folder(planned, out, resume=False))
    lines = (out / "results.jsonl").read_text().splitlines()
    answers = [json.loads(line)["answer"] for line in lines]
    (tmp_path / "answers.jsonl").write_text("".join(json.dumps(answer) + "\n" for answer in answers))
    command = [sys.executable, str(SCRIPT), str(exported), str(tmp_path / "answers.jsonl")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    said = dict(line.split() for line in done.stdout.splitlines())
    assert {result.id: HARNESS_SAYS[result.verdict] for result in RunFolder(out).results()} == said


def test_the_script_knows_the_forms_of_a_second_session(exported: Path, tmp_path: Path) -> None:
    """Two units, 59/76/XE and packaged lines: the script normalises as the judge does."""
    cases = [decode(line, Case) for line in (exported / "cases.jsonl").read_bytes().splitlines()]
    answers: list[Any] = []
    verdicts: dict[str, Any] = {}
    for case in cases:
        expectation = expect(case)
        first = next((line for line in expectation.coding.lines), None)
        if first is None:
            continue
        for lines in (
            (AnswerLine(first.session, first.code, first.modifiers, 2),),
            tuple(
                AnswerLine(x.session, x.code, (*x.modifiers, "76") if i else x.modifiers)
                for i, x in enumerate(expectation.coding.lines)
            ),
            (
                *(AnswerLine(x.session, x.code, x.modifiers) for x in expectation.coding.lines),
                AnswerLine("S1", "77387", ("TC",), 1, "bundled"),
            ),
        ):
            answer = Answer(case.id, "coded", lines)
            answers.append(answer)
            verdicts.setdefault(case.id, []).append(HARNESS_SAYS[judge(case, expectation, answer).verdict])
    for variant in range(3):
        chosen = answers[variant::3]
        (tmp_path / "answers.jsonl").write_text("".join(json.dumps(_plain(answer)) + "\n" for answer in chosen))
        command = [sys.executable, str(SCRIPT), str(exported), str(tmp_path / "answers.jsonl")]
        said = dict(
            line.split() for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        )
        assert {answer.id: verdicts[answer.id][variant] for answer in chosen} == {
            id_: said[id_] for id_ in (a.id for a in chosen)
        }


def _plain(answer: Answer) -> dict[str, object]:
    lines = [
        {"session": x.session, "code": x.code, "modifiers": list(x.modifiers), "units": x.units, "payment": x.payment}
        for x in answer.lines
    ]
    return {"id": answer.id, "outcome": answer.outcome, "lines": lines}
