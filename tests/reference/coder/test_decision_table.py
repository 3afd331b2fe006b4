"""The rules as data: nothing is lost on the way, and a reader of the data alone codes as the reference does."""

import operator
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given

from rtconform.generators.hypothesis import strategies
from rtconform.reference.coder import rules
from rtconform.reference.coder.coder import code
from rtconform.reference.coder.decision_table import DecisionTable, decision_table
from rtconform.reference.coder.facts import case_facts, session_facts
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import schema

TABLE: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(decision_table()))
RELATIONS = {"equals": operator.eq, "at_least": operator.ge}
ROWS: dict[str, list[dict[str, Any]]] = {table["id"]: table["rows"] for table in TABLE["tables"]}


def test_it_meets_its_schema_and_is_complete() -> None:
    """`rtconform.rules/1`: every rule that has a condition is in a table, every fact that is asked is described."""
    jsonschema.validate(TABLE, schema(DecisionTable, "rtconform.rules/1"))
    in_tables = {row["rule"] for rows in ROWS.values() for row in rows}
    assert {rule.id for rule in rules.RULES.values() if hasattr(rule, "when")} == in_tables
    assert [] == [fact["name"] for fact in TABLE["facts"] if not fact["says"]]


def holds(when: dict[str, Any], facts: Any) -> bool:
    """A condition evaluated from the data alone."""
    if "all" in when:
        return all(holds(part, facts) for part in when["all"])
    if "any" in when:
        return any(holds(part, facts) for part in when["any"])
    if "not" in when:
        return not holds(when["not"], facts)
    if "fact" not in when:
        return True
    value = getattr(facts, when["fact"])
    if "among" in when:
        return value in when["among"]
    for name, relation in RELATIONS.items():
        if name in when:
            return bool(relation(value, when[name]))
    return bool(value)


@given(strategies.cases())
def test_a_reader_of_the_data_codes_like_the_reference(case: Case) -> None:
    """Whole case first, then session by session: the same outcome, and the same lines where the record supports what it declares."""
    coding, whole = code(case), case_facts(case)
    first = next((row for row in ROWS["whole_case"] if holds(row["when"], whole)), None)
    if first is not None:
        assert first["outcome"] == coding.outcome
        return
    if any(holds(row["when"], plan) for row in ROWS["plan_record"] for plan in whole.plans):
        return
    sessions = session_facts(case)
    if any(holds(row["when"], session) for row in ROWS["session_record"] for session in sessions):
        return
    lines = [line for session in sessions for line in _lines(session)]
    assert lines == [(line.session, line.code, line.modifiers) for line in coding.lines]


def _lines(session: Any) -> list[tuple[str, str, tuple[str, ...]]]:
    if not session.beams:
        return []
    carried = [row for row in ROWS["claims"] if holds(row["when"], session)]
    lines: list[tuple[str, str, tuple[str, ...]]] = []
    if any(row["delivery"] for row in carried):
        row = next(row for row in ROWS["delivery"] if holds(row["when"], session))
        lines.append((session.session, row["code"], ()))
    if any(row["guidance"] for row in carried):
        found = next((row for row in ROWS["guidance"] if holds(row["when"], session)), None)
        if found is not None and found["bills"]:
            lines.append((session.session, found["code"], tuple(found["modifiers"])))
    return lines


@pytest.mark.parametrize("table", TABLE["tables"], ids=[table["id"] for table in TABLE["tables"]])
def test_tables_keep_the_order_of_the_book(table: dict[str, Any]) -> None:
    """Where the first row that holds decides, the rows stand as in the book."""
    places = [list(rules.RULES).index(row["rule"]) for row in table["rows"]]
    assert table["hit"] == "all" or places == sorted(places)
