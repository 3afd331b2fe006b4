"""Known faults of editors are named only where the dispositions prove them: faults are planted, and the hints are counted."""

import pytest

from rtconform.conformance.editor.faults import EDITOR_FAULTS, correct
from tests.helpers.planted_editors import asked, recognised, results_of, wrong_hints

CLAIMS = dict(list(asked("edits-claim").items())[::6])
EDITS = {name: fault.edit for name, fault in EDITOR_FAULTS.items()}
SOME = tuple(EDITS)[::8]


@pytest.mark.slow
@pytest.mark.parametrize("name", SOME)
def test_no_hint_is_wrong(name: str) -> None:
    """Planted alone, a fault is named where a claim shows it, and no fault that answers otherwise is."""
    results = results_of(EDITS[name], CLAIMS)
    found = recognised(results, CLAIMS)
    shown = any(result.causes for result in results)
    assert shown == any(name in [fault.id for fault in hint.faults] or hint.of > len(hint.faults) for hint in found.recognised)
    assert [] == list(wrong_hints(results, found, CLAIMS, EDITS))


def test_what_is_right_has_no_hint() -> None:
    """A run without a wrong disposition names nothing."""
    found = recognised(results_of(correct, CLAIMS), CLAIMS)
    assert ((), ()) == (found.whole, found.recognised)
