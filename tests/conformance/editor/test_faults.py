"""Faulty editors: the suites of edits stop each."""

import pytest

from rtconform.conformance.editor.faults import EDITOR_FAULTS, correct
from rtconform.conformance.editor.faulty import Editor, FaultyEditor
from rtconform.conformance.editor.judge import judge_disposition
from rtconform.conformance.editor.table_faults import table_faults
from rtconform.conformance.verdicts import VERDICTS
from rtconform.generators.suites.edits_national import MOST_UNITS, SEPARATE, pairs
from rtconform.generators.suites.registry import any_suite
from rtconform.generators.suites.suite import SuiteClaim
from rtconform.reference.coder.rules import RULES
from rtconform.reference.documents.adjudication import Adjudication
from rtconform.reference.documents.claim import Claim
from rtconform.reference.editor.editor import adjudicate
from rtconform.reference.editor.rules import EDITOR_RULES

CLAIMS: list[Claim] = [
    entry.claim
    for name in ("edits-claim", "edits-documented", "edits-national")
    for index in range(any_suite(name).size(None))
    if isinstance(entry := any_suite(name).case(index, 1), SuiteClaim)
]
ADJUDICATED = [(claim, adjudicate(claim)) for claim in CLAIMS]


NATIONAL = [(claim, due) for claim, due in ADJUDICATED if claim.id.startswith("edits-national:")]


def stopped(edit: Editor, of: list[tuple[Claim, Adjudication]] = ADJUDICATED) -> bool:
    return any(not VERDICTS[judge_disposition(claim, due, edit(claim)).verdict].conformant for claim, due in of)


def test_there_are_enough_of_them() -> None:
    """At least twenty, each with an id of its own and rules of the book."""
    assert len(EDITOR_FAULTS) >= 20
    assert {rule for fault in EDITOR_FAULTS.values() for rule in fault.rules} <= {*RULES, *EDITOR_RULES}


def test_the_reference_stands() -> None:
    """The reference as an editor is right everywhere."""
    assert not stopped(correct)


@pytest.mark.parametrize("name", EDITOR_FAULTS)
def test_the_suites_of_edits_stop_it(name: str) -> None:
    """Some claim of the suites has a disposition that does not stand."""
    assert stopped(EDITOR_FAULTS[name].edit)


def test_every_row_that_is_asked_of_is_missed() -> None:
    """An editor that lacks one row of the pairs is in the catalogue for each pair; so is each number, and each modifier."""
    names = {fault.id for fault in table_faults()}
    assert {f"lacks-{pair.replace('/', '-').lower()}" for pair in pairs()} <= names
    assert {f"takes-more-{code}" for code in MOST_UNITS} <= names
    assert {"bypasses-with-76", "bypasses-with-77", *(f"does-not-know-{name.lower()}" for name in SEPARATE)} <= names


@pytest.mark.parametrize("fault", list(table_faults()), ids=lambda fault: fault.id)
def test_the_suite_of_national_edits_stops_each_wrong_table(fault: FaultyEditor) -> None:
    """A row missing, a number or an indicator that is another, a modifier that wrongly bypasses: `edits-national` alone stops it."""
    assert stopped(fault.edit, NATIONAL)
