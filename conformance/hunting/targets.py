"""What a hunt needs to know of each role: what it asks, and which known faults may be behind what it finds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from hypothesis import strategies as st

from rtconform.conformance.coder.faults.catalogue import fitting_faults
from rtconform.conformance.editor.faults import fitting_editor_faults
from rtconform.conformance.protocol import Question, Returned, RoleName
from rtconform.generators.claims.faults import CLAIM_FAULTS
from rtconform.generators.hypothesis.claim_edges import claim_edges, plain_claims
from rtconform.generators.hypothesis.strategies import edges, simple_edges
from rtconform.generators.suites.suite import SuiteCase, SuiteItem

Answers = Sequence[tuple[Question, Returned]]


class KnownFault(Protocol):
    """A fault with a name, and what it does in a sentence."""

    @property
    def id(self) -> str:
        """Its name."""
        ...

    @property
    def says(self) -> str:
        """What is done wrong."""
        ...


@dataclass(frozen=True)
class Quarry:
    """What is hunted in one role.

    `plain`: the plainest questions, always the same; `drawn`: what Hypothesis draws from; `fitting`: the known faults that give
    all these answers, the one that explains least first; `put`: what was put into a claim, by the id of the cause.
    """

    noun: str
    plain: Callable[[], Iterator[SuiteItem]]
    drawn: Callable[[], st.SearchStrategy[Any]]
    fitting: Callable[[Any], tuple[KnownFault, ...]]
    put: Callable[[str], KnownFault | None]


def _put_into_claim(cause_id: str) -> KnownFault | None:
    kind, _, name = cause_id.partition("/")
    return CLAIM_FAULTS.get(name) if kind == "missed" else None


QUARRIES: dict[RoleName, Quarry] = {
    "coder": Quarry(
        noun="treatment",
        plain=lambda: map(SuiteCase, simple_edges()),
        drawn=lambda: edges().map(SuiteCase),
        fitting=fitting_faults,
        put=lambda _: None,
    ),
    "editor": Quarry(
        noun="claim",
        plain=plain_claims,
        drawn=claim_edges,
        fitting=fitting_editor_faults,
        put=_put_into_claim,
    ),
}
"""Every role's quarry by the name that a vendor file gives the role."""
