"""The changes of records at the edges (`strategies.edges()`): each can be made to whatever another has left."""

from itertools import product

import pytest

from tests.helpers.edge_records import CHANGES, PICKED


def test_every_change_can_be_made_to_every_hand_picked_treatment() -> None:
    """Also to one whose first session treats nothing; what comes has the case's id."""
    assert all(change(case).id == case.id for case in PICKED for change in CHANGES)


@pytest.mark.slow
def test_any_change_can_be_made_after_any_other() -> None:
    """All pairs, each on some of the treatments."""
    assert all(second(first(case)).id == case.id for case in PICKED[::10] for first, second in product(CHANGES, repeat=2))
