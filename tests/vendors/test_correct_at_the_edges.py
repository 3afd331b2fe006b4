"""The reference against the second implementation where records are odd: one change of `strategies.edges()` to each treatment."""

import pytest

from tests.helpers.edge_records import CHANGES, PICKED
from tools.agreement import both

pytestmark = pytest.mark.slow


def test_both_agree_at_the_edges() -> None:
    """Every change made to every treatment picked by hand."""
    answers = ((case.id, *both(change(case))) for case in PICKED for change in CHANGES)
    assert [] == [(case_id, theirs, ours) for case_id, theirs, ours in answers if theirs != ours]
