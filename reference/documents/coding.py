"""Codings and answers: what the reference expects (`rtconform.coding/1`) and what a vendor returns (`rtconform.answer/1`)."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from rtconform.reference.documents.treatment import Identifier, Text

Outcome = Literal["coded", "out_of_scope", "needs_review"]
Payment = Literal["separate", "bundled"]
Code = Annotated[str, Meta(pattern=r"^[0-9A-Z][0-9]{3}[0-9A-Z]$", description="a CPT or HCPCS code number")]
Modifier = Annotated[str, Meta(pattern=r"^[0-9A-Z]{2}$")]
Units = Annotated[int, Meta(ge=1, le=999)]


class Line(Struct, frozen=True):
    """One service to bill for one session."""

    session: Identifier
    code: Code
    modifiers: tuple[Modifier, ...] = ()
    units: Units = 1


class AnswerLine(Line, frozen=True, omit_defaults=True):
    """A line of a vendor's answer; `payment` bundled: shown for tracking, not billed separately."""

    payment: Payment = "separate"


class Answer(Struct, frozen=True, omit_defaults=True, tag_field="schema", tag="rtconform.answer/1"):
    """What a vendor's coder returned for one case."""

    id: Annotated[str, Meta(max_length=200)]
    outcome: Outcome
    lines: Annotated[tuple[AnswerLine, ...], Meta(max_length=500)] = ()
    notes: Annotated[tuple[Text, ...], Meta(max_length=100)] = ()


class CodingLine(Line, frozen=True):
    """A line that the reference expects, with the ids of the rules that put it there, the deciding one first."""

    rules: tuple[str, ...] = ()


class Alternative(Struct, frozen=True, omit_defaults=True):
    """What is accepted instead under ambiguity `rule`.

    `session`: the session whose lines these are, instead of that session's in the primary answer; None: the whole
    answer is replaced, and `outcome` says by what.
    """

    rule: str
    session: Identifier | None
    lines: tuple[Line, ...]
    outcome: Outcome | None = None


class Coding(Struct, frozen=True, tag_field="schema", tag="rtconform.coding/1"):
    """The reference's answer to one case, in canonical form: one line a session and service, sessions in the case's order.

    `rules` names every rule that made the answer, also where it left no line; `reasons` says it in prose.
    """

    id: Identifier
    outcome: Outcome
    lines: tuple[CodingLine, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    rules: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
