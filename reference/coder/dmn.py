"""The rules as a DMN 1.3 document, for engines and modelers that read OMG's Decision Model and Notation.

Made from the rules as data (`decision_table.py`): each table there is a decision here. One decision more, `coding`, reads the
tables together as docs/reference/rules-as-data.md says, and answers one session.
"""

from collections import Counter
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from msgspec import structs

from rtconform.reference.coder.decision_table import DecisionTable, FactShape, Row, Subject, Table, When
from rtconform.reference.coder.feel import Conjunction, UnaryTest, cell, conjunctions, literal

MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
FEEL = "https://www.omg.org/spec/DMN/20191111/FEEL/"
NAMESPACE = "urn:rtconform:rules:"
"""What the names in the document belong to; the version of the rule set follows."""

_TYPES = {"boolean": "boolean", "number": "number", "text": "string", "list": "string"}
_SUBJECTS: tuple[Subject, ...] = ("case", "plan", "session")
_GIVEN = {
    "outcome": "string",
    "code": "string",
    "modifiers": "Modifiers",
    "accepted": "string",
    "bills": "boolean",
    "either": "boolean",
    "delivery": "boolean",
    "guidance": "boolean",
}


def as_dmn(table: DecisionTable) -> str:
    """The document: item definitions of case, plan and session, a decision per table, and the decision `coding`."""
    root = ET.Element("definitions", {"xmlns": MODEL, "id": "rtconform_rules", "name": f"rtconform rules {table.rule_set}"})
    root.set("namespace", f"{NAMESPACE}{table.rule_set}")
    root.set("expressionLanguage", FEEL)
    _text(root, "description", f"The coding rules of {table.publication}, exported from the rows that the reference codes by.")
    for subject in _SUBJECTS:
        _item(root, subject, [fact for fact in table.facts if fact.of == subject])
    _text(ET.SubElement(root, "itemDefinition", name="Modifiers", isCollection="true"), "typeRef", "string")
    for subject in _SUBJECTS:
        given = ET.SubElement(root, "inputData", id=f"input_{subject}", name=subject)
        ET.SubElement(given, "variable", id=f"input_{subject}_variable", name=subject, typeRef=subject.capitalize())
    says = {rule.id: rule.says for rule in table.rules}
    facts = {(fact.of, fact.name): fact for fact in table.facts}
    for one in table.tables:
        _decision(root, one, facts, says)
    _coding(root, {one.id: one for one in table.tables})
    ET.indent(root)
    return str(ET.tostring(root, encoding="us-ascii", xml_declaration=True), "ascii")  # whatever the encoding of the terminal


def _item(root: ET.Element, subject: Subject, facts: Iterable[FactShape]) -> None:
    item = ET.SubElement(root, "itemDefinition", name=subject.capitalize())
    for fact in facts:
        component = ET.SubElement(item, "itemComponent", name=fact.name)
        if fact.type == "list":
            component.set("isCollection", "true")
        _text(component, "description", fact.says)
        _text(component, "typeRef", _TYPES[fact.type])
        if fact.values:
            allowed = ET.SubElement(component, "allowedValues", id=f"{subject}_{fact.name}_values")
            _text(allowed, "text", ", ".join(map(literal, fact.values)))


def _decision(root: ET.Element, table: Table, facts: dict[tuple[Subject, str], FactShape], says: dict[str, str]) -> None:
    decision = ET.SubElement(root, "decision", id=table.id, name=table.id)
    _text(decision, "description", table.says)
    ET.SubElement(decision, "variable", id=f"{table.id}_variable", name=table.id)
    _requires(decision, table.id, inputs=[table.of])
    hit = "FIRST" if table.hit == "first" else "RULE ORDER"
    shown = ET.SubElement(decision, "decisionTable", id=f"{table.id}_table", hitPolicy=hit)
    rows = [(row, tests) for row in table.rows for tests in conjunctions(row.when)]
    columns = _columns(tests for _, tests in rows)
    for place, name in enumerate(columns):
        fact = facts[table.of, name]
        asked = ET.SubElement(shown, "input", id=f"{table.id}_in_{place}", label=name.replace("_", " "))
        expression = ET.SubElement(asked, "inputExpression", id=f"{table.id}_in_{place}_expression")
        if fact.type != "list":
            expression.set("typeRef", _TYPES[fact.type])
        _text(expression, "text", f"{table.of}.{name}")
    given = _given(table)
    for name in ("rule", *given):
        output = ET.SubElement(shown, "output", id=f"{table.id}_out_{name}", name=name)
        output.set("typeRef", _GIVEN.get(name, "string"))
    ET.SubElement(shown, "annotation", name="says")
    for number, (row, tests) in enumerate(rows, 1):
        line = ET.SubElement(shown, "rule", id=f"{table.id}_{number}")
        for place, written in enumerate(_cells(tests, columns, table.of, facts)):
            _text(ET.SubElement(line, "inputEntry", id=f"{table.id}_{number}_in_{place}"), "text", written)
        for name in ("rule", *given):
            entry = ET.SubElement(line, "outputEntry", id=f"{table.id}_{number}_out_{name}")
            _text(entry, "text", literal(getattr(row, name)))
        _text(ET.SubElement(line, "annotationEntry"), "text", says[row.rule])


