"""Systematic mutants: every change of one thing in the book that decides, made from the tables of rules and the facts themselves.

A mutant is one edit of the book, or two (of the second order). From each deciding rule: the rule dropped; its condition
negated; each atom of the condition negated, held true, held false, its boundary or value moved, "and" read as "or" and the
reverse; its place in the table changed; its code, outcome or columns changed. What the facts mean is changed in
`mutants_facts`.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from random import Random
from typing import Any, get_args

from rtconform.conformance.coder.faults.edits import TOGETHER, Edit, Mutant
from rtconform.conformance.strength.mutants.caution import CAUTION, CAUTION_EDITS, LIST_ORDER
from rtconform.conformance.strength.mutants.facts import FACT_EDITS
from rtconform.conformance.strength.proofs.factspace import PLAN_VALUES, VALUES
from rtconform.reference.coder.book import BOOK, Book
from rtconform.reference.coder.conditions import ALWAYS, NEVER, All, AnyOf, Atom, Condition, Path, atoms, with_part
from rtconform.reference.coder.rules import Whole
from rtconform.reference.codes import DELIVERY_CODES, GUIDANCE_CODE, catalogue

ORDERED = ("whole_case", "delivery", "guidance", "plan_record")
"""Tables of which the first rule that holds decides."""

_TABLES = (*ORDERED, "claims", "session_record")


@cache
def first_order() -> tuple[Mutant, ...]:
    """Every mutant of one edit."""
    return tuple(Mutant((edit,)) for edit in (*_rule_edits(), *_order_edits(), *FACT_EDITS, *CAUTION_EDITS))


def mutant_of(name: str) -> Mutant:
    """The mutant of that id, of one edit or of several."""
    edits = {mutant.id: mutant.edits[0] for mutant in first_order()}
    return Mutant(tuple(edits[part] for part in name.split(TOGETHER)))


def second_order(number: int, seed: int) -> Iterator[tuple[int, int]]:
    """`number` mutants of two edits, each as the places of its edits in the first order.

    They are drawn without repetition from all pairs of edits that go together. Mutants that are too cautious are not among them:
    two doubts are two faults, each stopped alone.
    """
    edits = [mutant.edits[0] for mutant in first_order() if mutant.edits[0].operator not in (CAUTION, LIST_ORDER)]
    draw = Random(seed)  # noqa: S311 - a sample that can be drawn again, no secret
    seen: set[tuple[int, int]] = set()
    while len(seen) < number:
        one, other = sorted((draw.randrange(len(edits)), draw.randrange(len(edits))))
        if (one, other) not in seen and edits[one].target != edits[other].target:
            seen.add((one, other))
            yield one, other


def _rule_edits() -> Iterator[Edit]:
    for table in _TABLES:
        for rule in getattr(BOOK, table):
            yield _edit(table, rule.id, "dropped", f"{rule.id} dropped", "drop", None)
            yield from _condition_edits(table, rule)
            yield from _effect_edits(table, rule)
    yield from _condition_edits("scope_beam", BOOK.scope_beam)


def _condition_edits(table: str, rule: Any) -> Iterator[Edit]:  # noqa: ANN401 - rules of every table
    when: Condition = rule.when
    changed = partial(_when, table, rule.id)
    yield changed("negated", "condition negated", "negate", ~when)
    for number, (path, atom) in enumerate(atoms(when)):
        name = f"atom {number + 1}"
        for slug, says, operator, part in (
            ("negated", f"«{atom}» negated", "negate", ~atom),
            ("true", f"«{atom}» taken for true", "stuck", ALWAYS),
            ("false", f"«{atom}» taken for false", "stuck", NEVER),
            *((f"{other.value}", f"«{other}» in place of «{atom}»", "boundary", other) for other in _moved(atom)),
        ):
            yield changed(f"{name} {slug}", says, operator, with_part(when, path, part))
    for path, node in _nodes(when):
        other = AnyOf(node.parts) if isinstance(node, All) else All(node.parts)
        yield changed(
            f"{'or' if isinstance(node, All) else 'and'} {''.join(map(str, path))}".strip(),
            f"«{node}» read as «{other}»",
            "connective",
            with_part(when, path, other),
        )


def _moved(atom: Atom) -> Iterator[Atom]:
    """The atom with its boundary a step off, or with another of the values that its fact has."""
    if atom.relation == "at_least" and isinstance(atom.value, int):
        yield from (replace(atom, value=atom.value + step) for step in (-1, 1))
    if atom.relation == "equals":
        values = dict.fromkeys((*VALUES.get(atom.fact, ()), *PLAN_VALUES.get(atom.fact, ())))
        yield from (replace(atom, value=value) for value in values if value not in (None, atom.value))


def _nodes(condition: Condition, path: Path = ()) -> Iterator[tuple[Path, Condition]]:
    if isinstance(condition, (All, AnyOf)):
        yield path, condition
    for number, part in enumerate(condition.parts):
        yield from _nodes(part, (*path, number))


def _effect_edits(table: str, rule: Any) -> Iterator[Edit]:  # noqa: ANN401 - rules of every table
    changed = partial(_field, table, rule)
    if table == "whole_case":
        yield from (changed("outcome", other, "outcome") for other in get_args(Whole) if other != rule.outcome)
    if table == "delivery":
        yield from (changed("code", code, "code") for code in sorted(catalogue()) if code != rule.code)
        yield from (
            changed("accepted", code, "alternative") for code in (None, *DELIVERY_CODES) if code not in (rule.accepted, rule.code)
        )
    if table == "guidance":
        yield changed("bills", not rule.bills, "effect")
        yield changed("either", not rule.either, "alternative")
        if rule.bills:
            yield from (changed("code", code, "code") for code in sorted(catalogue()) if code != GUIDANCE_CODE)
            yield from (changed("modifiers", other, "modifier") for other in ((), ("TC",), ("59",), ("26", "59")))
    if table == "claims":
        yield changed("delivery", not rule.delivery, "effect")
        yield changed("guidance", not rule.guidance, "effect")


def _order_edits() -> Iterator[Edit]:
    """Each rule at each other place of its table."""
    for table in ORDERED:
        rules = getattr(BOOK, table)
        for was in range(len(rules)):
            for place in range(len(rules)):
                if place not in (was, was - 1):  # one step up is the neighbour's one step down
                    yield _move(table, rules[was].id, was, place)


def _move(table: str, rule_id: str, was: int, place: int) -> Edit:
    def apply(book: Book) -> Book:
        rules = list(getattr(book, table))
        moved = next((rule for rule in rules if rule.id == rule_id), None)
        if moved is None:
            return book
        rules.remove(moved)
        rules.insert(place, moved)
        changed: Any = tuple(rules)
        return replace(book, **{table: changed})

    says = f"{rule_id} moved from place {was + 1} to {place + 1} of {table}"
    return Edit(f"{rule_id}: to place {place + 1}", says, "order", (rule_id,), (table, "order"), apply)


def _when(table: str, rule_id: str, slug: str, says: str, operator: str, condition: Condition) -> Edit:
    return _edit(table, rule_id, slug, f"{rule_id}: {says}", operator, {"when": condition})


def _field(table: str, rule: Any, name: str, value: Any, operator: str) -> Edit:  # noqa: ANN401 - rules of every table
    was = getattr(rule, name)
    shown = "-".join(value) or "none" if isinstance(value, tuple) else value
    return _edit(table, rule.id, f"{name} {shown}", f"{rule.id}: {name} {shown} in place of {was}", operator, {name: value}, name)


def _edit(
    table: str, rule_id: str, slug: str, says: str, operator: str, changes: dict[str, Any] | None, what: str = "when"
) -> Edit:
    """The rule with these changes; None: without the rule."""

    def apply(book: Book) -> Book:
        if table == "scope_beam":
            return replace(book, scope_beam=replace(book.scope_beam, **(changes or {})))
        rules: Any = tuple(
            replace(rule, **changes) if changes is not None and rule.id == rule_id else rule
            for rule in getattr(book, table)
            if changes is not None or rule.id != rule_id
        )
        return replace(book, **{table: rules})

    return Edit(f"{rule_id}: {slug}", says, operator, (rule_id,), (table, rule_id, what), apply)
