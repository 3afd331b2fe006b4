"""The reference against the second implementation where records are odd: one change of `strategies.edges()` to each treatment."""

import json

from agreement import comparable, second
from edge_records import CHANGES, PICKED

from rtconform.reference.coder import code
from rtconform.reference.wire import encode


def test_both_agree_at_the_edges() -> None:
    """Every change made to every treatment picked by hand."""
    theirs = second().code
    changed = (change(case) for case in PICKED for change in CHANGES)
    different = [
        case for case in changed if comparable(theirs(json.loads(encode(case)))) != comparable(json.loads(encode(code(case))))
    ]
    assert [] == different
