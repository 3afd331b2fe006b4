"""Strategies over the space: what they are asked for is what they draw, and they shrink to the clinically simplest."""

from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from rtconform.generators.hypothesis.strategies import cases, combinations, sessions
from rtconform.generators.space.space import SPACE
from rtconform.reference.documents.treatment import Case, Session
from rtconform.reference.errors import UserError


def smallest(strategy: st.SearchStrategy[object]) -> object:
    """What is left when everything fails."""
    seen = []

    @settings(phases=(Phase.generate, Phase.shrink), max_examples=50)
    @given(strategy)
    def fails(value: object) -> None:
        seen.append(value)
        raise AssertionError

    with pytest.raises(AssertionError):
        fails()
    return seen[-1]


@settings(max_examples=50)
@given(cases(technique="vmat", isocenters=2))
def test_filters_hold(case: Case) -> None:
    """Asked for VMAT at two isocenters, nothing else comes."""
    positions = {isocenter.id: isocenter.position_mm for isocenter in case.isocenters}
    where = {beam.id: positions[beam.isocenter] for plan in case.plans for beam in plan.beams}
    assert {"vmat"} == {plan.technique for plan in case.plans}
    assert all(2 == len({where[beam] for beam in session.beams_delivered}) for session in case.sessions)


@settings(max_examples=50)
@given(cases(claim=("hospital-professional", "freestanding-global"), guidance="cbct", approval="late"))
def test_several_values_and_dimensions(case: Case) -> None:
    """Several dimensions, and several values of one, hold together."""
    assert case.billing.claim in ("professional", "global")
    assert all({"cbct"} == {item.method for item in session.guidance} for session in case.sessions)


@settings(max_examples=50)
@given(sessions(motion="gating", control="held"))
def test_sessions(session: Session) -> None:
    """Sessions come from the same treatments."""
    assert session.motion is not None
    assert ("gating", True, True) == (session.motion.method, session.motion.during_beam, session.motion.beam_hold)


@settings(max_examples=100)
@given(st.data())
def test_what_is_drawn_lies_in_the_space(data: st.DataObject) -> None:
    """A combination that was drawn is one of the space, with a value for each dimension."""
    combination = data.draw(combinations())
    assert SPACE.names == tuple(combination)
    assert () == SPACE.violated(tuple(combination.values()))


def test_it_shrinks_to_the_simplest_treatment() -> None:
    """Left alone, it ends at one plan, one isocenter, one session, no guidance and no motion management, on a day of 2026."""
    case = smallest(cases())
    assert isinstance(case, Case)
    assert (1, 1, 1) == (len(case.plans), len(case.isocenters), len(case.sessions))
    assert 1 == len(case.sessions[0].beams_delivered)
    assert () == case.sessions[0].guidance
    assert case.sessions[0].motion is not None
    assert "none" == case.sessions[0].motion.method
    assert 2026 == case.billing.date_of_service.year


def test_a_wish_shrinks_to_its_simplest_treatment() -> None:
    """Asked for motion management, everything else is still the simplest."""
    combination = smallest(combinations(technique="vmat", control="held"))
    assert isinstance(combination, dict)
    assert ("one", "none", "1") == (combination["arrangement"], combination["guidance"], combination["sessions"])


@pytest.mark.parametrize(
    ("wish", "named"),
    [
        ({"technique": "warp"}, "no technique 'warp'"),
        ({"colour": "red"}, "no dimension 'colour'"),
        ({"isocenters": 5}, "5 isocenters"),
        ({"technique": "total_skin_electron", "isocenters": 3}, "no treatment has"),
        ({"technique": "electron", "energy": "photon_low"}, "no treatment has"),
    ],
)
def test_an_impossible_wish_is_told_at_once(wish: dict[str, Any], named: str) -> None:
    """A dimension or value that there is not, or a wish that no treatment meets, raises where the strategy is made."""
    with pytest.raises(UserError, match=named):
        cases(**wish)
