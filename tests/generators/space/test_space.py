"""The space of treatments: what it declares, and that its counts are exact."""

import itertools
from typing import Any, get_args

import pytest

from rtconform.generators.randomness import draw_for
from rtconform.generators.space.counting import count, count_tuples, feasible, index, row
from rtconform.generators.space.diagram import diagram_of
from rtconform.generators.space.model import Implication, Model
from rtconform.generators.space.space import DECIDING, DIMENSIONS, SPACE, complete
from rtconform.reference.documents import treatment as t
from rtconform.reference.errors import UserError
from tests.helpers import coverage_checker

DOCUMENT = {
    "parameters": {name: list(values) for name, values in SPACE.parameters.items()},
    "implications": [{"if": dict(each.when), "then": dict(each.then)} for each in SPACE.implications],
}


def test_the_space_has_the_whole_vocabulary() -> None:
    """Every technique, method and monitor of the wire format is a value, or part of one."""
    assert set(t.TECHNIQUES) <= set(SPACE.parameters["technique"])
    assert set(t.MOTION_METHODS) == set(SPACE.parameters["motion"])
    assert {"none", *get_args(t.Monitor)} == set(SPACE.parameters["monitor"])
    assert {"none", *t.GUIDANCE_METHODS} == {method for value in SPACE.parameters["guidance"] for method in value.split("+")}


def test_every_dimension_value_and_constraint_says_what_it_is_and_why() -> None:
    """A dimension is about something, a value means something, a constraint has a reason, and no value is impossible."""
    assert all(dimension.about and all(dimension.values.values()) for dimension in DIMENSIONS)
    assert [] == [each for each in SPACE.implications if not each.reason]
    assert [] == [
        (name, value) for name, values in SPACE.parameters.items() for value in values if not feasible(SPACE, {name: value})
    ]


@pytest.mark.parametrize("each", range(len(SPACE.implications)))
def test_no_constraint_is_idle(each: Any) -> None:
    """Without any one constraint there are more combinations, of all dimensions or of those that decide."""
    idle = SPACE.implications[each]
    whole, deciding = (
        count(Model(space.parameters, tuple(row for row in space.implications if row is not idle))) for space in (SPACE, DECIDING)
    )
    assert (count(SPACE), count(DECIDING)) != (whole, deciding)


@pytest.mark.parametrize(
    "names",
    [
        ("technique", "energy", "arrangement"),
        ("technique", "motion", "monitor"),
        ("motion", "monitor", "control", "guidance"),
        ("guidance", "purpose", "timing", "couch"),
        ("guidance", "control", "port_images", "approval", "course"),
        ("technique", "intent", "sessions", "adaptive"),
    ],
)
def test_counts_are_those_of_trying_all(names: Any) -> None:
    """What is possible in a projection, by trying every combination with a checker that shares no code with the counting."""
    tried = [
        dict(zip(names, values, strict=True))
        for values in itertools.product(*(SPACE.parameters[name] for name in names))
        if coverage_checker.can_occur(DOCUMENT, dict(zip(names, values, strict=True)))
    ]
    assert len(tried) == sum(
        feasible(SPACE, dict(zip(names, values, strict=True)))
        for values in itertools.product(*(SPACE.parameters[name] for name in names))
    )
    assert len(tried) == projected(names)


@pytest.mark.slow
def test_pairs_are_counted_exactly() -> None:
    """Every pair of values, by trying whether it can occur."""
    possible = sum(
        coverage_checker.can_occur(DOCUMENT, {one: first, other: second})
        for one, other in itertools.combinations(SPACE.names, 2)
        for first in SPACE.parameters[one]
        for second in SPACE.parameters[other]
    )
    assert possible == count_tuples(SPACE, 2)


def test_the_deciding_dimensions_are_exactly_what_the_space_leaves_of_them() -> None:
    """Each valid row of the dimensions that decide can be completed, and no completable one is missing."""
    narrowed = [
        Implication({name: SPACE.parameters[name]}, {name: values}, "as there") for name, values in DECIDING.parameters.items()
    ]
    assert count(DECIDING) == projected(DECIDING.names, Model(SPACE.parameters, (*SPACE.implications, *narrowed)))


def test_a_combination_is_completed_by_a_draw() -> None:
    """What is given stays, the result is valid, and the same draw completes in the same way."""
    for number in range(300):
        given = dict(zip(DECIDING.names, row(DECIDING, number * 977 % count(DECIDING)), strict=True))
        found = complete(given, draw_for("test", "1", 1, number))
        assert found == complete(given, draw_for("test", "1", 1, number))
        assert given.items() <= found.items()
        assert 0 <= index(SPACE, tuple(found.values()))


def test_what_contradicts_itself_is_not_completed() -> None:
    """The message names what was asked for."""
    with pytest.raises(UserError, match="no valid combination has technique electron, energy proton"):
        complete({"technique": "electron", "energy": "proton"}, draw_for("test", "1", 1, 0))


def projected(names: Any, model: Any = SPACE) -> Any:
    """How many combinations of these dimensions some valid row has: paths through the diagram of the space, these first."""
    others = [name for name in SPACE.names if name not in names]
    diagram = diagram_of(Model({name: SPACE.parameters[name] for name in (*names, *others)}, model.implications))
    paths = {0: 1}
    for layer in diagram.children[: len(names)]:
        deeper: dict[Any, int] = {}
        for node, ways in paths.items():
            for child in layer[node]:
                if child >= 0:
                    deeper[child] = deeper.get(child, 0) + ways
        paths = deeper
    return sum(paths.values())
