"""Every rule is decided by cases on both of its sides."""

import pytest

from rtconform.reference.coder.rules import RULES
from tools.pages.requirements import ELSEWHERE, Decided, decided

TABLE = decided()


def test_every_rule_is_in_the_table() -> None:
    """The table has each rule once, in the order of the book."""
    assert list(RULES) == [row.rule.id for row in TABLE]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.rule.id)
def test_a_rule_is_decided_on_both_sides(row: Decided) -> None:
    """At least one pair: the rule at work in one case, and not in its twin."""
    assert row.at_work or row.rule.id in ELSEWHERE
    assert row.not_at_work or row.rule.id in ELSEWHERE
    assert not (row.at_work and row.rule.id in ELSEWHERE)
