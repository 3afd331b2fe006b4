"""The strength of the suites: mutants, proofs, condition coverage, and the document that reports them."""

import pytest

from rtconform.conformance.coder.faults.faulty import going_by
from rtconform.conformance.strength.killing import asked_of, first_catch, remembering
from rtconform.conformance.strength.mutants.rules import first_order, mutant_of
from rtconform.conformance.strength.proofs.equivalence import prove
from rtconform.conformance.strength.proofs.factspace import IMPOSSIBLE
from rtconform.reference.coder.book import BOOK
from rtconform.reference.coder.rules import RULES
from tests.helpers.command import rtconform
from tools.strength.figures import figures

pytestmark = pytest.mark.slow

MUTANTS = {mutant.id: mutant for mutant in first_order()}
EQUIVALENT = ("L3-MOTION: dropped", "IGRT-PURPOSE: dropped", "DOC-CONFLICT: to place 2", "DOC-PARTIAL: dropped")
TOLD_APART = ("L3-ISOCENTERS: dropped", "IGRT-PROF: bills False", "SCOPE-DATE: dropped", "DOC-IMRT: dropped")


def test_mutants_are_many_and_named() -> None:
    """Each deciding rule of the book has mutants, each with an id of its own and the rules that it changes."""
    assert len(MUTANTS) == len(first_order())
    changed = {rule for mutant in MUTANTS.values() for rule in mutant.rules}
    tables = (BOOK.whole_case, BOOK.delivery, BOOK.guidance, BOOK.claims, BOOK.plan_record, BOOK.session_record)
    assert {rule.id for table in tables for rule in table} <= changed <= set(RULES)


@pytest.mark.parametrize("name", EQUIVALENT)
def test_an_equivalent_mutant_is_proved_so(name: str) -> None:
    """Its answers stand at every point of its spaces."""
    assert prove(MUTANTS[name]).counterexample is None


@pytest.mark.parametrize("name", TOLD_APART)
def test_another_has_a_counterexample(name: str) -> None:
    """A mutant that is not equivalent is told from the reference at some point."""
    assert prove(MUTANTS[name]).counterexample is not None


def test_an_edit_of_what_is_read_changes_nothing_where_there_is_no_record() -> None:
    """Beside a change of the rules that shows nowhere, a misread record is not a counterexample in a space of facts."""
    unread = prove(mutant_of("L3-MIXED: accepted 77407 + documentation-not-read"))
    assert {"level", "planning", "records", "days", "beside"} == set(unread.spaces)
    assert unread.counterexample is None


def test_every_pair_that_is_missed_is_explained() -> None:
    """Of the sample of two edits each is stopped, proved equivalent, or named with a treatment that tells it apart: as it does now."""
    pairs = figures().pairs
    assert pairs.tried == pairs.killed + pairs.equivalent + len(pairs.missed)
    for missed in pairs.missed:
        assert missed.shown == prove(mutant_of(missed.id)).counterexample


def test_small_suites_stop_what_can_be_told_apart() -> None:
    """What boundaries and pairwise do not stop is equivalent: a part of the survivors is proved here, all by `rtconform strength`."""
    of = [*asked_of("boundaries", 1), *asked_of("pairwise", 1)]
    book = remembering(of)
    alive = [mutant for mutant in first_order() if first_catch(of, going_by(mutant.book(book))) is None]
    quick = [mutant for mutant in alive if mutant.edits[0].target[0] not in ("facts", "plan_record", "session_record")]
    assert quick
    assert [mutant.id for mutant in quick if prove(mutant).counterexample is not None] == []


def test_facts_of_the_suites_are_possible() -> None:
    """What proofs leave out as impossible is in no case that gets as far as a session."""
    for one in (*asked_of("boundaries", 1), *asked_of("pairwise", 1), *asked_of("certify", 7)):
        if not any(rule.when(one.expectation.facts) for rule in BOOK.whole_case):
            for session in one.expectation.sessions:
                assert [i.because for i in IMPOSSIBLE if i.facts(session)] == [], one.case.id


def test_a_gap_is_an_exit_code() -> None:
    """A suite that can't be measured is refused in a sentence, exit code 2."""
    done = rtconform("strength", "--suite", "exhaustive")
    assert done.returncode == 2
    assert "strength is measured for suites of at most 20,000" in done.stderr
