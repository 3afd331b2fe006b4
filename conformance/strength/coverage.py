"""What suites cover beside faulty coders: conditions of rules (MC/DC), and combinations of values of the space (t-way)."""

from collections.abc import Iterable
from functools import cache
from itertools import combinations

from rtconform.conformance.strength.conditions import Obligation, met_by
from rtconform.conformance.strength.killing import Trial, asked_of
from rtconform.conformance.strength.proofs.equivalence import points_of
from rtconform.generators.space.counting import count_tuples
from rtconform.generators.space.model import Row
from rtconform.generators.space.space import SPACE
from rtconform.generators.suites.arrays import STRENGTHS, rows
from rtconform.generators.suites.certify import CERTIFY, recipes


def conditions_met(of: Iterable[Trial]) -> frozenset[Obligation]:
    """The obligations that some of these cases meet; documents that are not cases meet none."""
    return frozenset(obligation for one in of if one.sent.sound for obligation in met_by(one))


@cache
def conditions_possible() -> frozenset[Obligation]:
    """The obligations that some point of the spaces of proof, or some case of the suites, meets.

    The other obligations can't be met: no point of the spaces meets them, and the spaces are complete. An earlier row of
    the table decides before the atom could.
    """
    spaces = (one for name in ("level", "guidance", "whole", "planning", "records") for one in points_of(name))
    return conditions_met(spaces) | conditions_met(one for name in ("boundaries", "threeway") for one in asked_of(name, 1))


def tuples_covered(name: str, t: int) -> float | None:
    """The share of all valid combinations of values of `t` dimensions that the suite's rows have; None: it has no rows."""
    found = _rows(name)
    if not found:
        return None
    covered = {
        tuple((place, row[place]) for place in places) for row in found for places in combinations(range(len(SPACE.names)), t)
    }
    return len(covered) / count_tuples(SPACE, t)


def _rows(name: str) -> tuple[Row, ...]:
    if name in STRENGTHS:
        return rows(STRENGTHS[name])
    if name != CERTIFY.name:
        return ()
    parts = (recipe.partition(":") for recipe in recipes())
    return tuple(rows(STRENGTHS[array])[int(number)] for array, _, number in parts if array in STRENGTHS)
