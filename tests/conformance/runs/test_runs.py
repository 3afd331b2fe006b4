"""Whole runs against the sample vendors: the harness finds the faults that they have, and no others."""

import asyncio
import contextlib
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtconform.conformance.records import Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.jobs.run import plan_run, run_to_folder
from rtconform.reports.figures.summary import Summary, summarise
from tests.helpers import VENDORS

MINIATURES = VENDORS / "miniatures"
BOTH = ("published", "boundaries")


def run(vendor: Path, out: Path, suites: tuple[str, ...] = BOTH) -> tuple[Summary, list[Result]]:
    """A whole run and its results."""
    summary = asyncio.run(run_to_folder(plan_run(vendor, suites, seed=1), out, resume=False))
    return summary, list(RunFolder(out).results())


def broken_rules(results: list[Result]) -> set[str]:
    """The rules that some case broke."""
    return {rule for result in results if result.verdict == "fail" for rule in result.rules}


def verdicts(summary: Summary) -> dict[str, int]:
    """How many cases got which verdict."""
    return {verdict: number for verdict, number in summary.counts.items() if number}


def test_the_correct_coder(tmp_path: Path) -> None:
    """A correct coder passes every case; nothing is found out about it."""
    summary, results = run(VENDORS / "correct" / "vendor.toml", tmp_path / "run")
    assert ({"pass": len(results)}, (), 0) == (verdicts(summary), summary.findings, summary.exit_code)


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 16, 17, 32])
def test_a_whole_run_is_resumed(tmp_path: Path, count: int) -> None:
    """A run of any size ends, and resumed once it is whole it asks nothing more."""
    planned = plan_run(VENDORS / "correct" / "vendor.toml", ("clinic",), seed=1, count=count)
    for resume in (False, True):
        asyncio.run(asyncio.wait_for(run_to_folder(planned, tmp_path / "run", resume=resume), 60))
        assert count == len(list(RunFolder(tmp_path / "run").results()))


def test_the_coder_with_three_faults(tmp_path: Path) -> None:
    """IMRT billed 77386, set-up surface guidance taken for motion management, plans counted: these rules and no others."""
    summary, results = run(VENDORS / "three_faults" / "vendor.toml", tmp_path / "run")
    assert {"SCOPE-DELETED", "AMM-SETUP", "ISO-CONTIGUOUS", "ISO-SHIFT"} == broken_rules(results)
    assert {"pass", "accepted", "fail"} == verdicts(summary).keys()
    assert ((), 1) == (summary.findings, summary.exit_code)
    told = "77412 billed where 77407 is due: two plans share one isocenter (ISO-CONTIGUOUS)"
    assert told in {result.explanation for result in results}


def test_one_77407_for_everything(tmp_path: Path) -> None:
    """A coder without any rule is found out by the canary, and fails at every rule that it has none of."""
    summary, results = run(VENDORS / "all_77407" / "vendor.toml", tmp_path / "run")
    assert {"codes_anything"} == {finding.kind for finding in summary.findings}
    assert {"SCOPE-DATE", "SCOPE-TECHNIQUE", "NO-SPLIT", "L1-2D", "L3-MOTION", "ISO-SHIFT", "IGRT-PROF"} <= broken_rules(results)
    assert "L2-SINGLE" not in broken_rules(results)


