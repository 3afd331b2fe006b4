"""The rules as DMN: the document meets OMG's schema, and an engine that knows nothing of ours answers by it as the reference does."""

import itertools
import json
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from rtconform.reference.coder import rules
from rtconform.reference.coder.coder import code
from rtconform.reference.coder.decision_table import FactShape, When, decision_table
from rtconform.reference.coder.dmn import as_dmn
from rtconform.reference.coder.facts import PlanFacts, case_facts, session_facts
from rtconform.reference.coder.feel import UnaryTest, cell, conjunctions
from rtconform.reference.documents.treatment import Case
from rtconform.reports.explorer.model import case_of, dials
from tests.helpers.node_packages import FOLDER, package

TABLE = decision_table()
COMBINATIONS = tuple(itertools.product(*[dial["choice"] for dial in dials()["dial"]]))


def _evaluated(path: Path, questions: Iterable[dict[str, Any]]) -> Iterator[Any]:
    """What dmn-moddle and feelin make of the document, for each decision asked."""
    package("dmn-moddle", "node")
    package("feelin", "node")
    asked = "\n".join(map(json.dumps, questions))
    done = subprocess.run(["node", str(FOLDER / "dmn.mjs"), str(path)], check=False, input=asked, capture_output=True, text=True)
    assert "" == done.stderr
    return map(json.loads, done.stdout.splitlines())


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rules, written once."""
    path = tmp_path_factory.mktemp("dmn") / "rules.dmn"
    path.write_text(as_dmn(TABLE), "utf-8")
    return path


def _facts(case: Case) -> dict[str, dict[str, Any]]:
    whole, (session,) = case_facts(case), session_facts(case)
    given: dict[str, dict[str, Any]] = {"case": {}, "session": {}}
    for fact in TABLE.facts:
        if fact.of != "plan":
            given[fact.of][fact.name] = msgspec.to_builtins(getattr(whole if fact.of == "case" else session, fact.name))
    return given


def _expected(case: Case) -> dict[str, Any]:
    coding = code(case)

    def lines(those: Sequence[Any]) -> list[dict[str, Any]]:
        return [{"code": line.code, "modifiers": list(line.modifiers)} for line in those]

    return {
        "outcome": coding.outcome,
        "lines": lines(coding.lines),
        "alternatives": [{"rule": other.rule, "lines": lines(other.lines)} for other in coding.alternatives],
        "rules": sorted(coding.rules),
    }


def _assert_the_same(document: Path, combinations: Sequence[tuple[dict[str, Any], ...]]) -> None:
    cases = [case_of(combination) for combination in combinations]
    answers = list(_evaluated(document, [{"decision": "coding", "given": _facts(case)} for case in cases]))
    assert len(cases) == len(answers)
    for combination, case, answer in zip(combinations, cases, answers, strict=True):
        found = answer | {"rules": sorted(answer["rules"])}
        assert _expected(case) == found, [choice["name"] for choice in combination]


def test_it_meets_the_schema_of_dmn(document: Path) -> None:
    """DMN 1.3 as OMG's schema has it, which SpiffWorkflow carries."""
    place = files("SpiffWorkflow").joinpath("dmn/parser/schema/DMN13.xsd")
    schema = etree.XMLSchema(etree.parse(str(place)))
    schema.assertValid(etree.parse(str(document)))


def test_an_engine_codes_as_the_reference_does(document: Path) -> None:
    """The decision `coding`, over a sample of the explorer's combinations: outcome, lines, what is accepted too, rules at work."""
    _assert_the_same(document, COMBINATIONS[::397])


@pytest.mark.slow
def test_an_engine_codes_every_combination_as_the_reference_does(document: Path) -> None:
    """The same over all of them: no difference."""
    assert 61_600 == len(COMBINATIONS)
    _assert_the_same(document, COMBINATIONS)


def test_an_engine_reads_records_of_plans_as_the_reference_does(document: Path) -> None:
    """The decision `plan_record`, over every plan that its facts can describe: the first rule that holds, or none."""
    shapes = [fact for fact in TABLE.facts if fact.of == "plan"]
    values: list[Sequence[Any]] = [fact.values or (False, True) for fact in shapes]
    plans = [dict(zip([fact.name for fact in shapes], chosen, strict=True)) for chosen in itertools.product(*values)]
    answers = list(_evaluated(document, [{"decision": "plan_record", "given": {"plan": plan}} for plan in plans]))
    for plan, answer in zip(plans, answers, strict=True):
        facts = msgspec.convert({"id": "P1", **plan}, PlanFacts)
        assert next((rule.id for rule in rules.PLAN_RECORD if rule.when(facts)), None) == answer


_ATOMS = st.builds(When, fact=st.sampled_from("abc"), holds=st.just(True))
_CONDITIONS = st.recursive(
    _ATOMS | st.just(When()),
    lambda inner: (
        st.builds(When, all=st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(When, any=st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(When, negated=inner)
    ),
    max_leaves=6,
)


def _holds(when: When, true: frozenset[str]) -> bool:
    if when.negated is not None:
        return not _holds(when.negated, true)
    if when.any:
        return any(_holds(part, true) for part in when.any)
    return all(_holds(part, true) for part in when.all) and (not when.fact or when.fact in true)


@given(_CONDITIONS, st.frozensets(st.sampled_from("abc")))
def test_one_row_holds_where_the_condition_does(when: When, true: frozenset[str]) -> None:
    """Rows made of a condition exclude each other: where it holds one row does, elsewhere none."""
    rows = conjunctions(when)
    assert int(_holds(when, true)) == sum(all((test.asked.fact in true) == test.wanted for test in row) for row in rows)


def test_a_question_that_a_fact_can_not_answer_is_refused() -> None:
    """Whether a text holds has no unary test: whoever writes such a rule hears of it."""
    with pytest.raises(TypeError, match="no test of a text in FEEL"):
        cell(UnaryTest(When(fact="claim", holds=True), wanted=True), FactShape("claim", "session", "text", "whose claim"))
