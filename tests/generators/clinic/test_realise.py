"""From combinations to cases: every case lies where it was made from, read from its JSON by code that shares nothing with it."""

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtconform.generators.clinic.calendar import DAYS_OF_2026, day_after
from rtconform.generators.clinic.realise import realise, seen_in
from rtconform.generators.randomness import draw_for
from rtconform.generators.space.counting import count, row
from rtconform.generators.space.diagram import Reach, diagram_of
from rtconform.generators.space.model import Model
from rtconform.generators.space.space import SPACE, complete
from rtconform.generators.suites.written.composition import contradictions
from rtconform.reference.documents.treatment import claim_fault, duplicate_ids, unknown_terms
from rtconform.reference.documents.wire import encode
from tests.helpers.combination_of import combination_of

TREATMENT = ("technique", "energy", "arrangement", "intent", "motion", "monitor", "guidance", "sessions")


def combination(number: int) -> Any:
    return dict(zip(SPACE.names, row(SPACE, number), strict=True))


@settings(max_examples=400)
@given(st.integers(0, count(SPACE) - 1), st.integers(0, 2**32))
def test_a_case_lies_at_the_combination_that_it_was_made_from(number: int, seed: int) -> None:
    """Any combination of the space, any seed: the same combination is read from the case, which contradicts nothing."""
    wanted = combination(number)
    case = realise(wanted, draw_for("test", "1", seed, number), "test:1:000000")
    assert wanted == combination_of(json.loads(encode(case)))
    assert [] == [*contradictions(case), *duplicate_ids(case), *unknown_terms(case), *claim_fault(case)]


def test_thousands_of_cases_all_over_the_space_lie_where_they_should() -> None:
    """The same at regular steps through the whole space."""
    numbers = range(0, count(SPACE), count(SPACE) // 4_000 + 1)
    wrong = [
        (wanted, found)
        for number in numbers
        if (wanted := combination(number))
        != (found := combination_of(json.loads(encode(realise(wanted, draw_for("steps", "1", 1, number), "steps:1:000000")))))
    ]
    assert [] == wrong


def test_whatever_can_be_wished_for_is_seen_somewhere() -> None:
    """Every valid treatment has a situation: technique, energy, arrangement, intent, motion, monitor, guidance, sessions a day."""
    others = [name for name in SPACE.names if name not in TREATMENT]
    model = Model({name: SPACE.parameters[name] for name in (*TREATMENT, *others)}, SPACE.implications)
    diagram = diagram_of(model)
    nowhere = [wish for wish in _prefixes(model, diagram, len(TREATMENT)) if not seen_in(dict(zip(TREATMENT, wish, strict=True)))]
    assert [] == nowhere


@pytest.mark.parametrize("t", [1, 2])
def test_every_value_and_pair_beside_any_course_is_realised(t: int) -> None:
    """Courses are long enough for what the space says of them: the last day, a day between, two sessions, a new plan."""
    for number, found in enumerate(Reach(diagram_of(SPACE), {}).tuples(t)):
        partial = {SPACE.names[parameter]: SPACE.parameters[SPACE.names[parameter]][value] for parameter, value in found}
        draw = draw_for("pairs", "1", t, number)
        wanted = complete(partial, draw)
        assert wanted == combination_of(json.loads(encode(realise(wanted, draw, "pairs:1:000000"))))


def test_the_same_draw_makes_the_same_case() -> None:
    """Nothing but the combination and the draw has influence."""
    for number in range(0, count(SPACE), count(SPACE) // 50):
        one, again, other = (realise(combination(number), draw_for("test", "1", seed, 7), "test:1:000007") for seed in (1, 1, 2))
        assert one == again
        assert one != other


def test_the_clinic_is_closed_on_weekends_and_holidays() -> None:
    """The days on which cases are set, and the days that follow them."""
    assert 255 == len(DAYS_OF_2026)
    assert dt.date(2026, 1, 2) == day_after(dt.date(2025, 12, 31), 1)
    assert dt.date(2026, 7, 6) == day_after(dt.date(2026, 7, 2), 1)
    assert dt.date(2027, 1, 4) == day_after(dt.date(2026, 12, 31), 1)
    assert all(day.weekday() < 5 for day in DAYS_OF_2026)


def _prefixes(model: Any, diagram: Any, length: int) -> Any:
    """Every combination of values of the first parameters that some valid row has."""
    found: list[tuple[tuple[Any, ...], int]] = [((), 0)]
    for depth in range(length):
        values = model.parameters[model.names[depth]]
        found = [
            ((*begun, values[place]), child)
            for begun, node in found
            for place, child in enumerate(diagram.children[depth][node])
            if child >= 0
        ]
    return [begun for begun, _ in found]
