"""The reference coder: applies the rules (`rules.py`) to the facts (`facts.py`) of a case and keeps why.

An ambiguity is an option beside the primary answer. `expect` returns all of it: the coding in its wire form, where each
alternative turns one ambiguity, and the readings from which any mixture of them can be recognised.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from rtconform.reference import rules as book
from rtconform.reference.codes import GUIDANCE_CODE, PROFESSIONAL
from rtconform.reference.coding import Alternative, Coding, CodingLine, Line, Outcome
from rtconform.reference.explain import delivery_reason, guidance_reason
from rtconform.reference.facts import CaseFacts, PhotonTechnique, PlanFacts, SessionFacts, case_facts, session_facts
from rtconform.reference.treatment import Case


@dataclass(frozen=True)
class Option:
    """Lines for one service of a session, and the ambiguities that must be read the other way for them (none: primary)."""

    lines: tuple[CodingLine, ...]
    flips: tuple[str, ...] = ()


@dataclass(frozen=True)
class SessionCoding:
    """What may be billed for one session: an option for delivery with one for guidance, the primary ones first."""

    session: str
    delivery: tuple[Option, ...]
    guidance: tuple[Option, ...]
    rules: tuple[str, ...]
    reasons: tuple[str, ...]

    @property
    def lines(self) -> tuple[CodingLine, ...]:
        """The primary lines."""
        return self.delivery[0].lines + self.guidance[0].lines


@dataclass(frozen=True)
class Reading:
    """One way to answer the whole case; `rule` is the one that allows it beside the primary reading (None: it is primary)."""

    outcome: Outcome
    sessions: tuple[SessionCoding, ...] = ()
    rule: str | None = None

    @property
    def lines(self) -> tuple[CodingLine, ...]:
        """The primary lines of all sessions."""
        return tuple(chain.from_iterable(session.lines for session in self.sessions))


@dataclass(frozen=True)
class Expectation:
    """The coding in its wire form, the readings behind it (the primary one first), and the facts."""

    coding: Coding
    readings: tuple[Reading, ...]
    facts: CaseFacts
    sessions: tuple[SessionFacts, ...]


def code(case: Case) -> Coding:
    """The reference's answer to `case`; any case that decodes has one."""
    return expect(case).coding


def expect(case: Case) -> Expectation:
    """Everything that the judge needs of the reference for `case`."""
    facts = case_facts(case)
    for rule in book.WHOLE_CASE:
        if found := tuple(rule.found(facts)):
            reason = f"{'; '.join(found)}: {rule.outcome} ({rule.id})"
            coding = Coding(case.id, rule.outcome, rules=(rule.id,), reasons=(reason,))
            sessions = () if facts.conflicts else session_facts(case)
            return Expectation(coding, (Reading(rule.outcome),), facts, sessions)
    readings, bites = _readings(case, facts)
    return Expectation(_coding(case, readings, bites), readings, facts, session_facts(case))


def _readings(case: Case, facts: CaseFacts) -> tuple[tuple[Reading, ...], tuple[str, ...]]:
    """All ways to read the record, the primary one first, and the documentation rules that bite.

    A documentation rule bites where the lines hang on it: where what the record declares and what it supports are
    billed differently.
    """
    supported, partial = _supported(facts.plans)
    as_2d: dict[str, PhotonTechnique] = dict.fromkeys(partial, "2d")
    base = _sessions(case, supported)
    bites: list[str] = []
    for rule_id in ("DOC-3D", "DOC-IMRT"):
        declared = {plan: family for plan, family in supported.items() if _weakness(facts.plans, plan) != rule_id}
        if _lines(_sessions(case, declared)) != _lines(base):
            bites.append(rule_id)
    undocumented = frozenset(s.session for s in session_facts(case) if _holds(book.SESSION_RECORD, s))
    coded = [Reading("coded", base)]
    if _lines(_sessions(case, supported | as_2d)) != _lines(base):
        bites.append("DOC-PARTIAL")
        coded.append(Reading("coded", _sessions(case, supported | as_2d)))
    if any(_lines(_sessions(case, supported | two_d, undocumented)) != _lines(_sessions(case, supported | two_d))
           for two_d in ({}, as_2d)):  # fmt: skip
        bites.append("DOC-AMM")
        struck = [Reading("coded", _sessions(case, supported, undocumented))]
        if "DOC-PARTIAL" in bites:
            struck.append(Reading("coded", _sessions(case, supported | as_2d, undocumented)))
        coded = struck + coded
    unclear = [rule_id for rule_id in ("DOC-PARTIAL", "DOC-AMM") if rule_id in bites]
    if unclear:
        return (Reading("needs_review"), *(replace(reading, rule=unclear[-1]) for reading in coded)), tuple(bites)
    return (coded[0], *(Reading("needs_review", rule=rule_id) for rule_id in bites)), tuple(bites)


def _supported(plans: Iterable[PlanFacts]) -> tuple[dict[str, PhotonTechnique], tuple[str, ...]]:
    """What the record supports where that is less than declared, by plan; and the plans whose record is partial."""
    supported: dict[str, PhotonTechnique] = {}
    partial = []
    for plan in plans:
        match _weakness((plan,), plan.id):
            case "DOC-3D":
                supported[plan.id] = "2d"
            case "DOC-IMRT":
                supported[plan.id] = "2d" if plan.volumetric_evidence == "none" else "3d"
            case "DOC-PARTIAL":
                partial.append(plan.id)
    return supported, tuple(partial)


def _weakness(plans: Iterable[PlanFacts], plan_id: str) -> str | None:
    return next((rule.id for plan in plans if plan.id == plan_id for rule in book.PLAN_RECORD if rule.when(plan)), None)


