"""Faulty editors: the suites of edits stop each."""

import pytest

from rtconform.conformance.editor.faults import EDITOR_FAULTS, Editor, correct
from rtconform.conformance.editor.judge import judge_disposition
from rtconform.conformance.verdicts import VERDICTS
from rtconform.generators.suites.registry import any_suite
from rtconform.generators.suites.suite import SuiteClaim
from rtconform.reference.coder.rules import RULES
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


def stopped(edit: Editor) -> bool:
    return any(not VERDICTS[judge_disposition(claim, due, edit(claim)).verdict].conformant for claim, due in ADJUDICATED)


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
