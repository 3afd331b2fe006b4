"""Known faults are named only where the answers prove them: faults are planted, alone and in pairs, and the hints are counted."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from rtconform.conformance.coder.faults.catalogue import FAULTS
from rtconform.conformance.coder.faults.faulty import correct
from rtconform.conformance.strength.mutants.caution import CAUTION
from rtconform.conformance.strength.mutants.readers import readers
from rtconform.conformance.strength.mutants.rules import first_order
from rtconform.generators.suites.suite import SuiteCase
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import Case
from tests.helpers.planted import asked, both, recognised, results_of, results_of_reader, wrong_hints

ITEMS: dict[str, SuiteCase] = asked("published", "boundaries")
CODERS: dict[str, Callable[[Case], Answer]] = {name: fault.code for name, fault in FAULTS.items()}
SOME = tuple(CODERS)[::15]


@pytest.mark.parametrize("name", SOME)
def test_a_fault_of_the_catalogue_is_named(name: str) -> None:
    """Planted alone, a fault is named for a cause of its run, as far as a case shows it; and no hint is wrong."""
    results = results_of(CODERS[name], ITEMS)
    found = recognised(results, ITEMS)
    shown = any(result.causes for result in results)
    assert shown == any(name in [fault.id for fault in hint.faults] or hint.of > len(hint.faults) for hint in found.recognised)
    assert [] == list(wrong_hints(results, found, ITEMS, CODERS))


@pytest.mark.slow
@pytest.mark.parametrize(("one", "other"), list(pairwise(SOME)))
def test_two_faults_make_no_wrong_hint(one: str, other: str) -> None:
    """Two faults may hide each other: what is named for a cause still gives its answers, and no answer contradicts it."""
    results = results_of(both(CODERS[one], CODERS[other]), ITEMS)
    assert [] == list(wrong_hints(results, recognised(results, ITEMS), ITEMS, CODERS))


@pytest.mark.slow
def test_mutants_make_no_wrong_hint() -> None:
    """A fault that the catalogue lacks is named after none that answers otherwise."""
    for mutant in first_order()[::40]:
        results = results_of(mutant.code, ITEMS)
        assert [] == list(wrong_hints(results, recognised(results, ITEMS), ITEMS, CODERS)), mutant.id


def crashing(case: Case) -> Answer:
    """A coder with a fault of the catalogue that crashes on professional claims."""
    if case.billing.claim == "professional":
        raise LookupError("professional")
    return CODERS["imrt-77386"](case)


def test_nothing_is_named_where_nothing_was_answered() -> None:
    """A group of crashes has no hint; the fault that shows elsewhere in the run keeps its own."""
    found = recognised(results_of(crashing, ITEMS), ITEMS)
    assert "imrt-77386" in {fault.id for hint in found.recognised for fault in hint.faults}
    assert "crash" not in {hint.cause for hint in found.recognised}


@pytest.mark.slow
def test_who_asks_for_review_is_not_said_to_bill() -> None:
    """Cautious coders and strict readers: a fault named for a group of requests for review asks for review in each of them."""
    documents = dict(list(asked("respelled", "invalid").items())[::58])
    runs = [results_of(one.code, ITEMS) for one in first_order() if one.edits[0].operator == CAUTION][::120]
    named = 0
    for items, results in [(ITEMS, run) for run in runs] + [
        (documents, results_of_reader(reader, documents)) for reader in readers()[::80]
    ]:
        found = recognised(results, items)
        assert [] == list(wrong_hints(results, found, items, CODERS))
        declined = {cause.id for result in results for cause in result.causes if cause.kind == "declined"}
        named += len(declined & {hint.cause for hint in found.recognised})
    assert named


def test_what_is_right_has_no_hint() -> None:
    """A run without a wrong answer names nothing."""
    found = recognised(results_of(correct, ITEMS), ITEMS)
    assert ((), ()) == (found.whole, found.recognised)
    assert len(ITEMS) == found.results == found.answered


def test_one_passing_case_takes_a_hint_back() -> None:
    """A coder with a fault that is right in one case in which the fault would show does not have that fault."""
    name = "imrt-77386"
    case_id = next(case_id for case_id, item in ITEMS.items() if CODERS[name](item.case) != correct(item.case))

    def nearly(case: Case) -> Answer:
        return correct(case) if case.id == case_id else CODERS[name](case)

    whole = recognised(results_of(CODERS[name], ITEMS), ITEMS)
    assert [name] == [fault.id for fault in whole.whole]
    found = recognised(results_of(nearly, ITEMS), ITEMS)
    assert name not in {fault.id for hint in found.recognised for fault in hint.faults}
    assert () == found.whole
