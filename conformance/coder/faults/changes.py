"""How a mutant of the facts is made: the record read as another, or the facts of a session or of the case seen otherwise."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from msgspec.structs import replace as with_fields

from rtconform.conformance.coder.faults.edits import Edit
from rtconform.reference.coder.book import Book, Techniques
from rtconform.reference.coder.facts import (
    CaseFacts,
    SessionFacts,
)
from rtconform.reference.documents.treatment import (
    Beam,
    Case,
    Guidance,
    Motion,
    Plan,
    Session,
)

Change = Callable[[Case], Case]
Seen = Callable[[SessionFacts, Session, Case], Mapping[str, Any]]


def read(change: Change) -> Callable[[Book], Book]:
    """Another record is read."""

    def apply(book: Book) -> Book:
        return replace(
            book,
            case_facts=lambda case: book.case_facts(change(case)),
            session_facts=lambda case, techniques: book.session_facts(change(case), techniques),
        )

    return apply


def see(change: Seen) -> Callable[[Book], Book]:
    """Other facts of each session."""

    def apply(book: Book) -> Book:
        def session_facts(case: Case, techniques: Techniques) -> tuple[SessionFacts, ...]:
            seen = book.session_facts(case, techniques)
            return tuple(with_fields(s, **change(s, of, case)) for s, of in zip(seen, case.sessions, strict=True))

        return replace(book, session_facts=session_facts)

    return apply


def suppose(change: Callable[[CaseFacts, Case], Mapping[str, Any]]) -> Callable[[Book], Book]:
    """Other facts of the case as a whole."""

    def apply(book: Book) -> Book:
        def case_facts(case: Case) -> CaseFacts:
            facts = book.case_facts(case)
            return with_fields(facts, **change(facts, case))

        return replace(book, case_facts=case_facts)

    return apply


def of_plans(change: Callable[[Plan], Plan]) -> Change:
    """A change of every plan."""
    return lambda case: with_fields(case, plans=tuple(change(plan) for plan in case.plans))


def of_beams(change: Callable[[Beam], Beam]) -> Change:
    """A change of every beam."""
    return of_plans(lambda plan: with_fields(plan, beams=tuple(change(beam) for beam in plan.beams)))


def of_sessions(change: Callable[[Session], Session]) -> Change:
    """A change of every session."""
    return lambda case: with_fields(case, sessions=tuple(change(session) for session in case.sessions))


def of_guidance(change: Callable[[Guidance], Guidance | None]) -> Change:
    """A change of every act of guidance; None: it is not read."""
    return of_sessions(lambda s: with_fields(s, guidance=tuple(changed for act in s.guidance if (changed := change(act)))))


def of_motion(change: Callable[[Motion], Motion]) -> Change:
    """A change of every session's motion management, where there is any."""
    return of_sessions(lambda s: with_fields(s, motion=change(s.motion)) if s.motion else s)


def fact_edit(slug: str, says: str, operator: str, rules: str, apply: Callable[[Book], Book], target: str = "") -> Edit:
    """An edit of what facts mean. `rules`: ids, with blanks between; edits of the same `target` don't go together."""
    return Edit(slug, says, operator, tuple(rules.split()), ("facts", target or slug), apply)
