"""What faulty coders are made of: the reference coder with one thing changed, before it reads, while it reads, or after.

A coder is a function of a case. Each maker here takes the change and gives the coder:

    reading(change)   another record is read: a field overlooked, a word misunderstood
    seeing(change)    the facts of each session are seen otherwise: plans counted in place of isocenters
    going_by(book)    another book of rules
    billing(change)   other lines are billed for what the rules give
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from msgspec.structs import replace as with_fields

from rtconform.reference.coder.book import BOOK, Book, Techniques
from rtconform.reference.coder.coder import Expectation
from rtconform.reference.coder.facts import CaseFacts, SessionFacts
from rtconform.reference.coder.remembered import expect, remembered
from rtconform.reference.codes import DELIVERY_CODES
from rtconform.reference.documents.coding import Answer, AnswerLine, Line
from rtconform.reference.documents.treatment import Beam, Case, Plan, Session

Coder = Callable[[Case], Answer]


@dataclass(frozen=True)
class FaultyCoder:
    """A faulty coder with a name. `says`: what it does, in one sentence; `seen`: where that is met; `rules`: those it breaks."""

    id: str
    says: str
    seen: str
    rules: tuple[str, ...]
    code: Coder = field(repr=False, compare=False)


@dataclass(frozen=True)
class Delivered:
    """One session with all that a faulty idea may depend on: the record, its facts, the beams delivered and their plans."""

    case: Case
    session: Session
    facts: SessionFacts
    beams: tuple[Beam, ...]
    plans: tuple[Plan, ...]


def answer_of(expectation: Expectation) -> Answer:
    """The primary answer as a coder gives it."""
    coding = expectation.coding
    lines = tuple(AnswerLine(line.session, line.code, line.modifiers, line.units) for line in coding.lines)
    return Answer(coding.id, coding.outcome, lines)


def correct(case: Case) -> Answer:
    """The reference as a coder."""
    return answer_of(expect(case))


def going_by(book: Book) -> Coder:
    """The coder uses a changed book."""
    quick = remembered(book)
    return lambda case: answer_of(expect(case, quick))


def reading(change: Callable[[Case], Case]) -> Coder:
    """Another record is read."""
    return lambda case: correct(change(case))


def seeing(change: Callable[[Delivered], Mapping[str, Any]]) -> Coder:
    """The facts of each session in which a beam was delivered have other values: those that `change` gives."""

    def session_facts(case: Case, techniques: Techniques) -> tuple[SessionFacts, ...]:
        seen = BOOK.session_facts(case, techniques)
        return tuple(with_fields(one.facts, **change(one)) if one.beams else one.facts for one in delivered(case, seen))

    return going_by(replace(BOOK, session_facts=session_facts))


def supposing(change: Callable[[Case, CaseFacts], Mapping[str, Any]]) -> Coder:
    """The facts of the case as a whole have other values: those that `change` gives."""

    def case_facts(case: Case) -> CaseFacts:
        facts = BOOK.case_facts(case)
        return with_fields(facts, **change(case, facts))

    return going_by(replace(BOOK, case_facts=case_facts))


def billing(change: Callable[[Delivered, tuple[AnswerLine, ...]], Iterable[AnswerLine]]) -> Coder:
    """For each session other lines than those due are billed; what is out of scope or in need of review stays so."""

    def code(case: Case) -> Answer:
        expectation = expect(case)
        answer = answer_of(expectation)
        if answer.outcome != "coded":
            return answer
        lines = tuple(
            line
            for one in delivered(case, expectation.sessions)
            for line in change(one, tuple(due for due in answer.lines if due.session == one.session.id))
        )
        return with_fields(answer, lines=lines)

    return code


def coding_as(code: Callable[[Delivered], str | None]) -> Coder:
    """The delivery code of a session is another one (None: the one due)."""

    def change(one: Delivered, lines: tuple[AnswerLine, ...]) -> Iterable[AnswerLine]:
        other = code(one) if one.beams else None
        return [with_fields(line, code=other) if other and is_delivery(line) else line for line in lines]

    return billing(change)


def adding(line: Callable[[Delivered], AnswerLine | None]) -> Coder:
    """A further line is billed in sessions (None: not in this one)."""

    def change(one: Delivered, lines: tuple[AnswerLine, ...]) -> Iterable[AnswerLine]:
        extra = line(one)
        return (*lines, extra) if extra else lines

    return billing(change)


def changing(change: Callable[[AnswerLine], AnswerLine | None]) -> Coder:
    """Each line due is billed otherwise (None: not at all)."""
    return billing(lambda _, lines: [changed for line in lines if (changed := change(line))])


def coding_anyway(applies: Callable[[Case], bool], code: str) -> Coder:
    """A case that should get no code at all gets this one for each session, where `applies`."""

    def coder(case: Case) -> Answer:
        answer = correct(case)
        if answer.outcome == "coded" or not applies(case):
            return answer
        lines = tuple(AnswerLine(session.id, code) for session in case.sessions if session.beams_delivered)
        return Answer(case.id, "coded", lines)

    return coder


def delivered(case: Case, facts: Iterable[SessionFacts]) -> Iterable[Delivered]:
    """The sessions of the case, each with its facts."""
    for session, of_session in zip(case.sessions, facts, strict=True):
        plans = tuple(plan for plan in case.plans if any(beam.id in session.beams_delivered for beam in plan.beams))
        beams = tuple(beam for plan in plans for beam in plan.beams if beam.id in session.beams_delivered)
        yield Delivered(case, session, of_session, beams, plans)


def is_delivery(line: Line) -> bool:
    """Whether the line bills the delivery of a session."""
    return line.code in DELIVERY_CODES