def _sessions(
    case: Case, techniques: Mapping[str, PhotonTechnique], undocumented: frozenset[str] = frozenset()
) -> tuple[SessionCoding, ...]:
    return tuple(
        _code_session(replace(s, motion="none") if s.session in undocumented else s) for s in session_facts(case, techniques)
    )


def _code_session(s: SessionFacts) -> SessionCoding:
    if s.beams == 0:
        none = (Option(()),)
        return SessionCoding(s.session, none, none, ("SCOPE-BEAM",), (f"{s.session}: no beam delivered (SCOPE-BEAM)",))
    rules: list[str] = []
    reasons: list[str] = []
    delivery: tuple[Option, ...] = (Option(()),)
    guidance: tuple[Option, ...] = (Option(()),)
    if s.claim != "professional":
        delivery, decided = _delivery(s)
        line = delivery[0].lines[0]
        also = [option.flips[0] for option in delivery[1:] if option.flips[0] != line.rules[0]]
        reasons.append(delivery_reason(s, line.code, (*line.rules, *also)))
        rules += [*decided, *also, *_at_work(book.DELIVERY_FACTS, s)]
    if s.claim in ("professional", "global"):
        guidance, decided = _guidance(s)
        if decided:
            reasons.append(guidance_reason(s, billed=bool(guidance[0].lines), rules=decided))
        rules += [*decided, *(option.flips[-1] for option in guidance[1:])]
    rules += _at_work((*book.SCOPE, *book.SESSION_FACTS, book.PORT, book.IGRT_TECH, *book.CLAIMS), s)
    return SessionCoding(s.session, delivery, guidance, tuple(dict.fromkeys(rules)), tuple(reasons))


def _delivery(s: SessionFacts) -> tuple[tuple[Option, ...], tuple[str, ...]]:
    rule = next(rule for rule in book.DELIVERY if rule.when(s))
    at_work = _at_work((*book.ISOCENTERS, *book.MOTION), s)
    why = (rule.id, *(rule_id for rule_id in at_work if rule_id != "AMM-OBSERVED"))
    options = [Option((CodingLine(s.session, rule.code, rules=why),))]
    if rule.accepted:
        options.append(Option((CodingLine(s.session, rule.accepted, rules=(rule.id,)),), (rule.id,)))
    if "AMM-OBSERVED" in at_work:
        options.append(Option((CodingLine(s.session, "77412", rules=("AMM-OBSERVED",)),), ("AMM-OBSERVED",)))
    return tuple(options), why


def _guidance(s: SessionFacts) -> tuple[tuple[Option, ...], tuple[str, ...]]:
    rule = next((rule for rule in book.GUIDANCE if rule.when(s)), None)
    if rule is None:
        return (Option(()),), ()
    why = (rule.id, *(rule_id for rule_id in _at_work(book.GUIDANCE_FACTS, s)))
    billed = Option((CodingLine(s.session, GUIDANCE_CODE, (PROFESSIONAL,), rules=why),))
    nothing = Option(())
    options = [billed, nothing] if rule.bills else [nothing, billed]
    options = [options[0], *([replace(options[1], flips=(rule.id,))] if rule.either else [])]
    if book.IGRT_GLOBAL.when(s):
        bare = (CodingLine(s.session, GUIDANCE_CODE, rules=("IGRT-GLOBAL",)),)
        options += [Option(bare, (*option.flips, "IGRT-GLOBAL")) for option in options if option.lines]
    return tuple(options), why


def _at_work(table: Iterable[book.SessionRule], s: SessionFacts) -> tuple[str, ...]:
    return tuple(rule.id for rule in table if rule.when(s))


def _holds(table: Iterable[book.SessionRule], s: SessionFacts) -> bool:
    return any(rule.when(s) for rule in table)


def _lines(sessions: Iterable[SessionCoding]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(line.session, line.code, line.modifiers) for session in sessions for line in session.lines]


def _coding(case: Case, readings: tuple[Reading, ...], bites: tuple[str, ...]) -> Coding:
    primary = readings[0]
    shown = primary if primary.sessions else readings[-1]
    reasons = [reason for session in shown.sessions for reason in session.reasons]
    reasons += [f"the record does not bear out what it declares: {book.RULES[rule_id].says} ({rule_id})" for rule_id in bites]
    rules = {rule_id for session in shown.sessions for rule_id in session.rules} | set(bites)
    return Coding(
        id=case.id,
        outcome=primary.outcome,
        lines=primary.lines,
        alternatives=(*_session_alternatives(primary), *_whole_alternatives(readings)),
        rules=tuple(rule_id for rule_id in book.RULES if rule_id in rules),
        reasons=tuple(reasons),
    )


def _session_alternatives(primary: Reading) -> Iterable[Alternative]:
    for session in primary.sessions:
        for option in session.delivery[1:]:
            yield Alternative(option.flips[0], session.session, _plain(option.lines + session.guidance[0].lines))
        for option in session.guidance[1:]:
            if len(option.flips) == 1:
                yield Alternative(option.flips[0], session.session, _plain(session.delivery[0].lines + option.lines))


def _whole_alternatives(readings: tuple[Reading, ...]) -> Iterable[Alternative]:
    seen = set()
    for reading in readings[1:]:
        lines = _plain(reading.lines)
        if reading.rule and (reading.rule, reading.outcome, lines) not in seen:
            seen.add((reading.rule, reading.outcome, lines))
            yield Alternative(reading.rule, None, lines, reading.outcome)


def _plain(lines: Iterable[CodingLine]) -> tuple[Line, ...]:
    return tuple(Line(line.session, line.code, line.modifiers, line.units) for line in lines)
