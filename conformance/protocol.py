"""What is said with a vendor: what it is asked and what it answers, a row for each role.

A coder is asked cases (`rtconform.case/1`) and gives answers (`rtconform.answer/1`); an editor is asked claims
(`rtconform.claim/1`) and gives dispositions (`rtconform.disposition/1`). Adapters know no other difference.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from msgspec.structs import replace

from rtconform.reference.documents.claim import Claim, ClaimForm, Disposition
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import TECHNIQUES, Case, ClaimKind, Setting

RoleName = Literal["coder", "editor"]
Question = Case | Claim
Returned = Answer | Disposition

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
"""Whatever JSON holds."""

GivenAnswer: TypeAlias = Answer | Disposition | Mapping[str, Json] | str | bytes
"""What a coder or an editor written in Python may return: its answer, or that as a dict or as JSON text."""

Coder: TypeAlias = Callable[[dict[str, Json]], GivenAnswer | Awaitable[GivenAnswer]]
"""A coder or editor written in Python: gets a case (or a claim) as a dict, and returns its answer, or awaits it."""

Writing = Callable[[Any], bytes]
"""Puts a question into bytes, where that is not the plain way: the same case in another spelling, or with a flaw."""

Redact = Callable[[str], str]


@dataclass(frozen=True)
class Dialogue:
    """One role's half of the wire.

    `answer` is the document that comes back; `without_secrets` replaces what it holds of the vendor's secrets; `expressions`
    are the keys of `[response]` that may be given, `needed` those of them that an answer of the vendor's own shape can't do
    without; `supports` the terms that each key of `[vendor.supports]` may list (none: any text).
    """

    question: str
    answer: type[Returned]
    without_secrets: Callable[[Any, Redact], Returned]
    expressions: tuple[str, ...]
    needed: tuple[str, ...]
    supports: dict[str, tuple[str, ...]]

    @property
    def answer_name(self) -> str:
        """The answer's name on the wire, as in `rtconform.answer/1`."""
        return str(self.answer.__struct_config__.tag)


def _notes_without_secrets(answer: Answer, redact: Redact) -> Answer:
    return replace(answer, notes=tuple(map(redact, answer.notes))) if answer.notes else answer


def _reasons_without_secrets(disposition: Disposition, redact: Redact) -> Disposition:
    if not any(line.reason or line.category for line in disposition.lines):
        return disposition
    lines = (
        replace(line, reason=line.reason and redact(line.reason), category=line.category and redact(line.category))
        for line in disposition.lines
    )
    return replace(disposition, lines=tuple(lines))


def with_ids(question: Question, own: str, patient: str) -> Question:
    """The same question under another id, of a patient with another."""
    if isinstance(question, Claim):
        return replace(question, id=own, patient=replace(question.patient, id=patient))
    return replace(question, id=own, patient=replace(question.patient, id=patient))


DIALOGUES: dict[RoleName, Dialogue] = {
    "coder": Dialogue(
        question="case",
        answer=Answer,
        without_secrets=_notes_without_secrets,
        expressions=("id", "outcome", "lines", "notes"),
        needed=("outcome", "lines"),
        supports={"settings": get_args(Setting), "claims": get_args(ClaimKind), "techniques": TECHNIQUES},
    ),
    "editor": Dialogue(
        question="claim",
        answer=Disposition,
        without_secrets=_reasons_without_secrets,
        expressions=("id", "lines"),
        needed=("lines",),
        supports={"claims": get_args(ClaimForm), "payers": ()},
    ),
}
"""Every role by the name that a vendor file gives it."""
