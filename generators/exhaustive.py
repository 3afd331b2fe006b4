"""Suite `exhaustive`: every valid combination of the dimensions that codes can hang on; the others are drawn.

Any case is reached by its index without making the ones before it (`counting.row`).
"""

from rtconform.generators.counting import count, row
from rtconform.generators.generated import GeneratedSuite, Place
from rtconform.generators.realise import realise
from rtconform.generators.space import DECIDING, Combination, complete
from rtconform.generators.suite import SuiteCase


def decided_at(index: int) -> Combination:
    """The values that case number `index` is about. Raises UserError beyond the last."""
    return dict(zip(DECIDING.names, row(DECIDING, index), strict=True))


def _make(place: Place) -> SuiteCase:
    draw = place.draw()
    return SuiteCase(realise(complete(decided_at(place.index), draw), draw, place.id))


EXHAUSTIVE = GeneratedSuite(
    "exhaustive", "1", "every valid combination of the dimensions that codes can hang on", _make, lambda: count(DECIDING)
)
