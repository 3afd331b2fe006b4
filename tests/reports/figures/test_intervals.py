"""Confidence intervals."""

import pytest

from rtconform.reports.figures.intervals import wilson


@pytest.mark.parametrize(
    ("hits", "number", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe, Statistics in Medicine 17 (1998), 857-872: table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_values(hits: int, number: int, low: float, high: float) -> None:
    """The interval is Wilson's: the values that Newcombe published for it."""
    assert (low, high) == tuple(round(bound, 4) for bound in wilson(hits, number))


def test_all_and_none_mirror_each_other() -> None:
    """The interval of all is that of none the other way round, and holds the share."""
    low, high = wilson(20, 20)
    assert pytest.approx((1 - high, 1 - low), abs=1e-9) == wilson(0, 20)
