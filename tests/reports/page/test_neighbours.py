"""Beside a case that failed stands one that passed, and what differs between them."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from rtconform.conformance.traits import Traits
from rtconform.generators.suites.registry import suite
from rtconform.generators.suites.suite import SuiteCase, cases
from rtconform.reports.page.differences import SHOWN, differences, differing_traits
from rtconform.reports.page.neighbours import Neighbours

BOUNDARIES: dict[str, SuiteCase] = {item.id: item for item in cases(suite("boundaries"), 1)}


def test_twins_differ_in_few_fields() -> None:
    """Twins of suite boundaries differ, and the page says in what: a field and both values."""
    for item in BOUNDARIES.values():
        if item.twin:
            told = differences(BOUNDARIES[item.twin].case, item.case)
            assert told
            assert len(told) <= SHOWN + 1
            assert all((": " in change and " → " in change) or change.startswith("and ") for change in told)


def test_a_case_differs_from_itself_in_nothing() -> None:
    """Another id, another patient: nothing that decides."""
    case = next(iter(BOUNDARIES.values())).case
    assert () == differences(case, replace(case, id="another:1", patient=replace(case.patient, id="SYN-other")))


def test_the_field_is_named_with_both_values() -> None:
    """The value of the case that passed comes first."""
    case = next(item.case for item in BOUNDARIES.values() if item.case.sessions[0].motion is not None)
    motion = case.sessions[0].motion
    assert motion is not None
    changed = replace(case, sessions=(replace(case.sessions[0], motion=replace(motion, method="odd")), *case.sessions[1:]))
    assert (f"sessions[{case.sessions[0].id}].motion.method: {motion.method} → odd",) == differences(case, changed)


def test_only_a_twin_that_passed_is_shown(made: dict[str, Callable[..., Any]]) -> None:
    """A twin that failed too is no help."""
    failing = made["failing"](1)
    neighbours = Neighbours()
    neighbours.add(made["failing"](2))
    assert "" == neighbours.twin(failing)
    neighbours.add(made["other"](2, "accepted"))
    assert failing.twin == neighbours.twin(failing)


def test_the_most_similar_case_shares_the_most_traits(made: dict[str, Callable[..., Any]]) -> None:
    """Of the kinds of cases that passed the one with the fewest other traits; what differs is said trait by trait."""
    near = Traits("vmat", 1, "none", "cbct", "freestanding", "global")
    far = replace(near, technique="2d", motion="active", guidance="none")
    neighbours = Neighbours()
    assert neighbours.nearest(near) is None
    for number, traits in enumerate((far, near)):
        neighbours.add(replace(made["other"](number, "accepted"), traits=traits))
    asked = replace(near, isocenters=2)
    assert ("boundaries:001", near) == neighbours.nearest(asked)
    assert ("isocenters: 1 → 2",) == differing_traits(near, asked)
