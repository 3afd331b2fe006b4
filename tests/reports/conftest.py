"""Run folders for the report tests, written as the runner writes them, with results made by hand; a browser to look at reports."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from rtconform.conformance.coder.causes import causes_of
from rtconform.conformance.records import Environment, Event, Manifest, Result, SuiteRecord, VendorRecord
from rtconform.conformance.runs.folder import RunFolder, RunWriter
from rtconform.reference.documents.coding import Alternative, Answer, AnswerLine, Coding, CodingLine, Line
from tests.helpers.browser import axe_violations, chromium

STARTED = dt.datetime(2026, 3, 9, 8, 30, tzinfo=dt.UTC)
HOSTILE = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> ]]> <!-- {{ 7*7 }} {% raw %} "
    "\x00\x01\x0b\x1b[31mred\x1b[0m\x7f\u202e\ufffe "
)
LONG = "W" * 10_000

WriteRun = Callable[..., RunFolder]


def passing(number: int, suite: str = "published") -> Result:
    """A case of one session, 3D at one isocenter, answered right."""
    case_id = f"{suite}:{number:03}"
    return Result(
        id=case_id,
        suite=suite,
        verdict="pass",
        rules=("L2-SINGLE", "TECHNIQUE-FAMILY"),
        expected=_coding(case_id),
        answer=Answer(id=case_id, outcome="coded", lines=(AnswerLine("S1", "77407"),)),
        explanation="",
        latency_ms=1.5,
        title="Breast, tangents, one isocenter",
        heading="Scenario 2",
    )


def failing(number: int, suite: str = "boundaries", **fields: Any) -> Result:
    """Two plans at one isocenter, counted as two."""
    case_id = f"{suite}:{number:03}"
    answer = Answer(
        id=case_id,
        outcome="coded",
        lines=(AnswerLine("S1", "77412"), AnswerLine("S1", "77417", payment="bundled")),
        notes=("2 plans",),
    )
    known: dict[str, Any] = {
        "id": case_id,
        "suite": suite,
        "verdict": "fail",
        "rules": ("ISO-CONTIGUOUS", "L2-SINGLE"),
        "expected": _coding(case_id, "ISO-CONTIGUOUS"),
        "answer": answer,
        "explanation": "77412 billed where 77407 is due: two plans share one isocenter (ISO-CONTIGUOUS)",
        "latency_ms": 2.25,
        "title": "Two plans share one isocenter",
        "heading": "Isocenter; Scenario 3",
        "twin": f"{suite}:{number + 1:03}",
        "facts": ("S1: two plans, one isocenter, 3D, no active motion management",),
        "stderr": "warning: plan P2 has its own isocenter entry\n",
    }
    result = Result(**(known | fields))
    return replace(result, causes=result.causes or causes_of(result))


def other(number: int, verdict: Any, suite: str = "boundaries") -> Result:
    """A case with one of the verdicts other than pass and fail."""
    case_id = f"{suite}:{number:03}"
    fields: dict[str, Any] = {"verdict": verdict, "rules": ("L2-SINGLE",), "answer": None, "stderr": "", "twin": None}
    match verdict:
        case "accepted":
            fields |= {
                "rules": ("AMM-OBSERVED",),
                "answer": Answer(id=case_id, outcome="coded", lines=(AnswerLine("S1", "77412"),)),
                "explanation": "Level 3 is accepted where motion was watched (AMM-OBSERVED).",
                "title": "Motion watched, beam not held",
            }
        case "declined":
            fields |= {"answer": Answer(id=case_id, outcome="needs_review"), "explanation": "needs_review where 77407 was due."}
        case "invalid":
            fields |= {"received": "<html>502 Bad Gateway</html>", "explanation": "Not JSON: expected an object at byte 0."}
        case "error":
            fields |= {"stderr": "Traceback: KeyError 'isocenters'\n", "explanation": "The program ended with exit code 1."}
        case "timeout":
            fields |= {"explanation": "No answer in 5 s.", "latency_ms": None}
        case "not_applicable":
            fields |= {"explanation": "Setting freestanding is not supported.", "latency_ms": None}
        case _:
            fields |= {"explanation": "The run ended first.", "latency_ms": None}
    return failing(number, suite, **fields)


def finding(kind: Any, *cases: str) -> Event:
    """A finding as the fairness checks record it."""
    return Event(kind="finding", at=STARTED, detail=f"{kind}: seen when asked again", finding=kind, cases=cases)


FINISHED = Event(kind="finished", at=STARTED + dt.timedelta(minutes=2), detail="all cases answered")


def manifest(suites: dict[str, int], **vendor: str) -> Manifest:
    """A practice run of suites (name: number of cases) against one vendor."""
    known: dict[str, Any] = {
        "name": "Acme RadOnc Coder", "version": "4.2", "kind": "cli", "target": "node coder.mjs",
        "file": "vendors/acme coder.toml", "file_digest": "3b" * 32,
    }  # fmt: skip
    return Manifest(
        rule_set="2026.1",
        mode="practice",
        vendor=VendorRecord(**(known | vendor), supports={"settings": ["hospital_outpatient"]}),
        suites=tuple(SuiteRecord(name, "1.0", "c0ffee" * 10 + "beef", cases, 7) for name, cases in suites.items()),
        seed=7,
        started_at=STARTED,
        environment=Environment("0.1.0", "3.11.2", "Linux x86_64"),
    )


def run_of(
    path: Path,
    results: Iterable[Result],
    events: Iterable[Event] = (FINISHED,),
    suites: dict[str, int] | None = None,
    **fields: Any,
) -> RunFolder:
    """A run folder with these records; `suites` defaults to what the results have, `fields` go into the manifest."""
    kept = list(results)
    sizes = suites or {name: sum(result.suite == name for result in kept) for name in dict.fromkeys(r.suite for r in kept)}
    vendor = {key.removeprefix("vendor_"): fields.pop(key) for key in list(fields) if key.startswith("vendor_")}
    about = manifest(sizes, **vendor)
    about = Manifest(**({name: getattr(about, name) for name in about.__struct_fields__} | fields))
    with RunWriter(path, about, resume=False) as writer:
        for result in kept:
            writer.result(result)
        for event in events:
            writer.event(event)
    return RunFolder(path)


def _coding(case_id: str, *rules: str) -> Coding:
    return Coding(
        id=case_id,
        outcome="coded",
        lines=(CodingLine("S1", "77407", rules=("L2-SINGLE", *rules)),),
        alternatives=(Alternative("AMM-OBSERVED", "S1", (Line("S1", "77412"),)),),
        rules=("SCOPE-DELETED", "L2-SINGLE", *rules, "CLAIM-FACILITY"),
        reasons=("S1: one isocenter, 3D, no active motion management: level 2, 77407 (L2-SINGLE)",),
    )


OTHERS = ("accepted", "declined", "invalid", "error", "timeout", "not_applicable")


def hostile_results() -> list[Result]:
    """Results in which every text that a vendor has a hand in attacks the reader's program, or is endless."""
    lines = (AnswerLine(HOSTILE[:150], "77412"), AnswerLine("S1", "77407", ("26",), 3))
    results = [
        failing(
            number, explanation=f"{text} answered", received=text, stderr=text, title=text, facts=(text,),
            answer=Answer(id="x", outcome="coded", lines=lines, notes=(text[:2000],)),
        )
        for number, text in enumerate((HOSTILE, LONG, "=cmd()|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "]]>" * 50))
    ]  # fmt: skip
    return [*results, *(other(number, verdict) for number, verdict in enumerate(("invalid", "error"), 20))]


