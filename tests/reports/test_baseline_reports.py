"""Baselines and errata in reports: no verdict changes, no run becomes conformant, and the exit code says what is new."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import junitparser
import pytest
from msgspec.structs import replace

from rtconform.conformance.records import Baseline, KnownFailure, Result
from rtconform.conformance.runs.errata import Erratum
from rtconform.conformance.runs.folder import RunFolder, RunWriter
from rtconform.reference.errors import UserError
from rtconform.reports.figures.summary import Summary, because, outcome, remarks, summarise
from rtconform.reports.writers.formats import render

Made = dict[str, Callable[..., Any]]
WriteRun = Callable[..., RunFolder]
DAY = dt.date(2026, 3, 9)
"""The day of the runs that are written here."""


def _known(*entries: tuple[str, str], expires: dt.date = DAY) -> Baseline:
    return Baseline("known.toml", "00" * 32, tuple(KnownFailure(by, what, "ticket", expires) for by, what in entries))  # type: ignore[arg-type]


def _summary(write_run: WriteRun, results: list[Result], baseline: Baseline) -> Summary:
    return summarise(write_run(results, baseline=baseline))


@pytest.mark.parametrize("by", ["case", "rule", "cause"])
def test_a_known_failure_is_no_failure_of_the_pipeline(write_run: WriteRun, made: Made, by: str) -> None:
    """Listed by case, rule or cause, a failure keeps its verdict and the run stays not conformant, with exit code 0."""
    failing = made["failing"](2)
    causes = failing.causes
    rules = dict.fromkeys(rule for cause in causes for rule in cause.rules)
    entries = {"case": [failing.id], "rule": rules, "cause": [cause.id for cause in causes]}[by]
    found = _summary(write_run, [made["passing"](1), failing], _known(*((by, what) for what in entries)))
    assert (False, 0, 1) == (found.conformant, found.exit_code, found.counts["fail"])
    assert "not conformant; all 1 failing cases are known" == outcome(found)
    assert found.known is not None
    assert (1, 0, {"needed"}) == (found.known.cases, found.known.new, {use.state for use in found.known.entries})


def test_a_failure_that_is_not_listed_is_new(write_run: WriteRun, made: Made) -> None:
    """One failing case more than the baseline knows ends the run with 1."""
    found = _summary(write_run, [made["failing"](1), made["failing"](2)], _known(("case", "boundaries:001")))
    assert found.known is not None
    assert (1, 1, 1) == (found.exit_code, found.known.cases, found.known.new)


@pytest.mark.parametrize(
    ("baseline", "state"),
    [
        (_known(("case", "boundaries:001"), expires=DAY - dt.timedelta(days=1)), "expired"),
        (_known(("case", "boundaries:001"), ("case", "published:002")), "passes again"),
        (_known(("case", "boundaries:001"), ("rule", "TECHNIQUE-FAMILY")), "passes again"),
        (_known(("case", "boundaries:001"), ("cause", "crash")), "passes again"),
    ],
)
def test_an_entry_that_is_over_fails_the_run(write_run: WriteRun, made: Made, baseline: Baseline, state: str) -> None:
    """An entry that expired, or that passes again, ends the run with 1 and is named, in the JUnit document too."""
    run = write_run([made["failing"](1), made["passing"](2)], baseline=baseline)
    found = summarise(run)
    assert found.known is not None
    assert (1, state) == (found.exit_code, found.known.entries[-1].state)
    assert any(state in remark for remark in remarks(found))
    (file,) = render(run.path, ["junit"])
    told = [
        case.result[0].message
        for suite in junitparser.JUnitXml.fromfile(str(file))
        if suite.name == "rtconform"
        for case in suite
    ]
    assert [state] == [message.partition(":")[0] for message in told]


@pytest.mark.parametrize("entry", [("case", "pairwise:1:000001"), ("rule", "ISO-SHIFT"), ("cause", "ISO-SHIFT/level-too-low")])
def test_what_was_not_asked_is_left_alone(write_run: WriteRun, made: Made, entry: tuple[str, str]) -> None:
    """A run that has no case for an entry says nothing of it."""
    found = _summary(write_run, [made["passing"](1)], _known(entry))
    assert found.known is not None
    assert (True, 0, "not asked") == (found.conformant, found.exit_code, found.known.entries[0].state)


@pytest.mark.parametrize("events", ["finding", "unfinished"])
def test_no_baseline_covers_a_finding_or_an_early_end(write_run: WriteRun, made: Made, events: str) -> None:
    """An unstable coder, or a run that ended early, ends with 1 whatever is listed."""
    told = [made["finding"]("unstable", "boundaries:001"), made["finished"]()] if events == "finding" else []
    run = write_run([made["failing"](1)], told, baseline=_known(("case", "boundaries:001")))
    assert 1 == summarise(run).exit_code


def test_reports_show_the_use_of_a_baseline(write_run: WriteRun, made: Made) -> None:
    """JSON holds it, JUnit skips what is known with the reason, the page says that the run is not conformant all the same."""
    run = write_run([made["failing"](1), made["passing"](1)], baseline=_known(("case", "boundaries:001")))
    files = {path.suffix: path for path in render(run.path, ["json", "junit", "html"])}
    known = json.loads(files[".json"].read_text())["summary"]["known"]
    assert ("known.toml", 1, 0) == (known["file"], known["cases"], known["new"])
    suites = junitparser.JUnitXml.fromfile(str(files[".xml"]))
    suites.update_statistics()
    assert (0, 0, 1) == (suites.failures, suites.errors, suites.skipped)
    assert "and the run is not conformant" in files[".html"].read_text()


def test_a_run_under_a_baseline_is_resumed_under_it(write_run: WriteRun, made: Made) -> None:
    """Another baseline is another run."""
    run = write_run([made["failing"](1)], baseline=_known(("case", "boundaries:001")))
    with pytest.raises(UserError, match="differs from the one begun there in: baseline"):
        RunWriter(run.path, replace(run.manifest, baseline=None), resume=True)


def test_a_withdrawn_case_does_not_count(write_run: WriteRun, made: Made) -> None:
    """Its failure keeps its verdict, is shown as set aside with the reason, and no longer makes the run not conformant."""
    erratum = Erratum("boundaries:001", "withdrawn", ("1.0",), "1.1", DAY, "the position was off by a millimetre")
    run = write_run([made["failing"](1), made["passing"](1)])
    before, after = summarise(run), summarise(run, [erratum])
    assert (False, 1) == (before.conformant, before.exit_code)
    assert (True, 0, 1, ()) == (after.conformant, after.exit_code, after.counts["fail"], because(after))
    assert ["boundaries:001"] == [item.case for item in after.set_aside]
    assert "withdrawn since boundaries 1.1: the position was off by a millimetre" in remarks(after)[0]


def test_a_baseline_that_lists_nothing_has_no_table(write_run: WriteRun, made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    """No file like it is accepted, but a run folder may come from anywhere."""
    run = write_run([made["failing"](1)], baseline=_known())
    render(run.path, ["table"])
    said = capsys.readouterr().out
    assert "known failure" not in said
    assert "not conformant" in said
