"""Which cases decide which rule, on which side: the table that `docs/reference/requirements.md` is made from.

A rule is decided by a pair of cases that differ in one fact: it is at work on one side and not on the other.
"""

from dataclasses import dataclass

from rtconform.generators.suites.registry import suite
from rtconform.generators.suites.suite import SuiteCase, cases
from rtconform.reference.coder.coder import code
from rtconform.reference.coder.rules import RULES, Refinement, Rule

HANDMADE = ("boundaries", "published")

ELSEWHERE = {"DOC-MALFORMED": "suite `invalid`: each document is a sound treatment with one flaw"}
"""Rules that no pair of handmade cases decides, and what does."""


@dataclass(frozen=True)
class Decided:
    """A rule with the ids of its paired cases where it is at work, of those where it is not, and how many it works in.

    `works_in` is None for a rule that refines others: these are at work, and it says how.
    """

    rule: Rule
    at_work: tuple[str, ...]
    not_at_work: tuple[str, ...]
    works_in: int | None


def decided() -> tuple[Decided, ...]:
    """Every rule with the cases that decide it."""
    every = [item for name in HANDMADE for item in cases(suite(name), seed=1)]
    rules = {item.case.id: frozenset(code(item.case).rules) for item in every}
    return tuple(_decided(rule, every, rules) for rule in RULES.values())


_HEAD = """# Requirements

Which cases decide which rule. Made by `make docs`; don't edit it by hand.

Each rule has pairs of cases in `boundaries` that differ in one fact: the rule is at work on one side and not on the other, and
the two are billed differently. `rtconform generate --id ID` prints a case, `rtconform code --explain` says why it is coded so.

| rule | cases where it is at work | their twins, where it is not | works in |
|---|---|---|---|"""


def requirements_table() -> str:
    """The table as Markdown."""
    parts = [_HEAD]
    parts += [
        f"| {d.rule.id} | {_ids(d.at_work) or ELSEWHERE[d.rule.id]} | {_ids(d.not_at_work)} | {_works_in(d)} |" for d in decided()
    ]
    return "\n".join(parts) + "\n"


def _decided(rule: Rule, every: list[SuiteCase], rules: dict[str, frozenset[str]]) -> Decided:
    if isinstance(rule, Refinement):
        shown, twin = rule.shown_by
        return Decided(rule, (f"boundaries:{shown}",), (f"boundaries:{twin}",), None)
    paired = [item for item in every if item.rule == rule.id and item.twin in rules]
    at_work = tuple(item.case.id for item in paired if rule.id in rules[item.case.id])
    twins = tuple(item.case.id for item in paired if rule.id not in rules[item.case.id])
    return Decided(rule, at_work, twins, sum(1 for found in rules.values() if rule.id in found))


def _works_in(row: Decided) -> str:
    return "refines others" if row.works_in is None else f"{row.works_in} case{'' if row.works_in == 1 else 's'}"


def _ids(ids: tuple[str, ...]) -> str:
    return ", ".join(f"`{case_id.partition(':')[2]}`" for case_id in ids)
