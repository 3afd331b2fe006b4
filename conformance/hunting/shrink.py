"""The smallest case or claim: what a search leaves in one that has nothing to do with a fault is taken away.

Which of the smaller ones still show the fault, the caller finds out.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from rtconform.conformance.coder.smaller import smaller_cases
from rtconform.conformance.editor.smaller import smaller_claims
from rtconform.reference.documents.claim import Claim
from rtconform.reference.documents.treatment import Case

Q = TypeVar("Q", bound=Case | Claim)


def smallest(asked: Q, *, shows: Callable[[Q], bool]) -> Q:
    """With all taken away that can go while it still `shows` what is looked for: nothing more can, taken singly."""
    smaller: Any = smaller_claims if isinstance(asked, Claim) else smaller_cases
    while True:
        found = next((one for one in smaller(asked) if shows(one)), None)
        if found is None:
            return asked
        asked = found