def _all(path: Path) -> RunFolder:
    return run_of(path, [passing(number) for number in range(12)])


def _some(path: Path) -> RunFolder:
    results = [
        *(passing(number) for number in range(12)),
        *(failing(number) for number in range(3)),
        failing(
            5, rules=("SCOPE-DELETED",), title="Prostate, VMAT", facts=("S1: one isocenter, IMRT",), twin=None,
            answer=Answer("boundaries:005", "coded", (AnswerLine("S1", "77386"), AnswerLine("S1", "77387", ("26",)))),
            explanation="77386 is deleted from 2026-01-01 (SCOPE-DELETED)",
        ),
        *(other(number, verdict) for number, verdict in enumerate(OTHERS, 10)),
    ]  # fmt: skip
    return run_of(path, results)


def _none(path: Path) -> RunFolder:
    return run_of(path, [failing(number) for number in range(5)])


def _interrupted(path: Path) -> RunFolder:
    stopped = Event(kind="interrupted", at=STARTED, detail="Stopped by the user.")
    return run_of(path, [passing(1), failing(1)], [stopped], suites={"published": 4, "boundaries": 3})


def _torn(path: Path) -> RunFolder:
    run = run_of(path, [passing(number) for number in range(3)], [])
    file = path / "results.jsonl"
    file.write_bytes(file.read_bytes()[:-40])
    return run


