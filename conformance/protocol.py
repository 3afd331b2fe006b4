"""What is said with a vendor: what it is asked and what it answers. `Wire` is one role's half of it.

A coder is asked cases (`rtconform.case/1`) and gives answers (`rtconform.answer/1`); an editor is asked claims
(`rtconform.claim/1`) and gives dispositions (`rtconform.disposition/1`). Adapters and vendor files know no other difference.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol, TypeAlias, TypeVar

from msgspec import Struct

from rtconform.reference.documents.claim import Claim, Disposition
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import Case, Patient, Plan

RoleName = Literal["coder", "editor"]
Question = Case | Claim
Returned = Answer | Disposition
Q = TypeVar("Q", Case, Claim)
A = TypeVar("A", Answer, Disposition)

Kind = TypeVar("Kind")


def of_kind(document: object, kind: type[Kind]) -> Kind | None:
    """The document if it is of this kind, else None: the one place at which a caller that serves every role asks for its own."""
    return document if isinstance(document, kind) else None


Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
"""Whatever JSON holds."""

GivenAnswer: TypeAlias = Answer | Disposition | Mapping[str, Json] | str | bytes
"""What a coder or an editor written in Python may return: its answer, or that as a dict or as JSON text."""

Coder: TypeAlias = Callable[[dict[str, Json]], GivenAnswer | Awaitable[GivenAnswer]]
"""A coder or editor written in Python: gets a case (or a claim) as a dict, and returns its answer, or awaits it."""

Writing = Callable[[Any], bytes]
"""Puts a question into bytes, where that is not the plain way: the same case in another spelling, or with a flaw."""

Redact = Callable[[str], str]


class Supports(Struct, frozen=True):
    """What a vendor declares that it supports; None: everything. Which of it may be declared depends on its role."""

    settings: tuple[str, ...] | None = None
    claims: tuple[str, ...] | None = None
    techniques: tuple[str, ...] | None = None
    payers: tuple[str, ...] | None = None
    documentation: bool = True


class Found(Protocol):
    """What the expressions of `[response]` find in a vendor's own answer."""

    def find(self, name: str) -> object:
        """What the expression of this name finds; None: nothing, or there is no such expression."""
        ...

    def lines(self, *, may_lack: bool = False) -> list[dict[str, Any]]:
        """The objects that `lines` finds. Raises MappingFault where it finds something else."""
        ...


@dataclass(frozen=True)
class Mask:
    """What stands in a question in place of what says whose it is: new ids, and names and labels made new."""

    id: str
    patient_id: str
    names: Callable[[Patient], Patient] = lambda patient: patient
    labels: Callable[[tuple[Plan, ...]], tuple[Plan, ...]] = lambda plans: plans


@dataclass(frozen=True)
class Wire(Generic[Q, A]):
    """One role's half of the wire.

    `answer` is the document that comes back; `without_secrets` replaces what it holds of the vendor's secrets; `expressions`
    are the keys of `[response]` that may be given, `needed` those of them that an answer of the vendor's own shape can't do
    without, `parts` what they make of such an answer beside its id; `supports` the terms that each key of `[vendor.supports]` may
    list (none: any text). `masked`: the same question under a mask. `sample`: a question in which every field is given, to try
    a request template on. `words`: how the vendor file to begin with speaks of the role.
    """

    question: str
    answer: type[A]
    without_secrets: Callable[[A, Redact], A]
    expressions: tuple[str, ...]
    needed: tuple[str, ...]
    parts: Callable[[Found], dict[str, Any]]
    supports: Mapping[str, tuple[str, ...]]
    masked: Callable[[Q, Mask], Q]
    sample: Callable[[], Q]
    words: Mapping[str, str]

    @property
    def answer_name(self) -> str:
        """The answer's name on the wire, as in `rtconform.answer/1`."""
        return str(self.answer.__struct_config__.tag)


AnyWire = Wire[Any, Any]
