"""The catalogue of faults met in the field: each is a coder, each is caught, each is known again by its answers."""

import datetime as dt

import pytest
from msgspec.structs import replace

from rtconform.conformance.coder.faults.catalogue import CATALOGUE, FAULTS
from rtconform.conformance.coder.faults.faulty import FaultyCoder, correct
from rtconform.conformance.coder.judge import judge
from rtconform.conformance.known_faults import fitting
from rtconform.conformance.strength.mutants.rules import first_order
from rtconform.generators.suites.registry import suite
from rtconform.generators.suites.suite import cases
from rtconform.reference.coder.coder import expect
from rtconform.reference.coder.rules import REFINEMENTS, RULES
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import Case

BOUNDARIES: tuple[Case, ...] = tuple(entry.case for entry in cases(suite("boundaries"), 1))
NAMED = ("imrt-77386", "surface-present", "planned-isocenters", "approval-at-the-next-session", "77387-tc", "no-beam-billed")


def known_fault(answers: list[tuple[Case, Answer]]) -> FaultyCoder | None:
    """The narrowest fault that gives all these answers."""
    return next(iter(fitting(answers, CATALOGUE)), None)  # type: ignore[return-value] # the catalogue holds faults of coders


def test_every_fault_is_described() -> None:
    """A fault says in one sentence what it does, where that is met, and breaks rules of the book."""
    for fault in FAULTS.values():
        assert fault.says.endswith(".")
        assert fault.seen
        assert set(fault.rules) <= set(RULES)
        assert fault.rules


def test_every_rule_that_can_be_broken_by_a_coder_is_broken() -> None:
    """The catalogue has a fault for each rule of level, isocenters, motion, guidance and claims that a coder can break."""
    broken = {rule for fault in FAULTS.values() for rule in fault.rules}
    # what sources differ on is not a fault either way; a refinement is broken with the rules that it refines; DOC-MALFORMED is for
    # suite `invalid` alone
    ambiguous = {rule.id for rule in RULES.values() if rule.standing == "ambiguous"}
    assert set(RULES) - ambiguous - {rule.id for rule in REFINEMENTS} - {"DOC-MALFORMED"} - broken == set()


@pytest.mark.parametrize("name", NAMED)
def test_a_fault_is_known_by_its_answers(name: str) -> None:
    """From its answers to a suite the fault is named again."""
    assert FAULTS[name] == known_fault([(case, FAULTS[name].code(case)) for case in BOUNDARIES])


def test_right_answers_name_no_fault() -> None:
    """The reference's own answers are not fault."""
    assert known_fault([(case, correct(case)) for case in BOUNDARIES]) is None


def test_an_unknown_mixture_names_no_fault() -> None:
    """Answers that no one fault explains name none."""
    one, other = FAULTS["imrt-77386"], FAULTS["surface-present"]
    answers = [(case, (one if number % 2 else other).code(case)) for number, case in enumerate(BOUNDARIES)]
    assert known_fault(answers) is None


def test_a_number_of_the_record_costs_nothing_however_large_it_is() -> None:
    """A record of a million million port images, and a coder that bills each of them."""
    case = next(case for case in BOUNDARIES if case.billing.claim != "professional" and correct(case).lines)
    many = replace(case, sessions=tuple(replace(session, port_images=10**12) for session in case.sessions))
    billed = FAULTS["77417-each"].code(many)
    assert 10**12 in {line.units for line in billed.lines}
    assert "fail" == judge(many, expect(many), billed).verdict
    assert FAULTS["77417-each"] == known_fault([(many, billed)])


@pytest.mark.parametrize("day", [dt.date.min, dt.date.max])
def test_every_coder_of_the_catalogue_codes_the_first_and_the_last_day_there_is(day: dt.date) -> None:
    """A suite of one's own may have any date, and its failing cases are held against the faults and mutants that are known."""
    case = next(case for case in BOUNDARIES if correct(case).lines and case.sessions[0].next_session_at)
    time = dt.datetime.combine(day, dt.time())
    session = replace(case.sessions[0], started_at=time, next_session_at=time)
    odd = replace(case, billing=replace(case.billing, date_of_service=day), sessions=(session,))
    assert {odd.id} == {
        coder(odd).id for coder in (*(fault.code for fault in FAULTS.values()), *(mutant.code for mutant in first_order()))
    }
