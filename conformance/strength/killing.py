"""Whether a case catches a faulty coder: the judge does not let its answer stand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from rtconform.conformance.coder.faults.faulty import Coder, answer_of
from rtconform.conformance.coder.judge import judge, judge_malformed
from rtconform.conformance.strength.mutants.reader import Reader, Sent
from rtconform.conformance.verdicts import VERDICTS
from rtconform.generators.suites.registry import suite
from rtconform.generators.suites.suite import SuiteCase, cases
from rtconform.reference.coder.book import BOOK, Book, Techniques
from rtconform.reference.coder.coder import Expectation, expect
from rtconform.reference.coder.facts import CaseFacts, SessionFacts
from rtconform.reference.coder.remembered import REMEMBERED_BOOK
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import decode
from rtconform.reference.errors import DocumentError


@dataclass(frozen=True)
class Trial:
    """A case to be put to faulty coders, with what is expected, and the expected answer as a coder gives it.

    `sent` is the document as readers get it. Where that is not a sound case, `case` is what a reader makes of it all the same;
    `readable`: whether one can.
    """

    case: Case
    expectation: Expectation
    answer: Answer
    sent: Sent
    readable: bool = True


def asked(case: Case, book: Book = REMEMBERED_BOOK) -> Trial:
    """The case with what the reference makes of it, or with what is made of it by another book; sent in the plain way."""
    expectation = expect(case, book)
    return Trial(case, expectation, answer_of(expectation), Sent(case))


def asked_as(entry: SuiteCase) -> Trial:
    """A case of a suite, sent as the suite sends it."""
    document, case, readable = entry.wire, entry.case, True
    if not entry.sound:
        try:
            case = decode(document, Case)
        except DocumentError:
            readable = False
    expectation = expect(case, REMEMBERED_BOOK)
    return Trial(case, expectation, answer_of(expectation), Sent(entry.case, entry.sound, document), readable)


def asked_of(name: str, seed: int) -> Iterator[Trial]:
    """The cases of a suite."""
    return map(asked_as, cases(suite(name), seed))


def catches(asked: Trial, coder: Coder) -> bool:
    """Whether the coder's answer to the case does not stand; a coder that can't answer does not stand either.

    What can't be read it refuses, as it should; what no one may code it must not code.
    """
    if not asked.readable:
        return False
    try:
        answer = coder(asked.case)
    except Exception:  # noqa: BLE001 - a faulty coder may fail in any way, and each is an error in a run
        return asked.sent.sound
    return _stands_not(asked, answer)


def catches_reader(asked: Trial, reader: Reader) -> bool:
    """Whether the answer of a coder behind this reader does not stand."""
    if asked.sent.sound == bool(reader.swallows):
        return False  # a reader has one fault: of what is sound, or of what is not
    return _stands_not(asked, reader.answer(asked.sent))


def _stands_not(asked: Trial, answer: Answer) -> bool:
    if not asked.sent.sound:
        judged = judge_malformed(answer, refused=False)
        return judged is not None and not VERDICTS[judged[0]].conformant
    if answer.lines == asked.answer.lines and answer.outcome == asked.answer.outcome:
        return False
    return not VERDICTS[judge(asked.case, asked.expectation, answer).verdict].conformant


def first_catch(of: Iterable[Trial], coder: Coder) -> str | None:
    """The id of the first case that catches the coder; None: none does."""
    return next((one.case.id for one in of if catches(one, coder)), None)


def first_catch_of_reader(of: Iterable[Trial], reader: Reader) -> str | None:
    """The same for a reader."""
    return next((one.case.id for one in of if catches_reader(one, reader)), None)


def remembering(of: Iterable[Trial]) -> Book:
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
