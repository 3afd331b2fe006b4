"""How large what was asked is, so that the smallest case of a fault is shown first."""

from rtconform.conformance.coder.size import size_of_case
from rtconform.conformance.editor.size import size_of_claim
from rtconform.conformance.records import Result


def size_of(result: Result) -> tuple[int, ...]:
    """A sort key for results of one run; empty where what was asked is not in the record."""
    if result.case is not None:
        return size_of_case(result.case)
    return size_of_claim(result.claim) if result.claim is not None else ()
