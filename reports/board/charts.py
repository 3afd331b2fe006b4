"""A suite's wrong cases over a vendor's runs, as bars: what changed from version to version, at a glance and in words."""

from dataclasses import dataclass

from rtconform.reports.board.document import RunSeen, SuiteSeen
from rtconform.reports.board.history import whole
from rtconform.reports.text import clip, one_line

MOST_BARS = 60
TALLEST = 30.0


@dataclass(frozen=True)
class Bar:
    """One run: its share of wrong cases, where the tallest is as high as the picture; the same in words."""

    height: float
    good: bool
    says: str


@dataclass(frozen=True)
class Chart:
    """The bars, the oldest first, and what they show in a sentence and in a few words."""

    bars: tuple[Bar, ...]
    says: str
    short: str


def over_time(runs: tuple[RunSeen, ...], suite: str, version: str) -> Chart | None:
    """The last whole runs of a suite in one version; None where there is one run at most, which no chart is needed for."""
    found = [(run, one) for run in runs if whole(run) for one in run.suites if (one.name, one.version) == (suite, version)]
    if len(found) < 2:
        return None
    shown = found[-MOST_BARS:]
    most = max(_share(one) for _, one in shown) or 1.0
    bars = tuple(Bar(round(TALLEST * _share(one) / most, 1), one.conformant, _says(run, one)) for run, one in shown)
    says = f"Wrong cases in {len(shown)} runs: {_says(*shown[0])}, to {_says(*shown[-1])}"
    return Chart(bars, says, f"{len(shown)} runs: {shown[0][1].wrong:,} to {shown[-1][1].wrong:,}")


def _share(suite: SuiteSeen) -> float:
    return suite.wrong / suite.cases if suite.cases else 0.0


def _says(run: RunSeen, suite: SuiteSeen) -> str:
    version = clip(one_line(run.version), 40)
    return f"{suite.wrong:,} of {suite.cases:,} in version {version} on {run.started_at.date()}"
