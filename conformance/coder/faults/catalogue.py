"""The catalogue of faults met in the field."""

from functools import cache
from itertools import chain

from rtconform.conformance.coder.faults import caution as faults_caution
from rtconform.conformance.coder.faults import claim as faults_claim
from rtconform.conformance.coder.faults import guidance as faults_guidance
from rtconform.conformance.coder.faults import level as faults_level
from rtconform.conformance.coder.faults import record as faults_record
from rtconform.conformance.coder.faults.faulty import Coder, FaultyCoder, correct
from rtconform.conformance.coder.faults.parts import kinds_of, parts_of
from rtconform.conformance.coder.judge import judge
from rtconform.conformance.coder.normal_form import normal_form
from rtconform.conformance.role import WHOLE, Catalogue
from rtconform.conformance.verdicts import VERDICTS
from rtconform.generators.suites.registry import suite
from rtconform.generators.suites.suite import cases
from rtconform.reference.coder.remembered import expect
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import Case

FAULTS: dict[str, FaultyCoder] = {
    fault.id: fault
    for fault in chain(
        faults_level.FAULTS, faults_guidance.FAULTS, faults_claim.FAULTS, faults_record.FAULTS, faults_caution.FAULTS
    )
}
"""Every fault by its id."""


def same_answer(case: Case, one: Answer, other: Answer) -> bool:
    """Whether two answers bill the same."""
    if one.outcome != other.outcome:
        return False
    return normal_form(one.lines, case) == normal_form(other.lines, case)


def stands(case: Case, answer: Answer) -> bool:
    """Whether the judge lets the answer stand."""
    return VERDICTS[judge(case, expect(case), answer).verdict].conformant


def _stands(case: Case, answer: Answer) -> bool:
    return same_answer(case, answer, correct(case)) or stands(case, answer)


@cache
def _wrong_answers(fault: FaultyCoder) -> int:
    of: Coder = fault.code
    return sum(not _stands(entry.case, of(entry.case)) for entry in cases(suite("boundaries"), 1))


CATALOGUE: Catalogue[Case, Answer] = Catalogue(
    faults=FAULTS,
    answer=lambda fault, case: fault.code(case),
    stands=_stands,
    same=same_answer,
    explains=_wrong_answers,
    parts=parts_of,
    shows=lambda cause, key: key[0] == WHOLE or key[0] in kinds_of(cause),
    kinds=kinds_of,
    put=lambda _: None,
)
"""The faults as a search for known ones takes them; `explains`: how much of suite `boundaries` a fault answers wrongly."""
