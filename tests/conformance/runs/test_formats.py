"""Vendors that are asked and answer in formats of the trade, over every way in which a vendor is reached."""

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rtconform.conformance.records import Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.vendors.file import load_vendor
from rtconform.jobs.run import PlannedRun, plan_run, run_to_folder
from rtconform.reference.errors import UserError
from rtconform.reports.figures.summary import Summary
from tests.helpers.web_service import answering

VENDORS = Path(__file__).parents[2] / "vendors"
EDITOR = VENDORS / "x12_editor" / "editor.py"
HEAD = '[vendor]\nname = "Editor"\nversion = "1"\nrole = "editor"\n[format]\nquestion = "x12"\nanswer = "x12"\n'


def program(path: Path, *command: str, mode: str = "stream") -> Path:
    """The vendor file of a program."""
    listed = json.dumps([sys.executable, *command])
    path.write_text(f'{HEAD}[adapter]\nkind = "cli"\nmode = "{mode}"\ncommand = {listed}\ntimeout_s = 60\nworkers = 2\n')
    return path


def run(vendor: Path, out: Path, suite: str = "edits-claim") -> tuple[Summary, list[Result]]:
    """A whole run and its results."""
    summary = asyncio.run(run_to_folder(plan_run(vendor, (suite,), seed=1), out, resume=False))
    return summary, list(RunFolder(out).results())


@pytest.fixture(scope="module")
def by_x12(tmp_path_factory: pytest.TempPathFactory) -> list[Result]:
    """What the X12 editor's answers came to."""
    folder = tmp_path_factory.mktemp("x12")
    return run(program(folder / "v.toml", str(EDITOR)), folder / "run")[1]


@pytest.mark.slow
def test_an_editor_of_x12_is_held_to_the_verdicts_of_one_of_json(by_x12: list[Result], tmp_path: Path) -> None:
    """On every claim that an 837 can express, the same editor behind another library and format gets the same verdict."""
    _, by_json = run(VENDORS / "correct_editor" / "vendor.toml", tmp_path / "json")
    asked = {result.id: result.verdict for result in by_x12 if result.verdict != "not_applicable"}
    assert {result.id: result.verdict for result in by_json if result.id in asked} == asked
    assert len(asked) > 600


@pytest.mark.slow
def test_what_can_not_be_asked_is_counted_with_its_reason(by_x12: list[Result]) -> None:
    """A claim that the format does not carry is not applicable, never a pass, and says why."""
    reasons = [result.explanation for result in by_x12 if result.verdict == "not_applicable"]
    assert 38 == len(reasons)
    assert {"in 837P and 837I it can't be said", "837P and 837I does not carry what decides it"} == {
        reason.partition(":")[0] for reason in reasons
    }


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "code"), [("pays-port-images", "77417"), ("forgets-modifiers", "77387")])
def test_a_planted_fault_is_found_through_the_format(fault: str, code: str, tmp_path: Path) -> None:
    """A fault of the editor shows in its 835 as it would in JSON."""
    summary, results = run(program(tmp_path / "v.toml", str(EDITOR), fault), tmp_path / "run")
    failed = [result for result in results if result.verdict == "fail"]
    assert [result for result in failed if code in result.explanation]
    assert not summary.conformant


@pytest.mark.slow
def test_a_planted_fault_of_reading_is_found_through_fhir(tmp_path: Path) -> None:
    """An editor that takes the first day of an item's period for its only one denies lines of several days."""
    editor = str(VENDORS / "fhir_editor" / "editor.py")
    path = program(tmp_path / "v.toml", editor, "fault-single-day")
    path.write_text(path.read_text().replace('"x12"', '"fhir"'))
    planned = plan_run(path, ("edits-claim",), seed=1)
    failed = [result for result in run_first(planned, tmp_path / "run", 60) if result.verdict == "fail"]
    assert failed
    assert all("a false denial" in result.explanation for result in failed)


ONCE = """
import sys
from pathlib import Path
sys.path.insert(0, {folder!r})
import importlib.util
spec = importlib.util.spec_from_file_location("x12_editor", {editor!r})
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
def answer(text):
    return "".join(module.remittance(claim) for claim in module.claims(text.strip()))
"""


@pytest.mark.slow
def test_a_process_for_each_claim(tmp_path: Path) -> None:
    """In mode oneshot the interchange is standard input, and its answer all of standard output."""
    path = tmp_path / "once.py"
    path.write_text(ONCE.format(folder=str(EDITOR.parent), editor=str(EDITOR)) + "print(answer(sys.stdin.read()))\n")
    vendor = program(tmp_path / "v.toml", str(path), mode="oneshot")
    planned = plan_run(vendor, ("edits-claim",), seed=1)
    results = [result for result in run_first(planned, tmp_path / "run", 12) if result.verdict != "not_applicable"]
    assert ["pass"] * len(results) == [result.verdict for result in results]


