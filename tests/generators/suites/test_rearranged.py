"""Cases made for a suite's digest: handed to the run once, and kept no longer."""

from rtconform.generators.suites.rearranged import Recorded, Recording
from rtconform.generators.suites.registry import DIGESTED, any_suite
from rtconform.generators.suites.suite import cases
from rtconform.jobs.run import plan_run
from tests.helpers import VENDORS

VENDOR = VENDORS / "correct" / "vendor.toml"


def test_what_a_digest_makes_is_not_made_again() -> None:
    """The run has the very case that the digest was taken over; what the digest left out is made when it is asked for."""
    made_twice = any_suite("clinic")
    recording = Recording(made_twice)
    first = recording.case(3, 1)
    recorded = Recorded(made_twice, recording.made)

    assert recorded.case(3, 1) is first
    assert recorded.case(3, 1) == first
    assert recorded.case(4, 1) == made_twice.case(4, 1)


def test_a_run_of_more_cases_than_its_digest_takes_keeps_none() -> None:
    """However long the suite, no case that was asked is held: memory does not grow with the run."""
    (part,) = plan_run(VENDOR, ["clinic"], seed=1, count=DIGESTED + 1000).chosen
    assert isinstance(part.suite, Recorded)

    assert DIGESTED + 1000 == sum(1 for _ in cases(part.suite, part.seed, part.size))
    assert not part.suite.made
