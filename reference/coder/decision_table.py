"""The rules as data (`rtconform.rules/1`): facts, tables and conditions, for software that loads rules into an engine of its own.

Exported from the rows that the reference codes by, never written again. How the tables work together is told in
docs/reference/rules-as-data.md.
"""

from collections.abc import Iterable
from typing import Literal, get_args, get_origin, get_type_hints

from msgspec import Struct, field

from rtconform.reference import RULE_SET
from rtconform.reference.coder import facts, rules
from rtconform.reference.coder.conditions import All, AnyOf, Atom, Condition, Not, atoms

Subject = Literal["case", "plan", "session"]
Hit = Literal["first", "all"]


class When(Struct, frozen=True, omit_defaults=True, rename={"negated": "not"}):
    """A condition: `all`, `any` or `not` of others, or a question to one `fact`: does it hold (true, not 0, not empty), has it
    this value, is it so high, is it one of these. No key at all: it always holds.
    """

    all: tuple["When", ...] = ()
    any: tuple["When", ...] = ()
    negated: "When | None" = None
    fact: str = ""
    holds: bool | None = None
    equals: str | None = None
    at_least: int | None = None
    among: tuple[str, ...] = ()


class Row(Struct, frozen=True, omit_defaults=True):
    """A row of a table: the rule's id, when it holds, and what it gives.

    `outcome`: the answer to the whole case. `code`, `modifiers`: the line. `accepted`: another code for it, where sources differ.
    `bills`: whether the line is billed; `either`: the opposite is accepted too. `delivery`, `guidance`: what the claim carries.
    """

    rule: str
    when: When
    outcome: str | None = None
    code: str | None = None
    modifiers: tuple[str, ...] = ()
    accepted: str | None = None
    bills: bool | None = None
    either: bool | None = None
    delivery: bool | None = None
    guidance: bool | None = None


class Table(Struct, frozen=True):
    """Rules that are read together, of one subject. `hit`: the first row that holds decides, or all that hold are at work."""

    id: str
    of: Subject
    hit: Hit
    says: str
    rows: tuple[Row, ...]


class FactShape(Struct, frozen=True, omit_defaults=True):
    """A fact that conditions ask about: of what, its type, the values that it can have, what it says."""

    name: str
    of: Subject
    type: Literal["boolean", "number", "text", "list"]
    says: str
    values: tuple[str, ...] = ()


class RuleText(Struct, frozen=True):
    """A rule as the rule book has it."""

    id: str
    section: str
    says: str
    standing: rules.Standing
    note: str
    source: str


class DecisionTable(Struct, frozen=True, kw_only=True):
    """The rules as data: every rule, the facts, and the tables in the order in which they are read."""

    schema: Literal["rtconform.rules/1"] = "rtconform.rules/1"
    rule_set: str = RULE_SET
    publication: str = rules.PUBLICATION
    rules: tuple[RuleText, ...]
    facts: tuple[FactShape, ...] = field(default=())
    tables: tuple[Table, ...] = field(default=())


_FACTS_SAY: dict[str, str] = {
    "conflicts": "what contradicts itself in the record",
    "unknown": "words of the record that the vocabulary lacks",
    "before_2026": "the date of service is before 2026-01-01",
    "outside": "delivered plans of techniques outside this family of codes",
    "volumetric_evidence": "how much of volumetric imaging, targets and organs at risk the plan's record has",
    "full_evidence": "the same, and the evaluated dose-volume histogram",
    "modulated": "the plan was inverse optimised, or a beam is modulated",
    "claim": "whose claim is coded",
    "sessions": "how many sessions of the case delivered beams",
    "beams": "how many beams were delivered in the session",
    "plans": "how many plans these beams belong to",
    "photons": "photons were delivered",
    "electrons": "electrons were delivered",
    "total_skin": "total skin electron treatment was delivered",
    "mixes_2d": "2D and a more complex photon technique were delivered together",
    "isocenters": "how many positions were treated; positions at most 1 mm apart are one",
    "isocenters_named": "how many isocenter ids these positions have",
    "isocenters_untreated": "how many further positions are planned in the case and were not treated in the session",
    "couch_moved": "the couch was moved or rotated between beams",
    "motion": "motion was managed while the beam was on (active), only watched (observed), or neither",
    "monitored": "motion was monitored while the beam was on",
    "motion_method": "the method of motion management that the record names",
    "motion_elsewhere": "another session of the case managed motion actively",
    "documentation_empty": "there is a record of active motion management, and every element of it is empty",
    "localizing": "acts of guidance that localized the target",
    "intrafraction": "an image during the beam localized the target",
    "acts": "how many acts of guidance there were: images that localized, and the monitoring of motion",
    "surface": "surface guidance was used",
    "setup_images": "images that only set the patient up",
    "mv_port": "port images by the treatment beam",
    "port_images": "how many port images were taken",
    "approval": "when the physician approved: not, before the session, in time, or not before the next session",
}
_TECHNIQUE = {
    "plan": "the family of the technique that the plan declares",
    "session": "the most complex photon technique delivered",
}


_CONDITIONAL = (rules.WholeCaseRule, rules.SessionRule, rules.PlanRule)


