"""Condition coverage (MC/DC) of the rules: for every atom of every rule a case in which it is true and decides, and one in which
it is false and decides.

An atom decides where the rule is reached and would come out otherwise if this atom alone did (masking MC/DC).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from rtconform.conformance.strength.killing import Trial
from rtconform.reference.coder import rules
from rtconform.reference.coder.book import BOOK
from rtconform.reference.coder.conditions import ALWAYS, NEVER, Condition, Path, atoms, with_part
from rtconform.reference.coder.facts import SessionFacts
from rtconform.reference.coder.rules import Rule


@dataclass(frozen=True)
class Obligation:
    """A rule's atom has to decide with this value."""

    rule: str
    path: Path
    value: bool

    @property
    def says(self) -> str:
        """The atom and its value, in words."""
        return f"{self.rule}: «{_atom(self.rule, self.path)}» {'true' if self.value else 'false'} decides"


@cache
def obligations() -> tuple[Obligation, ...]:
    """All of them, in the order of the book."""
    return tuple(
        Obligation(rule, path, value)
        for rule, condition in conditions().items()
        for path, _ in atoms(condition)
        for value in (True, False)
    )


@cache
def conditions() -> dict[str, Condition]:
    """The condition of every rule that has one, by the rule's id."""
    return {rule.id: when for rule in rules.RULES.values() if isinstance(when := getattr(rule, "when", None), Condition)}


def met_by(asked: Trial) -> Iterator[Obligation]:
    """The obligations that a case meets."""
    for rule, facts in evaluations(asked):
        yield from _decides(rule, facts)


def evaluations(asked: Trial) -> Iterator[tuple[Rule, object]]:
    """Every rule that is reached in coding the case, with the facts that it is asked of."""
    whole = asked.expectation.facts
    yield from _until_one_holds(BOOK.whole_case, whole)
    if any(rule.when(whole) for rule in BOOK.whole_case):
        return
    for plan in whole.plans:
        yield from _until_one_holds(BOOK.plan_record, plan)
    for session in asked.expectation.sessions:
        yield BOOK.scope_beam, session
        if not BOOK.scope_beam.when(session):
            yield from _of_session(session)


def _of_session(session: SessionFacts) -> Iterator[tuple[Rule, object]]:
    always = (*BOOK.claims, *BOOK.session_record, *rules.SCOPE, *rules.SESSION_FACTS, rules.PORT, rules.IGRT_TECH)
    yield from ((rule, session) for rule in always)
    carries = [rule for rule in BOOK.claims if rule.when(session)]
    if any(rule.delivery for rule in carries):
        yield from _until_one_holds(BOOK.delivery, session)
        yield from ((rule, session) for rule in (*rules.DELIVERY_FACTS, *rules.ISOCENTERS, *rules.MOTION))
    if any(rule.guidance for rule in carries):
        yield from _until_one_holds(BOOK.guidance, session)
        if any(rule.when(session) for rule in BOOK.guidance):
            yield from ((rule, session) for rule in (*rules.GUIDANCE_FACTS, rules.IGRT_GLOBAL))


def _until_one_holds(table: Iterable[Rule], facts: object) -> Iterator[tuple[Rule, object]]:
    for rule in table:
        yield rule, facts
        if conditions()[rule.id](facts):
            return


def _decides(rule: Rule, facts: object) -> Iterator[Obligation]:
    condition = conditions()[rule.id]
    outcome = condition(facts)
    for path, atom, held, not_held in _stuck(rule.id):
        value = atom(facts)
        if (not_held if value else held)(facts) != outcome:
            yield Obligation(rule.id, path, value)


@cache
def _stuck(rule: str) -> tuple[tuple[Path, Condition, Condition, Condition], ...]:
    """Each atom of a rule with the rule's condition if the atom held, and if it did not."""
    condition = conditions()[rule]
    return tuple(
        (path, atom, with_part(condition, path, ALWAYS), with_part(condition, path, NEVER)) for path, atom in atoms(condition)
    )


def _atom(rule: str, path: Path) -> Condition:
    return dict(atoms(conditions()[rule]))[path]
