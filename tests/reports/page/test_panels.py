"""The tables and plots of the page: where cases stand, which readings are followed, shares, latencies."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtconform.conformance.records import Result
from rtconform.conformance.traits import Traits
from rtconform.reference.documents.coding import Answer, AnswerLine
from rtconform.reports.figures.intervals import wilson
from rtconform.reports.page.ambiguities import AmbiguityTally
from rtconform.reports.page.matrices import Cell, MatrixTally
from rtconform.reports.page.timing import HEIGHT, TimingTally, duration, timing_of
from rtconform.reports.page.utilisation import UtilisationTally

Made = dict[str, Callable[..., Any]]
PLACE = Traits("vmat", 1, "active", "cbct", "hospital_outpatient", "facility")


def test_matrices(made: Made) -> None:
    """A cell counts the cases asked and those that stand; what the vendor does not support stands nowhere."""
    tally = MatrixTally()
    for result, place in (
        (made["passing"](1), PLACE),
        (made["failing"](1), PLACE),
        (made["failing"](2), replace(PLACE, technique="2d", isocenters=5, guidance="none", motion="none")),
        (made["other"](3, "not_applicable"), PLACE),
        (made["passing"](2), None),
    ):
        tally.add(replace(result, traits=place))

    levels, guidance = tally.levels(), tally.guidance()
    assert 3 == tally.placed
    assert ((("2d", "2D"), ("vmat", "VMAT")), (("1", "1"), ("3+", "3+"))) == (levels.rows, levels.columns)
    assert (Cell("vmat", "1", 1, 2), Cell("vmat", "3+", 0, 0)) == levels.cells[1]
    assert ["empty", "wrong", "mostly", "empty"] == [cell.state for row in levels.cells for cell in row]
    assert (("cbct", "CBCT"), ("none", "none")) == guidance.rows
    assert ["no motion management", "controlled the beam"] == [words for _, words in guidance.columns]


def test_ambiguities(made: Made) -> None:
    """A pass follows the rule book's reading, an accepted answer the other, and both together are told with an example of each."""
    tally = AmbiguityTally()
    for result in (made["passing"](1), made["passing"](2), made["other"](3, "accepted"), made["failing"](4)):
        tally.add(result)
    (found,) = tally.ambiguities()

    assert ("AMM-OBSERVED", 2, 1, 1) == (found.rule.id, found.primary, found.other, found.unclear)
    assert ("both", ("published:001", "boundaries:003")) == (found.follows, found.examples)


@pytest.mark.parametrize(("results", "follows"), [(["passing"], "primary"), (["accepted"], "other"), (["failing"], "neither")])
def test_consistent(made: Made, results: list[str], follows: str) -> None:
    """One reading alone is followed always; a fail for another reason tells nothing."""
    tally = AmbiguityTally()
    for name in results:
        tally.add(made["other"](1, "accepted") if name == "accepted" else made[name](1))

    assert [follows] == [found.follows for found in tally.ambiguities()]


def _clinic(made: Made, code: str) -> Result:
    passing: Result = made["passing"](1, "clinic")
    return replace(passing, answer=Answer("x", "coded", (AnswerLine("S1", code),)))


def test_utilisation(made: Made) -> None:
    """Shares are over the sessions coded, with an interval round them, beside the reference's over the same cases."""
    tally = UtilisationTally()
    for number in range(200):
        tally.add(_clinic(made, "77412" if number < 70 else "77407"))
    low, middle, high = tally.shares()

    assert [(0, True), (130, True), (70, True)] == [(share.sessions, share.agrees) for share in (low, middle, high)]
    assert (0.35, 0.0) == (high.share, high.reference)
    assert high.interval[0] < 0.35 < high.interval[1]


def test_utilisation_needs_a_realistic_mix(made: Made) -> None:
    """Other suites, and few sessions, say nothing of shares."""
    tally = UtilisationTally()
    for _ in range(500):
        tally.add(made["passing"](1))
    for _ in range(99):
        tally.add(_clinic(made, "77407"))

    assert () == tally.shares()


@pytest.mark.parametrize(
    ("hits", "number", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (1, 100, 0.0018, 0.0545)],
)
def test_wilson(hits: int, number: int, low: float, high: float) -> None:
    """The interval is Wilson's, by published examples."""
    assert (low, high) == tuple(round(bound, 4) for bound in wilson(hits, number))


@given(st.lists(st.floats(0, 1e6, allow_nan=False), min_size=1))
def test_timing(latencies: list[float]) -> None:
    """Percentiles are latencies that there were, rising; every answer is in one bar, and no bar leaves the drawing."""
    timing = timing_of(Counter(latencies))
    values = list(timing.percentiles.values())

    assert sorted(values) == values
    assert max(latencies) == values[-1]
    assert set(values) <= set(latencies)
    assert len(latencies) == sum(bar.cases for bar in timing.bars)
    assert all(0 <= bar.y <= HEIGHT and 0 <= bar.x and bar.x + bar.width <= 640 for bar in timing.bars)


def test_no_answer_no_timing(made: Made) -> None:
    """A run without an answer has no timing."""
    tally = TimingTally()
    tally.add(made["other"](1, "timeout"))

    assert tally.timing() is None


@pytest.mark.parametrize(("ms", "text"), [(0.42, "0.42 ms"), (9.96, "10 ms"), (18.2, "18 ms"), (1234, "1.23 s")])
def test_duration(ms: float, text: str) -> None:
    """Durations have as many digits as a person reads."""
    assert text == duration(ms)
