"""How long the vendor took: percentiles, and a histogram that is drawn as inline SVG."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate

from rtconform.conformance.records import Result

PERCENTILES = (50, 90, 95, 99, 100)
BINS = 32
WIDTH = 640
HEIGHT = 120


@dataclass(frozen=True)
class Bar:
    """One bar of the histogram in the units of its drawing: `low_ms` to `high_ms`, `cases` in it."""

    x: float
    y: float
    width: float
    height: float
    low_ms: float
    high_ms: float
    cases: int


@dataclass(frozen=True)
class Timing:
    """Latencies of all answers: percentiles in milliseconds, bars over a logarithmic axis, and marks of that axis."""

    answers: int
    percentiles: dict[int, float]
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    marks: tuple[tuple[float, str], ...]


@dataclass
class TimingTally:
    """Counts latencies by their four leading digits, more than anyone is shown: bounded, however long the run."""

    _latencies: Counter[float] = field(default_factory=Counter)

    def add(self, result: Result) -> None:
        """One result; one without a latency is passed over."""
        if result.latency_ms is not None:
            self._latencies[float(f"{max(result.latency_ms, 0.0):.4g}")] += 1

    def timing(self) -> Timing | None:
        """The timing; None where nothing was answered."""
        return timing_of(self._latencies) if self._latencies else None


def timing_of(answers: Mapping[float, int]) -> Timing:
    """The timing of latencies (at least one), each with how many answers took it."""
    latencies = sorted(answers)
    ranks = list(accumulate(answers[latency] for latency in latencies))
    percentiles = {percent: latencies[bisect_left(ranks, ranks[-1] * percent / 100)] for percent in PERCENTILES}
    low = math.floor(math.log10(max(latencies[0], 0.01)))
    high = max(math.ceil(math.log10(max(latencies[-1], 0.01))), low + 1)
    counts = [0] * BINS
    for latency in latencies:
        counts[min(BINS - 1, int(_place(latency, low, high) * BINS))] += answers[latency]
    tallest = max(counts)
    step = WIDTH / BINS
    bars = tuple(
        Bar(
            x=round(number * step + 1, 1),
            y=round(HEIGHT * (1 - count / tallest), 1),
            width=round(step - 2, 1),
            height=round(HEIGHT * count / tallest, 1),
            low_ms=10 ** (low + number / BINS * (high - low)),
            high_ms=10 ** (low + (number + 1) / BINS * (high - low)),
            cases=count,
        )
        for number, count in enumerate(counts)
        if count
    )
    ticks = tuple((round(WIDTH * (power - low) / (high - low), 1), duration(10.0**power)) for power in range(low, high + 1))
    marks = tuple((round(WIDTH * _place(percentiles[percent], low, high), 1), f"p{percent}") for percent in (50, 95))
    return Timing(ranks[-1], percentiles, bars, ticks, marks)


def duration(milliseconds: float) -> str:
    """A duration for a person: "0.42 ms", "18 ms", "1.2 s"."""
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.3g} s"
    return f"{milliseconds:.2g} ms" if milliseconds < 10 else f"{milliseconds:.0f} ms"


def _place(latency: float, low: int, high: int) -> float:
    return min(1.0, max(0.0, (math.log10(max(latency, 0.01)) - low) / (high - low)))
