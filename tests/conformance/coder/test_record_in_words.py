"""What the record says of motion and approval stands among the facts of a failing case, as the rules read it."""

import pytest

from rtconform.conformance.coder.judge import facts_in_words
from rtconform.conformance.coder.record_in_words import record_in_words
from rtconform.generators.suites.registry import suite
from rtconform.generators.suites.suite import SuiteCase, cases
from rtconform.reference.coder.coder import expect

BOUNDARIES: dict[str, SuiteCase] = {item.id: item for item in cases(suite("boundaries"), 1)}


@pytest.mark.parametrize("item", BOUNDARIES.values(), ids=list(BOUNDARIES))
def test_approval_is_told_as_the_rule_sees_it(item: SuiteCase) -> None:
    """In time, late, early or none: each session whose facts know an approval says it so."""
    words = {"in_time": ", in time;", "late": ", late:", "early": ", before the session began", "none": ": not approved;"}
    told = list(record_in_words(item.case))
    for facts in expect(item.case).sessions:
        of_session = [sentence for sentence in told if sentence.startswith(f"{facts.session}: ") and "approved" in sentence]
        assert all(words[facts.approval] in sentence for sentence in of_session)


def test_a_later_session_of_the_day_is_the_next_one() -> None:
    """Where a later session of the case is the next one, it is named."""
    named = [sentence for item in BOUNDARIES.values() for sentence in record_in_words(item.case) if "of this case" in sentence]
    assert named
    assert all("the next session began" in sentence for sentence in named)


def test_motion_is_told_with_what_was_ticked() -> None:
    """Method, monitor, both ticks and the documentation; and it stands among the facts of the case."""
    case = next(
        item.case for item in BOUNDARIES.values() if any(s.motion and s.motion.method == "gating" for s in item.case.sessions)
    )
    (told, *_) = [sentence for sentence in record_in_words(case) if "motion management gating" in sentence]
    assert "during the beam" in told
    assert "held by it" in told
    assert "document" in told
    assert told in facts_in_words(case, expect(case))
