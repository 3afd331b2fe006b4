"""The reference coder: applies the rules (`rules.py`) to the facts (`facts.py`) of a case and keeps why.

An ambiguity is an option beside the primary answer. `expect` returns two things: the coding in its wire form, in which each
alternative resolves one ambiguity the other way, and the readings from which any mixture of them can be recognised.
"""

from collections.abc import Iterable
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace as with_fields

from rtconform.reference.coder import rules
from rtconform.reference.coder.book import BOOK, Book, Techniques
from rtconform.reference.coder.facts import CaseFacts, PhotonTechnique, PlanFacts, SessionFacts
from rtconform.reference.coder.services import NOTHING, Option
from rtconform.reference.documents.coding import Alternative, Coding, CodingLine, Line, Outcome
from rtconform.reference.documents.treatment import Case


class SessionCoding(Struct, frozen=True, gc=False):
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


Sessions = tuple[SessionCoding, ...]

_TWO_D: PhotonTechnique = "2d"
_NONE: frozenset[str] = frozenset()

_PLACES = {rule_id: place for place, rule_id in enumerate(rules.RULES)}


class Reading(Struct, frozen=True, gc=False):
    """One way to answer the whole case; `rule` is the one that allows it beside the primary reading (None: it is primary)."""

    outcome: Outcome
    sessions: tuple[SessionCoding, ...] = ()
    rule: str | None = None

    @property
    def lines(self) -> tuple[CodingLine, ...]:
        """The primary lines of all sessions."""
        return tuple(chain.from_iterable(session.lines for session in self.sessions))


class Expectation(Struct, frozen=True, gc=False):
    """The coding in its wire form, the readings behind it (the primary one first), and the facts."""

    coding: Coding
    readings: tuple[Reading, ...]
    facts: CaseFacts
    sessions: tuple[SessionFacts, ...]


def code(case: Case) -> Coding:
    """The reference's answer to `case`; any case that decodes has one."""
    return expect(case).coding


def expect(case: Case, book: Book = BOOK) -> Expectation:
    """All that the judge needs of the reference for `case`; with another `book`, what a coder that goes by it makes of `case`."""
    facts = book.case_facts(case)
    for rule in book.whole_case:
        if rule.when(facts):
            reason = f"{'; '.join(rule.found(facts))}: {rule.outcome} ({rule.id})"
            coding = Coding(case.id, rule.outcome, rules=(rule.id,), reasons=(reason,))
            sessions = () if facts.conflicts else book.session_facts(case, {})
            return Expectation(coding, (Reading(rule.outcome),), facts, sessions)
    sessions = book.session_facts(case, {})
    readings, bites = _readings(book, case, facts, sessions)
    return Expectation(_coding(case, readings, bites), readings, facts, sessions)


def _readings(
    book: Book, case: Case, facts: CaseFacts, declared: tuple[SessionFacts, ...]
) -> tuple[tuple[Reading, ...], tuple[str, ...]]:
    """All ways to read the record, the primary one first, and the documentation rules that bite.

    A documentation rule bites where the lines depend on it: where what the record declares and what it supports are
    billed differently. DOC-PARTIAL and DOC-AMM do so too where that is only with the other one's doubt read the other way.
    """
    weak = {plan.id: found[0].id for plan in facts.plans if (found := book.doubts(plan))}
    undocumented = frozenset(s.session for s in declared if any(rule.when(s) for rule in book.session_record))
    if not weak and not undocumented:
        return (Reading("coded", _coded(book, declared)),), ()

    def sessions(*, doubted: str = "", partial_as_2d: bool = False, struck: frozenset[str] = _NONE) -> Sessions:
        """The sessions coded as the record supports them, but for plans under rule `doubted`: these as declared."""
        supported: Techniques = {
            plan.id: _supported(plan, weak[plan.id]) for plan in facts.plans if weak.get(plan.id, doubted) != doubted
        }
        if partial_as_2d:
            supported = {**supported, **dict.fromkeys((plan for plan, rule in weak.items() if rule == "DOC-PARTIAL"), _TWO_D)}
        return _coded(book, book.session_facts(case, supported), struck)

    kept, struck = ([sessions(partial_as_2d=as_2d, struck=names) for as_2d in (False, True)] for names in (_NONE, undocumented))
    base = kept[0]
    bites = [rule_id for rule_id in ("DOC-3D", "DOC-IMRT") if _lines(sessions(doubted=rule_id)) != _lines(base)]
    if any(_lines(as_told) != _lines(as_2d) for as_told, as_2d in (struck, kept)):
        bites.append("DOC-PARTIAL")
    if [_lines(reading) for reading in struck] != [_lines(reading) for reading in kept]:
        bites.append("DOC-AMM")
    unclear = [rule_id for rule_id in ("DOC-PARTIAL", "DOC-AMM") if rule_id in bites]
    if unclear:
        coded: dict[object, Sessions] = {}
        for reading in struck + kept:
            coded.setdefault(_lines(reading), reading)
        return (Reading("needs_review"), *(Reading("coded", one, unclear[0]) for one in coded.values())), tuple(bites)
    return (Reading("coded", base), *(Reading("needs_review", rule=rule_id) for rule_id in bites)), tuple(bites)


def _supported(plan: PlanFacts, rule_id: str) -> PhotonTechnique | None:
    """The technique that the plan's record supports; a partial record is read as declared until the rule bites."""
    if rule_id == "DOC-PARTIAL":
        return plan.technique
    return "3d" if rule_id == "DOC-IMRT" and plan.volumetric_evidence != "none" else "2d"


def _coded(book: Book, sessions: Iterable[SessionFacts], struck: frozenset[str] = _NONE) -> Sessions:
    """Each session coded; in those `struck` the level has no active motion management."""
    return tuple(_code_session(book, with_fields(s, motion="none") if s.session in struck else s) for s in sessions)


def _code_session(book: Book, s: SessionFacts) -> SessionCoding:
    if book.scope_beam.when(s):
        none = NOTHING.options
        return SessionCoding(s.session, none, none, ("SCOPE-BEAM",), (f"{s.session}: no beam delivered (SCOPE-BEAM)",))
    carried = book.carried(s)
    delivery = book.delivery_of(s) if carried.delivery else NOTHING
    guidance = book.guidance_of(s) if carried.guidance else NOTHING
    rule_ids = dict.fromkeys((*delivery.rules, *guidance.rules, *book.facts_at_work(s), *carried.rules))
    return SessionCoding(s.session, delivery.options, guidance.options, tuple(rule_ids), delivery.reasons + guidance.reasons)


def _lines(sessions: Iterable[SessionCoding]) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    return tuple([(line.session, line.code, line.modifiers) for session in sessions for line in session.lines])


def _coding(case: Case, readings: tuple[Reading, ...], bites: tuple[str, ...]) -> Coding:
    primary = readings[0]
    shown = primary if primary.sessions else readings[-1]
    reasons = [reason for session in shown.sessions for reason in session.reasons]
    reasons += [f"the record does not bear out what it declares: {rules.RULES[rule_id].says} ({rule_id})" for rule_id in bites]
    ids = {rule_id for session in shown.sessions for rule_id in session.rules} | set(bites)
    return Coding(
        id=case.id,
        outcome=primary.outcome,
        lines=primary.lines,
        alternatives=(*_session_alternatives(primary), *_whole_alternatives(readings)),
        rules=tuple(sorted(ids, key=_PLACES.__getitem__)),
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
