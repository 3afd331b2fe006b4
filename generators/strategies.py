"""Hypothesis strategies over the space of treatments (`space.py`), for vendors' own property tests and for hunting faults.

    from hypothesis import given
    from rtconform.generators.strategies import cases

    @given(cases(technique="vmat", isocenters=2))
    def test_two_isocenters_are_level_3(case): ...

The same space as the suites: whatever a strategy draws could stand in one. It shrinks towards the clinically simplest: the
first value of each dimension, one plan, one beam, no guidance, no motion management.
"""

from collections.abc import Iterable
from functools import cache
from random import Random

from hypothesis import strategies as st

from rtconform.generators.constraints import Implication, Model
from rtconform.generators.counting import count, feasible
from rtconform.generators.realise import realise
from rtconform.generators.space import SPACE, Combination
from rtconform.reference.errors import UserError
from rtconform.reference.treatment import Case, Session

__all__ = ["cases", "combinations", "sessions"]

_CHOICES = 32
"""How many treatments of a combination there are to choose from, the simplest first."""

_ARRANGEMENTS = {
    1: ("one", "contiguous", "alternating_days", "planned_not_delivered"),
    2: ("separate_sites_2", "planned_shift_2"),
    3: ("separate_sites_3", "planned_shift_3"),
    4: ("separate_sites_4",),
}
"""The arrangements by the number of isocenters treated in a session."""

_SIMPLEST = {"date": "2026"}
"""The simplest value of a dimension, where that is not its first."""

Wanted = str | Iterable[str]


def cases(*, isocenters: int | None = None, **wanted: Wanted) -> st.SearchStrategy[Case]:
    """Treatments of the space.

    Each keyword names a dimension (`rtconform space` lists them) and gives the value, or the values, that it may have;
    `isocenters` is how many are treated in a session. Raises UserError for a dimension or value that there is not, and for a
    wish that no treatment meets: a strategy is never silently empty.
    """
    return st.builds(_treatment, combinations(isocenters=isocenters, **wanted), st.integers(0, _CHOICES - 1))


def sessions(*, isocenters: int | None = None, **wanted: Wanted) -> st.SearchStrategy[Session]:
    """Sessions of such treatments."""
    return cases(isocenters=isocenters, **wanted).flatmap(lambda case: st.sampled_from(case.sessions))


def combinations(*, isocenters: int | None = None, **wanted: Wanted) -> st.SearchStrategy[Combination]:
    """Valid combinations of the space: a value for each dimension."""
    if isocenters is not None:
        if isocenters not in _ARRANGEMENTS:
            raise UserError(f"no session has {isocenters} isocenters: give 1 to {max(_ARRANGEMENTS)}")
        wanted = {"arrangement": _ARRANGEMENTS[isocenters], **wanted}
    asked = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in wanted.items()}
    return _combinations(_part(tuple(sorted(asked.items()))))


@st.composite
def _combinations(draw: st.DrawFn, part: Model) -> Combination:
    chosen: dict[str, str] = {}
    for name, values in part.parameters.items():
        # one choice for each dimension, also where little is left to choose: otherwise fewer choices would look simpler
        choice = draw(st.integers(0, len(values) - 1))
        left = [value for value in _simplest_first(name, values) if feasible(part, {**chosen, name: value})]
        chosen[name] = left[choice % len(left)]
    return chosen


def _simplest_first(name: str, values: tuple[str, ...]) -> list[str]:
    return sorted(values, key=lambda value: value != _SIMPLEST.get(name, values[0]))


@cache
def _part(asked: tuple[tuple[str, tuple[str, ...]], ...]) -> Model:
    """The part of the space that has the values asked for."""
    wishes = tuple(Implication({name: SPACE.parameters.get(name, values)}, {name: values}, "asked for") for name, values in asked)
    part = Model(SPACE.parameters, (*SPACE.implications, *wishes))
    if count(part) == 0:
        wish = ", ".join(f"{name}={'|'.join(values)}" for name, values in asked)
        raise UserError(f"no treatment has {wish}; `rtconform space` says which combinations there are")
    return part


def _treatment(combination: Combination, choice: int) -> Case:
    made = [realise(combination, Random(number), f"strategy:{number}") for number in range(_CHOICES)]  # noqa: S311 - no secret
    return sorted(made, key=_complexity)[choice]


def _complexity(case: Case) -> tuple[int, ...]:
    treated = {beam for session in case.sessions for beam in session.beams_delivered}
    return len(case.plans), len(treated), len(case.isocenters)
