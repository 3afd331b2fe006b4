"""Tables of rules over facts, and what a coder bills without them."""

from rtconform.generators.suites.registry import suite
from rtconform.generators.suites.suite import cases
from rtconform.reference.coder import rules
from rtconform.reference.coder.coder import expect
from rtconform.reference.coder.services import NOTHING, Service, delivery_by, guidance_by
from rtconform.reference.coder.tables import at_work, holding

SESSIONS = [session for entry in cases(suite("boundaries"), 0) for session in expect(entry.case).sessions]


def test_a_table_is_read_in_order() -> None:
    """For each session the rules that it meets, in the order of the table; of no rules, none."""
    for table in (rules.DELIVERY, rules.GUIDANCE, rules.MOTION):
        for session in SESSIONS:
            expected = tuple(rule for rule in table if rule.when(session))
            assert expected == holding(table, session)
            assert tuple(rule.id for rule in expected) == at_work(table, session)
    assert () == holding((), SESSIONS[0])


def test_without_rules_nothing_is_billed() -> None:
    """Of a coder that has no rule for a service, what else is at work in the session is all that there is."""
    for session in SESSIONS:
        assert Service(rules=at_work(rules.DELIVERY_FACTS, session)) == delivery_by((), session)
        assert NOTHING == guidance_by((), session)
