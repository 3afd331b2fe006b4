"""The order of repair and the faults of a run."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rtconform.conformance.runs.folder import RunFolder
from rtconform.reports.figures.faults import FaultTally
from rtconform.reports.figures.repair import Step, order
from rtconform.reports.figures.summary import summarise
from rtconform.reports.page.reading import read

COMBINATIONS = st.dictionaries(st.frozensets(st.sampled_from("abcdef"), min_size=1), st.integers(1, 50), max_size=20)


def test_what_clears_most_comes_first() -> None:
    """A case of two causes is cleared only by both; the cause that clears most by then is next."""
    combinations = {frozenset("a"): 5, frozenset("ab"): 4, frozenset("b"): 1, frozenset("c"): 3}

    assert (
        Step("a", cases=9, alone=5, clears=5, left=8),
        Step("b", cases=5, alone=1, clears=5, left=3),
        Step("c", cases=3, alone=3, clears=3, left=0),
    ) == order(combinations)


def test_where_no_repair_clears_anything() -> None:
    """The cause in the way of most cases comes first where none clears a case alone."""
    assert ["b", "a", "c"] == [step.cause for step in order({frozenset("ab"): 2, frozenset("bc"): 1})]


@given(COMBINATIONS)
def test_every_case_is_cleared_once(combinations: dict[frozenset[str], int]) -> None:
    """All repairs together clear every case, each cause is fixed once, and `left` counts down."""
    steps = order(combinations)

    assert sum(combinations.values()) == sum(step.clears for step in steps)
    assert sorted({cause for causes in combinations for cause in causes}) == sorted(step.cause for step in steps)
    fixed: set[str] = set()
    for step in steps:
        fixed.add(step.cause)
        assert step.left == sum(number for causes, number in combinations.items() if not causes <= fixed)


@given(COMBINATIONS)
def test_no_other_first_step_clears_more(combinations: dict[frozenset[str], int]) -> None:
    """The first step clears at least as much as any other first step would."""
    alone = Counter({next(iter(causes)): number for causes, number in combinations.items() if len(causes) == 1})

    assert max(alone.values(), default=0) == (order(combinations)[0].clears if combinations else 0)


def test_smallest_case_first(make_run: Callable[[str], RunFolder]) -> None:
    """Of the cases of a fault a few are kept: those with no other fault first, then the small ones, then the early ones."""
    run = make_run("none")
    (fault, *_) = read(run, summarise(run)).faults

    assert ["boundaries:000", "boundaries:001", "boundaries:002"] == [result.id for result in fault.smallest]


def test_a_case_with_one_fault_is_smaller(made: dict[str, Callable[..., Any]]) -> None:
    """A case with two faults is shown for either only where there is none with that fault alone."""
    tally = FaultTally()
    for result in (made["failing"](1), made["failing"](2, rules=("ISO-CONTIGUOUS",))):
        tally.add(result)
    smallest = {fault.cause.rules: [result.id for result in fault.smallest] for fault in tally.faults()}

    assert ["boundaries:002", "boundaries:001"] == smallest["ISO-CONTIGUOUS",]
    assert ["boundaries:001"] == smallest["L2-SINGLE",]