@pytest.fixture
def node_coder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The HTTP coder in Node, listening."""
    node = shutil.which("node")
    if node is None:
        assert not os.environ.get("CI"), "CI must have Node: .ci/run installs it"
        pytest.skip("Node is not installed: the HTTP coder with its own JSON can't be started")
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(
            subprocess.Popen(
                [node, "server.mjs"],
                cwd=VENDORS / "http_node",
                env={**os.environ, "PORT": "0"},
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        stack.callback(server.kill)
        assert server.stdout is not None
        monkeypatch.setenv("RTCONFORM_NODE_PORT", server.stdout.readline().split()[-1])
        yield VENDORS / "http_node" / "vendor.toml"


def test_a_service_with_its_own_json(node_coder: Path, tmp_path: Path) -> None:
    """Driven by a template and JMESPath alone, the Node service shows its one fault: it never looks at the approval."""
    summary, results = run(node_coder, tmp_path / "run")
    assert {"IGRT-REVIEW"} == broken_rules(results)
    assert {"pass", "accepted", "fail"} >= verdicts(summary).keys()
    assert () == summary.findings


@pytest.mark.slow
@pytest.mark.parametrize(
    ("behaviour", "kinds"),
    [
        ("memoriser", {"id_dependent"}),
        ("by_position", {"codes_anything", "order_dependent"}),
        ("order_dependent", {"codes_anything", "order_dependent"}),
        ("unstable", {"codes_anything", "unstable"}),
        ("always_77412", {"codes_anything"}),
        ("liar", {"codes_anything"}),
        ("noisy", set()),
        ("huge_line", set()),
    ],
)
def test_what_is_found_out(behaviour: str, kinds: set[str], tmp_path: Path) -> None:
    """A vendor that answers by id, by position, by order, at random or anything at all is found out; an honest one is not."""
    summary, _ = run(MINIATURES / f"{behaviour}.toml", tmp_path / "run", ("boundaries",))
    assert kinds == {finding.kind for finding in summary.findings}
    assert (not kinds) == summary.conformant


@pytest.mark.slow
def test_a_memoriser_passes_every_case_and_is_not_conformant(tmp_path: Path) -> None:
    """Right answers to known ids are not enough."""
    summary, results = run(MINIATURES / "memoriser.toml", tmp_path / "run", ("published",))
    assert ({"pass": len(results)}, 1) == (verdicts(summary), summary.exit_code)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("behaviour", "verdict"),
    [
        ("twice", "invalid"),
        ("wrong_id", "invalid"),
        ("no_id", "invalid"),
        ("never", "timeout"),
        ("exits", "error"),
        ("half_line", "error"),
    ],
)
def test_what_is_no_answer(behaviour: str, verdict: str, tmp_path: Path) -> None:
    """A vendor that never gives a proper answer gets one verdict for every case, and the run ends."""
    summary, _ = run(MINIATURES / f"{behaviour}.toml", tmp_path / "run", ("published",))
    assert ({verdict: summary.cases}, 1) == (verdicts(summary), summary.exit_code)


def test_a_vendor_that_does_not_support_everything(tmp_path: Path) -> None:
    """Cases outside what the vendor declares are not_applicable: counted, never asked, never a pass."""
    text = (VENDORS / "correct" / "vendor.toml").read_text()
    folder = tmp_path / "vendor"
    shutil.copytree(VENDORS / "correct", folder)
    (folder / "vendor.toml").write_text(text + '\n[vendor.supports]\nclaims = ["facility"]\n')
    summary, results = run(folder / "vendor.toml", tmp_path / "run")
    by_claim = Counter((result.expected.id in {r.id for r in results}, result.verdict) for result in results)
    assert {"pass", "not_applicable"} == verdicts(summary).keys()
    assert sum(by_claim.values()) == summary.cases
    assert all(result.answer is None for result in results if result.verdict == "not_applicable")
    assert 0 == summary.exit_code


@pytest.mark.slow
def test_results_stand_in_the_suites_order(tmp_path: Path) -> None:
    """However the answers come, results are written in the order of the suite: two runs can be laid side by side."""
    _, first = run(VENDORS / "correct" / "vendor.toml", tmp_path / "a")
    _, second = run(VENDORS / "correct" / "vendor.toml", tmp_path / "b")
    assert [result.id for result in first] == [result.id for result in second]


def test_a_case_is_asked_by_its_id_alone(tmp_path: Path) -> None:
    """An id says the seed that its case is of: asked alone, it is that case, whatever seed the run has."""
    planned = plan_run(VENDORS / "correct" / "vendor.toml", ("pairwise",), seed=1, only=("pairwise:77:000003",))
    asyncio.run(run_to_folder(planned, tmp_path / "run", resume=False))
    assert ["pairwise:77:000003"] == [result.id for result in RunFolder(tmp_path / "run").results()]


@pytest.mark.slow
def test_a_finished_run_is_resumed(tmp_path: Path) -> None:
    """Where nothing is left to ask, resuming ends at once, with the same results."""
    planned = plan_run(VENDORS / "correct" / "vendor.toml", ("clinic",), seed=1, count=32)
    asyncio.run(run_to_folder(planned, tmp_path / "run", resume=False))
    first = list(RunFolder(tmp_path / "run").results())
    summary = asyncio.run(asyncio.wait_for(run_to_folder(planned, tmp_path / "run", resume=True), 60))
    assert (32, first) == (summary.cases, list(RunFolder(tmp_path / "run").results()))


@pytest.mark.slow
def test_a_run_is_counted_as_its_folder_says(tmp_path: Path) -> None:
    """The numbers counted while a run goes on are those of what it has written, also where it was cut and resumed."""
    planned = plan_run(VENDORS / "three_faults" / "vendor.toml", BOTH, seed=1)
    out = tmp_path / "run"
    assert asyncio.run(run_to_folder(planned, out, resume=False)) == summarise(RunFolder(out))

    lines = (out / "results.jsonl").read_bytes().splitlines(keepends=True)
    (out / "results.jsonl").write_bytes(b"".join(lines[: len(lines) // 2]))
    assert asyncio.run(run_to_folder(planned, out, resume=True)) == summarise(RunFolder(out))
