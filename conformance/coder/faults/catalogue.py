"""The catalogue of faults met in the field, and the recognition of one by its answers."""

from collections.abc import Sequence
from functools import cache
from itertools import chain

from rtconform.conformance.coder.faults import claim as faults_claim
from rtconform.conformance.coder.faults import guidance as faults_guidance
from rtconform.conformance.coder.faults import level as faults_level
from rtconform.conformance.coder.faults import record as faults_record
from rtconform.conformance.coder.faults.faulty import Coder, Fault, correct
from rtconform.conformance.coder.judge import judge
from rtconform.conformance.coder.normal_form import normal_form
from rtconform.conformance.fitting import fitting
from rtconform.conformance.verdicts import VERDICTS
from rtconform.generators.suites.registry import suite
from rtconform.generators.suites.suite import cases
from rtconform.reference.coder.coder import expect
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import Case

FAULTS: dict[str, Fault] = {
    fault.id: fault for fault in chain(faults_level.FAULTS, faults_guidance.FAULTS, faults_claim.FAULTS, faults_record.FAULTS)
}
"""Every fault by its id."""


def known_fault(answers: Sequence[tuple[Case, Answer]]) -> Fault | None:
    """The fault that gives all these answers; None: there is none, or nothing is wrong with the answers."""
    return next(iter(fitting_faults(answers)), None)


def fitting_faults(answers: Sequence[tuple[Case, Answer]]) -> tuple[Fault, ...]:
    """The faults that give all these answers; none where nothing is wrong with the answers.

    Answers that bill the same are the same, and so are two that both stand. First comes the fault that explains no more than
    it must: that answers least of suite `boundaries` wrongly.
    """
    return fitting(
        answers,
        FAULTS.values(),
        stands=_stands,
        gives=lambda fault, case, answer: _same(case, answer, fault.code(case)),
        explains=_wrong_answers,
    )


def same_answer(case: Case, one: Answer, other: Answer) -> bool:
    """Whether two answers bill the same."""
    if one.outcome != other.outcome:
        return False
    return normal_form(one.lines, case) == normal_form(other.lines, case)


def stands(case: Case, answer: Answer) -> bool:
    """Whether the judge lets the answer stand."""
    return VERDICTS[judge(case, expect(case), answer).verdict].conformant


def _same(case: Case, one: Answer, other: Answer) -> bool:
    return same_answer(case, one, other) or (stands(case, one) and stands(case, other))


def _stands(case: Case, answer: Answer) -> bool:
    return same_answer(case, answer, correct(case)) or stands(case, answer)


@cache
def _wrong_answers(fault: Fault) -> int:
    of: Coder = fault.code
    return sum(not _stands(entry.case, of(entry.case)) for entry in cases(suite("boundaries"), 1))