def _columns(rows: Iterable[Conjunction]) -> tuple[str, ...]:
    """The facts that are asked, in the order in which they first are; a fact of which a row asks twice has two columns."""
    most: Counter[str] = Counter()
    for tests in rows:
        most |= Counter(test.asked.fact for test in tests)
    return tuple(most.elements())


def _cells(
    tests: Conjunction, columns: tuple[str, ...], of: Subject, facts: dict[tuple[Subject, str], FactShape]
) -> Iterable[str]:
    left = list(tests)
    for name in columns:
        test: UnaryTest | None = next((test for test in left if test.asked.fact == name), None)
        if test is not None:
            left.remove(test)
        yield "-" if test is None else cell(test, facts[of, name])


def _given(table: Table) -> tuple[str, ...]:
    """What a row of the table gives, beside its rule: whatever any row of it gives."""
    empty = structs.asdict(Row("", When()))
    return tuple(name for name in _GIVEN if any(getattr(row, name) != empty[name] for row in table.rows))


def _coding(root: ET.Element, tables: dict[str, Table]) -> None:
    """The decision that reads the tables together, as a boxed context."""
    read = [name for name, table in tables.items() if table.of != "plan" and name != "session_record"]
    decision = ET.SubElement(root, "decision", id="coding", name="coding")
    _text(
        decision,
        "description",
        "The coding of one session, as far as the record supports what it declares: the lines, the lines that are accepted "
        "instead where sources differ, and the rules at work.",
    )
    ET.SubElement(decision, "variable", id="coding_variable", name="coding")
    _requires(decision, "coding", inputs=["session"], decisions=read)
    context = ET.SubElement(decision, "context", id="coding_context")
    for name, expression in _steps(tables):
        entry = ET.SubElement(context, "contextEntry", id=f"coding_{name}")
        ET.SubElement(entry, "variable", id=f"coding_{name}_variable", name=name)
        _text(ET.SubElement(entry, "literalExpression", id=f"coding_{name}_expression"), "text", expression)
    entry = ET.SubElement(context, "contextEntry", id="coding_result")
    result = "{outcome: outcome, lines: lines, alternatives: alternatives, rules: rules}"
    _text(ET.SubElement(entry, "literalExpression", id="coding_result_expression"), "text", result)


def _steps(tables: dict[str, Table]) -> Iterable[tuple[str, str]]:
    """Name and FEEL expression of what is worked out, one after the other."""

    def rules_of(name: str) -> str:
        # the hits of a table with one output are that output's values, not contexts
        return f"{name}.rule" if _given(tables[name]) else name

    yield "coded", "whole_case = null and session.beams > 0"
    yield "outcome", 'if whole_case = null then "coded" else whole_case.outcome'
    yield "delivered", "if coded and (some row in claims satisfies row.delivery) then delivery else null"
    yield "guided", "if coded and (some row in claims satisfies row.guidance) then guidance else null"
    yield "delivery_lines", "if delivered = null then [] else [{code: delivered.code, modifiers: []}]"
    yield "guidance_line", "if guided = null then [] else [{code: guided.code, modifiers: guided.modifiers}]"
    yield "guidance_lines", "if guided = null then [] else if guided.bills then guidance_line else []"
    yield "lines", "concatenate(delivery_lines, guidance_lines)"
    with_another_level = ", ".join(name for name in ("isocenters", "motion") if "accepted" in _given(tables[name]))
    yield "at_another_level", f"if delivered = null then [] else concatenate([delivered], {with_another_level})[accepted != null]"
    yield (
        "other_levels",
        (
            "for row in at_another_level return "
            "{rule: row.rule, lines: concatenate([{code: row.accepted, modifiers: []}], guidance_lines)}"
        ),
    )
    yield (
        "the_opposite",
        (
            "if guided = null then [] else if guided.either = true then [{rule: guided.rule, lines: "
            "concatenate(delivery_lines, if guided.bills then [] else guidance_line)}] else []"
        ),
    )
    yield (
        "unmodified",
        (
            f"if guided = null then [] else if guided.bills then (for rule in {rules_of('guidance_global')} return "
            "{rule: rule, lines: concatenate(delivery_lines, [{code: guided.code, modifiers: []}])}) else []"
        ),
    )
    yield "alternatives", "concatenate(other_levels, the_opposite, unmodified)"
    yield (
        "delivery_rules",
        (
            f"if delivered = null then [] else concatenate([delivered.rule], {rules_of('isocenters')}, {rules_of('motion')}, "
            f"{rules_of('delivery_facts')})"
        ),
    )
    yield (
        "guidance_rules",
        (
            f"if guided = null then [] else concatenate([guided.rule], {rules_of('guidance_facts')}, "
            f"if guided.bills or guided.either = true then {rules_of('guidance_global')} else [])"
        ),
    )
    yield (
        "rules",
        (
            f"if whole_case != null then [whole_case.rule] else if not(coded) then {rules_of('scope')} else "
            f"distinct values(concatenate({rules_of('scope')}, {rules_of('session_facts')}, {rules_of('claims')}, "
            "delivery_rules, guidance_rules))"
        ),
    )


def _requires(decision: ET.Element, name: str, *, inputs: Iterable[str], decisions: Iterable[str] = ()) -> None:
    wanted = [("requiredInput", f"input_{one}") for one in inputs] + [("requiredDecision", one) for one in decisions]
    for kind, target in wanted:
        requirement = ET.SubElement(decision, "informationRequirement", id=f"{name}_needs_{target}")
        ET.SubElement(requirement, kind, href=f"#{target}")


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
