"""Suite `edits-national`: what its author wants of each claim holds against the reference, and its pairs are all there."""

from itertools import product

import pytest

from rtconform.generators.space.model import Model
from rtconform.generators.suites.edits_national import (
    EDITS_NATIONAL,
    MODIFIERS,
    PairEntry,
    UnitsEntry,
    Wanted,
    entries,
    entry_at,
    pairs,
    pairs_model,
    units_model,
    wanted,
)
from rtconform.generators.suites.generated import Place
from rtconform.generators.suites.suite import cases
from rtconform.reference.documents.adjudication import AdjudicationLine
from rtconform.reference.documents.claim import claim_faults
from rtconform.reference.editor.editor import adjudicate
from tests.helpers import coverage_checker as checker


def answer(line: AdjudicationLine) -> Wanted:
    """What the reference says of a line, in the author's words."""
    if line.disposition == "allow":
        return "either" if line.accepted else "allow"
    return "either" if "allow" in line.accepted else "stop"


def test_the_reference_agrees_with_the_author() -> None:
    """Each line in question has to be stopped, allowed, or may be either, as its author says, and by the category that they name."""
    for index, item in enumerate(cases(EDITS_NATIONAL, 3)):
        right, category = wanted(entry_at(Place(EDITS_NATIONAL.name, EDITS_NATIONAL.version, 3, index)))
        line = adjudicate(item.claim).lines[-1]
        assert (item.title, right) == (item.title, answer(line))
        assert category is None or category in (line.category, *line.also)
        assert [] == list(claim_faults(item.claim))


def test_claims_to_stop_and_to_allow_are_there() -> None:
    """A third at least has to be stopped, a quarter has to be allowed; what is wrong is named by the row of the table."""
    items = list(cases(EDITS_NATIONAL, 1))
    stopped = [item for item in items if item.stops]
    plain = [item for item in items if all(answer(line) == "allow" for line in adjudicate(item.claim).lines)]
    assert len(stopped) > len(items) / 3
    assert len(plain) > 20
    assert all(bool(item.stops) == bool(item.faults) for item in items)


def test_every_row_of_the_table_decides_a_claim() -> None:
    """Each pair is asked of with every modifier, under the payer that adopts the tables, on a day on which they are in force."""
    asked = {(entry.pair, entry.modifier) for entry in entries() if isinstance(entry, PairEntry)
             and (entry.payer, entry.days, entry.form) == ("medicare", "same", "hospital") and entry.date != "before"}  # fmt: skip
    assert set(product(pairs(), MODIFIERS)) <= asked
    assert {"0", "1"} == set(pairs().values())


@pytest.mark.parametrize(("model", "kind"), [(pairs_model(), PairEntry), (units_model(), UnitsEntry)], ids=["pairs", "units"])
def test_every_pair_of_the_space_is_there(model: Model, kind: type) -> None:
    """Every pair of values that can occur, by the independent checker."""
    plain = {
        "parameters": {key: list(values) for key, values in model.parameters.items()},
        "implications": [
            {"if": {k: list(v) for k, v in each.when.items()}, "then": {k: list(v) for k, v in each.then.items()}}
            for each in model.implications
        ],
    }
    rows = [dict(vars(entry)) for entry in entries() if isinstance(entry, kind)]
    found = checker.check(plain, rows, 2)
    assert [] == found.missing
    assert found.possible > 50
