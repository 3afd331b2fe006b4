"""Settings for every test."""

import os
import signal
from collections.abc import Generator
from functools import cached_property

import pytest
from hypothesis import HealthCheck, Phase, settings

from rtconform.reference.coder.book import BOOK, Book
from tests.helpers.skips import refused

# the clock of a busy CI machine proves nothing about the code; seeds are fixed so that a failure is everybody's
settings.register_profile(
    "rtconform", deadline=None, derandomize=True, max_examples=200, database=None, suppress_health_check=[HealthCheck.too_slow]
)
# tests/mutation: a run for each mutant, so each has to be short, and what fails need not be shrunk
settings.register_profile("mutation", settings.get_profile("rtconform"), max_examples=10, phases=(Phase.explicit, Phase.generate))
settings.load_profile("rtconform")

# a shell's background jobs ignore Ctrl-C, and so would the programs that tests start and interrupt
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where `.ci/run` has installed all that tests use, a skip is a failure, but for a reason that is allowed."""
    report = yield
    if (
        os.environ.get("RTCONFORM_NO_SKIPS")
        and report.skipped
        and not hasattr(report, "wasxfail")
        and (why := refused(_reason(report)))
    ):
        report.outcome, report.longrepr = "failed", why
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file that is skipped."""
    report = yield
    if os.environ.get("RTCONFORM_NO_SKIPS") and report.skipped and (why := refused(_reason(report))):
        report.outcome, report.longrepr = "failed", why
    return report


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    place = report.longrepr
    return str(place[2] if isinstance(place, tuple) else place).removeprefix("Skipped: ")


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What the coder remembers of sessions is forgotten: each test codes for itself, and is known (tests/mutation) to have."""
    for name, value in vars(Book).items():
        if isinstance(value, cached_property):
            vars(BOOK).pop(name, None)
