"""What the numbers of a run are."""

import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from rtconform.conformance.records import Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.verdicts import FINDINGS, VERDICTS
from rtconform.reports.figures.summary import RuleCount, because, counted_results, missing_cases, summarise

MakeRun = Callable[[str], RunFolder]
Made = dict[str, Callable[..., Any]]


def _counts(run: RunFolder) -> dict[str, int]:
    return {verdict: number for verdict, number in summarise(run).counts.items() if number}


@pytest.mark.parametrize(
    ("name", "exit_code", "counts"),
    [
        ("all", 0, {"pass": 12}),
        ("none", 1, {"fail": 5}),
        (
            "some",
            1,
            {"pass": 12, "accepted": 1, "fail": 4, "declined": 1, "invalid": 1, "error": 1, "timeout": 1, "not_applicable": 1},
        ),
        ("interrupted", 1, {"pass": 1, "fail": 1, "unanswered": 5}),
        ("torn", 1, {"pass": 2, "unanswered": 1}),
        ("findings", 1, {"pass": 4}),
        ("only", 1, {"fail": 1, "unanswered": 1}),
        ("empty", 1, {}),
        ("unsupported", 1, {"not_applicable": 3}),
    ],
)
def test_counts_and_exit_code(make_run: MakeRun, name: str, exit_code: int, counts: dict[str, int]) -> None:
    """Every case of the run has one verdict, a case without a result is unanswered; the tables decide the exit code."""
    summary = summarise(make_run(name))

    assert counts == {verdict: number for verdict, number in summary.counts.items() if number}
    assert list(VERDICTS) == list(summary.counts)
    assert (exit_code, exit_code == 0) == (summary.exit_code, summary.conformant)
    assert summary.cases == sum(summary.counts.values()) == sum(suite.cases for suite in summary.suites)


@pytest.mark.parametrize("verdict", VERDICTS)
def test_each_verdict_has_its_effect(write_run: Callable[..., RunFolder], made: Made, verdict: Any) -> None:
    """One case with a verdict beside passes makes the run conformant or not as the table of verdicts says."""
    odd = made["passing"](9) if verdict == "pass" else made["other"](1, verdict)

    assert VERDICTS[verdict].conformant == summarise(write_run([made["passing"](1), odd])).conformant


@pytest.mark.parametrize("kind", FINDINGS)
def test_each_finding_has_its_effect(write_run: Callable[..., RunFolder], made: Made, kind: Any) -> None:
    """A finding beside passes makes the run conformant or not as the table of findings says, and the reason is given."""
    summary = summarise(write_run([made["passing"](1)], [made["finding"](kind), made["finished"]()]))

    assert FINDINGS[kind].conformant == summary.conformant
    assert (f"{kind}: {FINDINGS[kind].means}",) == because(summary)


def test_a_run_without_its_end_is_not_conformant(write_run: Callable[..., RunFolder], made: Made) -> None:
    """All cases answered, but killed before the sample was asked again: not conformant, and the reason is given."""
    summary = summarise(write_run([made["passing"](1)], []))

    assert (False, 1) == (summary.conformant, summary.exit_code)
    assert ["The run did not reach its end: the sample was not asked again. Continue it with --resume."] == list(because(summary))


def test_a_finding_recorded_twice_counts_once(write_run: Callable[..., RunFolder], made: Made) -> None:
    """A resumed run asks its canary again: the same finding is one finding."""
    summary = summarise(write_run([made["passing"](1)], [made["finding"]("codes_anything")] * 2))

    assert ["codes_anything"] == [finding.kind for finding in summary.findings]


def test_rules(make_run: MakeRun) -> None:
    """A rule counts the cases that it is at work in, those answered right, and those in which it was broken."""
    rules = summarise(make_run("some")).rules

    assert RuleCount(cases=21, right=13, broken=1) == rules["SCOPE-DELETED"]
    assert RuleCount(cases=9, right=1, broken=3) == rules["ISO-CONTIGUOUS"]
    assert "DOC-AMM" not in rules


def test_only(make_run: MakeRun) -> None:
    """A run of chosen cases is due for those alone, and knows by name and suite which of them are missing."""
    suites = {suite.name: suite for suite in summarise(make_run("only")).suites}

    assert (1, ["published:009"]) == (suites["published"].cases, list(missing_cases(suites["published"])))
    assert (1, []) == (suites["boundaries"].cases, list(missing_cases(suites["boundaries"])))


def test_interrupted_says_why(make_run: MakeRun) -> None:
    """An early end is explained as long as cases are unanswered."""
    summary = summarise(make_run("interrupted"))

    assert ("Stopped by the user.",) == summary.stopped
    assert summary.finished_at is None


def test_results_written_later_are_left_out(write_run: Callable[..., RunFolder], made: Made) -> None:
    """A report of a run that goes on shows the results that its counts are of."""
    run = write_run([made["passing"](1)], suites={"published": 2})
    summary = summarise(run)
    with (run.path / "results.jsonl").open("ab") as stream:
        stream.write((run.path / "results.jsonl").read_bytes())

    assert 1 == len(list(counted_results(run, summary)))


@dataclass
class Endless:
    """A run of any number of results that are made as they are read."""

    folder: RunFolder
    one: Result
    number: int

    @property
    def manifest(self) -> Any:
        return self.folder.manifest

    def results(self) -> Any:
        return (self.one for _ in range(self.number))

    def events(self) -> Any:
        return iter(())


def test_memory_does_not_grow_with_the_results(write_run: Callable[..., RunFolder], made: Made) -> None:
    """The summary of a hundred times as many results needs no more memory."""
    folder = write_run([made["passing"](1)])
    peaks = []
    for number in (100, 100, 10_000):
        tracemalloc.start()
        summarise(Endless(folder, made["passing"](1), number))  # type: ignore[arg-type] # a run folder in all that is read of it
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[2] < peaks[1] + 50_000
