"""Rules over facts: what is remembered is what was asked, and nothing that it hangs on is left out."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from rtconform.generators.suites.registry import suite
from rtconform.generators.suites.suite import cases
from rtconform.reference.coder import rules
from rtconform.reference.coder.coder import expect
from rtconform.reference.coder.explain import DELIVERY_TOLD, GUIDANCE_TOLD, delivery_reason, guidance_reason
from rtconform.reference.coder.facts import SessionFacts
from rtconform.reference.coder.services import NOTHING, Service, carried_by, delivery_by, guidance_by
from rtconform.reference.coder.tables import ByFacts, asked_by, at_work, holding

SESSIONS = [session for entry in cases(suite("boundaries"), 0) for session in expect(entry.case).sessions]


class Watched:
    """The facts of a session, and which of them were looked at."""

    def __init__(self, facts: SessionFacts) -> None:
        self.facts = facts
        self.looked_at: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.looked_at.add(name)
        return getattr(self.facts, name)


def test_what_is_remembered_is_what_was_asked() -> None:
    """For each session the rules that hold, in order, however often the table has been asked."""
    for table in (rules.DELIVERY, rules.GUIDANCE, rules.MOTION):
        remembered = ByFacts(partial(holding, table), asked_by(table))
        for session in (*SESSIONS, *SESSIONS):
            expected = tuple(rule for rule in table if rule.when(session))
            assert expected == remembered(session)
            assert tuple(rule.id for rule in expected) == at_work(table, session)


def test_a_table_without_rules_says_nothing() -> None:
    """No rule, no answer; and no fact to remember it by."""
    assert () == ByFacts(partial(holding, ()), asked_by(()))(SESSIONS[0])


@pytest.mark.parametrize(
    ("by", "table"), [(delivery_by, rules.DELIVERY), (guidance_by, rules.GUIDANCE), (carried_by, rules.CLAIMS)]
)
def test_services_are_the_same_for_whoever_asks_first(
    by: Callable[[Any], ByFacts[SessionFacts, Any]], table: tuple[Any, ...]
) -> None:
    """What is remembered of sessions asked before is what a session would get that is asked first."""
    remembered = by(table)
    for session in (*SESSIONS, *reversed(SESSIONS)):
        assert by(table)(session) == remembered(session)


def test_reasons_tell_no_other_facts() -> None:
    """The facts that reasons are remembered by are all that they look at."""
    for session in SESSIONS:
        delivery, guidance = Watched(session), Watched(session)
        delivery_reason(delivery, "77407", ())  # type: ignore[arg-type] # the facts in all that is read of them
        guidance_reason(guidance, billed=True, rules=())  # type: ignore[arg-type] # the same
        assert delivery.looked_at <= DELIVERY_TOLD
        assert guidance.looked_at <= GUIDANCE_TOLD


def test_without_rules_nothing_is_billed() -> None:
    """Of a coder that has no rule for a service, what else is at work in the session is all that there is."""
    for session in SESSIONS:
        assert Service(rules=at_work(rules.DELIVERY_FACTS, session)) == delivery_by(())(session)
        assert NOTHING == guidance_by(())(session)