def run_first(planned: PlannedRun, out: Path, count: int) -> list[Result]:
    """The first results of a run that asks only some of the claims."""
    chosen = tuple(replace(part, size=count) for part in planned.chosen)
    asyncio.run(run_to_folder(replace(planned, chosen=chosen), out, resume=False))
    return list(RunFolder(out).results())


@pytest.fixture
def service() -> Iterator[tuple[str, list[str]]]:
    """A web service that takes an 837 and answers an 835; the content types that it was sent."""
    space: dict[str, Any] = {}
    exec(ONCE.format(folder=str(EDITOR.parent), editor=str(EDITOR)), space)  # noqa: S102 - our own text
    types: list[str] = []

    def answer(body: bytes, content_type: str) -> bytes:
        types.append(content_type)
        answered: str = space["answer"](body.decode())
        return answered.encode()

    with answering(answer) as url:
        yield url, types


@pytest.mark.slow
def test_a_web_service_gets_the_media_type_of_x12(service: tuple[str, list[str]], tmp_path: Path) -> None:
    """A request's body is the interchange, as application/edi-x12, and so is the answer's."""
    url, types = service
    path = tmp_path / "v.toml"
    path.write_text(f'{HEAD}[adapter]\nkind = "http"\nurl = "{url}"\ntimeout_s = 60\nworkers = 2\n')
    _, results = run(path, tmp_path / "run")
    assert {"pass", "accepted", "not_applicable"} >= {result.verdict for result in results}
    assert {"application/edi-x12"} == set(types)


HOSTILE = """
import sys, re
text = ""
for line in sys.stdin:
    text += line
    if not line.startswith("IEA*"):
        continue
    name = re.search(r"CLM\\*([^*]+)", text)[1]
    text = ""
    number = sum(map(ord, name)) % 7
    isa = "ISA*00*          *00*          *ZZ*P              *ZZ*S              *260101*0900*^*00501*000000001*0*T*:~"
    good = f"{isa}GS*HP*A*B*20260101*0900*1*X*005010X221A1~ST*835*0001~CLP*{name}*4*1*0~CAS*CO*16*1~SE*4*0001~GE*1*1~IEA*1*000000001~"
    bad = {
        0: good,
        1: good.replace("SE*4", "SE*9"),
        2: isa + f"GS*HP~ST*835~CLP*{name}~" + "NTE*" + "X" * 900000 + "~IEA*1*1~",
        3: isa + f"GS*HP~ST*835~CLP*{name}~" + "SVC*HC:77412*1*0~" * 20000 + "IEA*1*1~",
        4: good.replace("CAS*CO*16", "CAS*CO*\\x00\\x1b[2J"),
        5: good.replace("CO*16*1", "CO*16*1e999"),
        6: "garbage without any end\\n",
    }[number]
    print(bad, flush=True)
"""


@pytest.mark.slow
def test_hostile_messages_change_nothing_but_their_own_verdict(tmp_path: Path) -> None:
    """Wrong counts, segments without end, endless loops and control characters cost their own claims only."""
    path = tmp_path / "hostile.py"
    path.write_text(HOSTILE)
    vendor = program(tmp_path / "v.toml", str(path))
    vendor.write_text(vendor.read_text().replace("timeout_s = 60", "timeout_s = 5").replace("workers = 2", "workers = 1"))
    planned = plan_run(vendor, ("edits-claim",), seed=1)
    results = [result for result in run_first(planned, tmp_path / "run", 40) if result.verdict != "not_applicable"]
    assert {"invalid"} < {result.verdict for result in results}
    assert [result for result in results if result.answer is not None]
    assert all("\x1b" not in result.explanation for result in results)


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ('[format]\nquestion = "hl7v2"\n', "is not a format for the question where a vendor is asked a claim"),
        ('[format]\nquestion = "json"\ncompanion = "note"\n', "json questions have no companion 'note'"),
        ('[format]\nanswer = "x12"\n[response]\nlines = "x"\n', "reads the answer already; remove one of the two"),
        ('[format]\nanswers = "x12"\n', "answers"),
    ],
)
def test_what_does_not_go_together_is_told(tables: str, said: str, tmp_path: Path) -> None:
    """A vendor file whose tables contradict each other is refused, with the table and what to do."""
    path = tmp_path / "v.toml"
    head = '[vendor]\nname = "E"\nversion = "1"\nrole = "editor"\n'
    path.write_text(f'{head}{tables}[adapter]\nkind = "cli"\ncommand = ["true"]\n')
    with pytest.raises(UserError) as found:
        load_vendor(path)
    assert said in str(found.value)
