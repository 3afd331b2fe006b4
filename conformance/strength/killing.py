"""Whether a case catches a faulty coder: the judge does not let its answer stand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from rtconform.conformance.coder.faults.faulty import Coder, answer_of
from rtconform.conformance.coder.judge import judge
from rtconform.conformance.verdicts import VERDICTS
from rtconform.generators.suites.registry import suite
from rtconform.generators.suites.suite import cases
from rtconform.reference.coder.book import BOOK, Book, Techniques
from rtconform.reference.coder.coder import Expectation, expect
from rtconform.reference.coder.facts import CaseFacts, SessionFacts
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import Case


@dataclass(frozen=True)
class Asked:
    """A case with what is expected, and the expected answer as a coder gives it."""

    case: Case
    expectation: Expectation
    answer: Answer


def asked(case: Case, book: Book = BOOK) -> Asked:
    """The case with what the reference makes of it, or with what is made of it by another book."""
    expectation = expect(case, book)
    return Asked(case, expectation, answer_of(expectation))


def asked_of(name: str, seed: int) -> Iterator[Asked]:
    """The cases of a suite."""
    for entry in cases(suite(name), seed):
        yield asked(entry.case)


def catches(asked: Asked, coder: Coder) -> bool:
    """Whether the coder's answer to the case does not stand; a coder that can't answer does not stand either."""
    try:
        answer = coder(asked.case)
    except Exception:  # noqa: BLE001 - a faulty coder may fail in any way, and each is an error in a run
        return True
    if answer.lines == asked.answer.lines and answer.outcome == asked.answer.outcome:
        return False
    return not VERDICTS[judge(asked.case, asked.expectation, answer).verdict].conformant


def first_catch(of: Iterable[Asked], coder: Coder) -> str | None:
    """The id of the first case that catches the coder; None: none does."""
    return next((one.case.id for one in of if catches(one, coder)), None)


def remembering(of: Iterable[Asked]) -> Book:
    """The reference's book with the facts of these cases known by heart: thousands of mutants ask for the same ones."""
    whole = {id(one.case): one.expectation.facts for one in of}
    kept = {id(one.case): one.case for one in of}  # so that no other case is ever at the same place in memory
    sessions: dict[tuple[int, tuple[tuple[str, str | None], ...]], tuple[SessionFacts, ...]] = {}

    def case_facts(case: Case) -> CaseFacts:
        return whole[id(case)] if id(case) in kept else BOOK.case_facts(case)

    def session_facts(case: Case, techniques: Techniques) -> tuple[SessionFacts, ...]:
        if id(case) not in kept:
            return BOOK.session_facts(case, techniques)
        key = (id(case), tuple(techniques.items()))
        if key not in sessions:
            sessions[key] = BOOK.session_facts(case, techniques)
        return sessions[key]

    return replace(BOOK, case_facts=case_facts, session_facts=session_facts)