def decision_table() -> DecisionTable:
    """The reference's book as data."""
    tables = tuple(_tables())
    conditions = {rule.id: rule.when for rule in rules.RULES.values() if isinstance(rule, _CONDITIONAL)}
    asked = {(table.of, atom.fact) for table in tables for row in table.rows for _, atom in atoms(conditions[row.rule])}
    return DecisionTable(
        rules=tuple(RuleText(r.id, r.section, r.says, r.standing, r.note, r.source) for r in rules.RULES.values()),
        facts=tuple(fact for fact in _facts() if (fact.of, fact.name) in asked),
        tables=tables,
    )


def _tables() -> Iterable[Table]:
    def rows(table: Iterable[rules.WholeCaseRule | rules.SessionRule | rules.PlanRule]) -> tuple[Row, ...]:
        return tuple(_row(rule) for rule in table)

    yield Table("whole_case", "case", "first", "answers the whole case; nothing else is read then", rows(rules.WHOLE_CASE))
    yield Table("scope", "session", "all", "whether there is anything to code in the session", rows(rules.SCOPE))
    yield Table("claims", "session", "all", "what the claim carries", rows(rules.CLAIMS))
    yield Table("delivery", "session", "first", "the delivery code, where the claim carries delivery", rows(rules.DELIVERY))
    yield Table("delivery_facts", "session", "all", "rules at work in the delivery code", rows(rules.DELIVERY_FACTS))
    yield Table("isocenters", "session", "all", "how isocenters were counted", rows(rules.ISOCENTERS))
    yield Table("motion", "session", "all", "how the motion record was read", rows(rules.MOTION))
    yield Table("guidance", "session", "first", "the professional part, where the claim carries guidance", rows(rules.GUIDANCE))
    yield Table("guidance_facts", "session", "all", "rules at work in the guidance", rows(rules.GUIDANCE_FACTS))
    yield Table(
        "guidance_global", "session", "all", "the code without modifier, where it is accepted", rows((rules.IGRT_GLOBAL,))
    )
    whatever_is_billed = (*rules.SESSION_FACTS, rules.PORT, rules.IGRT_TECH)
    yield Table("session_facts", "session", "all", "rules that hold whatever is billed", rows(whatever_is_billed))
    yield Table("plan_record", "plan", "first", "what the plan's record does not support", rows(rules.PLAN_RECORD))
    yield Table("session_record", "session", "all", "what the motion record does not support", rows(rules.SESSION_RECORD))


def _row(rule: rules.WholeCaseRule | rules.SessionRule | rules.PlanRule) -> Row:
    when = _when(rule.when)
    match rule:
        case rules.WholeCaseRule():
            return Row(rule.id, when, outcome=rule.outcome)
        case rules.DeliveryRule():
            return Row(rule.id, when, code=rule.code, accepted=rule.accepted)
        case rules.GuidanceRule():
            return Row(rule.id, when, code=rule.code, modifiers=rule.modifiers, bills=rule.bills, either=rule.either or None)
        case rules.ClaimRule():
            return Row(rule.id, when, delivery=rule.delivery, guidance=rule.guidance)
        case _:
            return Row(rule.id, when, accepted=rules.ALSO_ACCEPTED.get(rule.id))


def _when(condition: Condition) -> When:
    parts = tuple(_when(part) for part in condition.parts)
    match condition:
        case Atom(fact=fact, relation="equals", value=str(value)):
            return When(fact=fact, equals=value)
        case Atom(fact=fact, relation="at_least", value=int(value)):
            return When(fact=fact, at_least=value)
        case Atom(fact=fact, relation="among", value=tuple(value)):
            return When(fact=fact, among=value)
        case Atom(fact=fact):
            return When(fact=fact, holds=True)
        case All():
            return When(all=parts)
        case AnyOf(parts=(_, *_)):
            return When(any=parts)
        case Not():
            return When(negated=parts[0])
    raise TypeError(f"a condition of a kind that has no form as data: {condition!r}")


def _facts() -> Iterable[FactShape]:
    shapes: tuple[tuple[Subject, type], ...] = (
        ("case", facts.CaseFacts),
        ("plan", facts.PlanFacts),
        ("session", facts.SessionFacts),
    )
    for subject, kind in shapes:
        hints = {name: hint for name, hint in get_type_hints(kind).items() if not name.startswith("__")}
        worked_out = {"isocenters_untreated": int, "intrafraction": bool, "acts": int} if subject == "session" else {}
        for name, hint in (hints | worked_out).items():
            says = _TECHNIQUE.get(subject, "") if name == "technique" else _FACTS_SAY.get(name, "")
            yield FactShape(name, subject, _type(hint), says, _values(hint))


def _type(hint: object) -> Literal["boolean", "number", "text", "list"]:
    if hint is bool:
        return "boolean"
    if hint is int:
        return "number"
    return "list" if get_origin(hint) is tuple else "text"


def _values(hint: object) -> tuple[str, ...]:
    """The words of a Literal, also of one that may be None."""
    if get_origin(hint) is Literal:
        return tuple(map(str, get_args(hint)))
    return tuple(value for part in get_args(hint) if get_origin(part) is Literal for value in get_args(part))