def _findings(path: Path) -> RunFolder:
    found = [finding("codes_anything"), finding("unstable", "published:001"), finding("unstable", "published:002")]
    return run_of(path, [passing(number) for number in range(4)], [*found, FINISHED])


def _only(path: Path) -> RunFolder:
    wanted = ("boundaries:001", "published:009")
    return run_of(path, [failing(1)], suites={"published": 20, "boundaries": 80}, only=wanted)


def _hostile(path: Path) -> RunFolder:
    event = Event(kind="stderr", at=STARTED, detail=HOSTILE + LONG)
    found = Event(kind="finding", at=STARTED, detail=HOSTILE, finding="id_dependent", cases=(HOSTILE,))
    return run_of(
        path, hostile_results(), [event, found, FINISHED], vendor_name=HOSTILE, vendor_version="=1+1", vendor_target=LONG,
        vendor_file=HOSTILE,
    )  # fmt: skip


def _empty(path: Path) -> RunFolder:
    return run_of(path, [], suites={"published": 0})


def _unsupported(path: Path) -> RunFolder:
    return run_of(path, [other(number, "not_applicable") for number in range(3)])


RUNS: dict[str, Callable[[Path], RunFolder]] = {
    "all": _all,
    "some": _some,
    "none": _none,
    "interrupted": _interrupted,
    "torn": _torn,
    "findings": _findings,
    "only": _only,
    "hostile": _hostile,
    "empty": _empty,
    "unsupported": _unsupported,
}


@pytest.fixture(params=RUNS)
def any_run(request: pytest.FixtureRequest, tmp_path: Path) -> RunFolder:
    """Every kind of run, one after the other."""
    return RUNS[request.param](tmp_path / "run")


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[[str], RunFolder]:
    """A run by its name in RUNS."""
    return lambda name: RUNS[name](tmp_path / name)


@pytest.fixture
def write_run(tmp_path: Path) -> WriteRun:
    """A run folder from results and events, under the name `folder`: see `run_of`."""
    return lambda *args, folder="written", **fields: run_of(tmp_path / folder, *args, **fields)


@pytest.fixture
def made() -> dict[str, Callable[..., Any]]:
    """Makers of records: passing, failing, other, finding, finished."""
    return {"passing": passing, "failing": failing, "other": other, "finding": finding, "finished": lambda: FINISHED}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, or a reason to skip."""
    yield from chromium()


@pytest.fixture
def heard() -> list[str]:
    """What the page said to the console, asked of the network or put before the reader."""
    return []


@pytest.fixture
def open_page(browser: Browser, heard: list[str]) -> Iterator[Callable[..., Page]]:
    """Opens a page, and waits until its cases can be searched where it has a search."""
    contexts = []

    def open_page(file: Path, fragment: str = "", **options: Any) -> Page:
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 800}} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("dialog", lambda dialog: heard.append(dialog.message))
        page.on("request", lambda request: heard.append(request.url) if not request.url.startswith(file.as_uri()) else None)
        page.goto(file.as_uri() + fragment)
        if options.get("java_script_enabled", True) and page.locator("#explorer").count():
            page.wait_for_selector("html.searchable")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def violations() -> Callable[[Page], list[tuple[str, str]]]:
    """What axe finds wrong with a page: the rule, and where."""
    return axe_violations
