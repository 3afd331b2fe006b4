"""Tables of rules: what is remembered is what was asked."""

from rtconform.generators.suite import cases
from rtconform.generators.suites import any_suite
from rtconform.reference import rules
from rtconform.reference.coder import expect
from rtconform.reference.tables import Table

SESSIONS = [session for entry in cases(any_suite("boundaries"), 0) for session in expect(entry.case).sessions]


def test_a_table_says_what_its_rules_say() -> None:
    """For each session the rules that hold, in order, and the first of them, however often the table has been asked."""
    for table in (rules.DELIVERY, rules.GUIDANCE, rules.MOTION):
        asked = Table(table)
        for session in (*SESSIONS, *SESSIONS):
            expected = tuple(rule for rule in table if rule.when(session))
            assert expected == asked.holding(session)
            assert next(iter(expected), None) == asked.first(session)


def test_a_table_without_rules_says_nothing() -> None:
    """No rule, no answer."""
    assert () == Table(()).holding(SESSIONS[0])
    assert Table(()).first(SESSIONS[0]) is None
