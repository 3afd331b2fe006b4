"""Making a case against drawing one with Hypothesis, and against encoding it, side by side in one run.

Ratios are printed, not asserted (`make bench`).
"""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from rtconform.generators.suites.registry import suite
from rtconform.reference.coder.remembered import expect
from rtconform.reference.documents.wire import encode
from tests.helpers import odd_records

pytestmark = pytest.mark.slow

CASES = 300


def made() -> list[object]:
    """Cases of suite clinic."""
    clinic = suite("clinic")
    return [clinic.case(index, 7).case for index in range(CASES)]


def drawn() -> list[object]:
    """As many cases from a strategy that puts records together field by field."""
    cases: list[object] = []

    @settings(max_examples=CASES, phases=(Phase.generate,), database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(odd_records.cases())
    def draw(case: object) -> None:
        cases.append(case)

    draw()
    return cases


def encoded() -> list[object]:
    """The same cases as JSON."""
    return [encode(case) for case in CLINIC]


def coded() -> list[object]:
    """The same cases, coded by the reference."""
    return [expect(case) for case in CLINIC]


CLINIC: list[Any] = made()


def test_generation(benchmark: Callable[[Callable[[], list[object]]], list[object]]) -> None:
    """Cases of suite clinic, warm."""
    assert CASES <= len(benchmark(made))


def test_drawing(benchmark: Callable[[Callable[[], list[object]]], list[object]]) -> None:
    """Cases drawn with Hypothesis."""
    assert CASES // 2 < len(benchmark(drawn))


def test_encoding(benchmark: Callable[[Callable[[], list[object]]], list[object]]) -> None:
    """Cases encoded to JSON."""
    assert CASES == len(benchmark(encoded))


def test_coding(benchmark: Callable[[Callable[[], list[object]]], list[object]]) -> None:
    """Cases coded by the reference."""
    assert CASES == len(benchmark(coded))
