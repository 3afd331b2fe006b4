"""Every format: a row for each in which questions are asked, and for each in which a kind of question is answered."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from rtconform.formats.messages import Cut, Part, Unreadable
from rtconform.formats.settings import AnswerFormatName, Companion, QuestionFormatName
from rtconform.formats.x12 import segments
from rtconform.formats.x12.answers import read_disposition
from rtconform.formats.x12.claim_reader import read_claims
from rtconform.formats.x12.claim_writer import write_claims
from rtconform.formats.x12.envelope import control_number
from rtconform.formats.x12.remittance_reader import names_in
from rtconform.reference.documents.claim import Claim, Disposition
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import Case

Asks = Literal["case", "claim"]
Question = Case | Claim


@dataclass(frozen=True)
class QuestionFormat:
    """A format in which a kind of question is asked.

    `write` raises Inexpressible; `reread` gives back what a reader can know of the question from the message alone, and raises
    Unreadable. `companions`: the ways in which what the format can't say may go with it.
    """

    title: str
    media_type: str
    suffix: str
    companions: tuple[Companion, ...]
    write: Callable[[Question, Companion], tuple[Part, ...]]
    reread: Callable[[bytes], Question]


@dataclass(frozen=True)
class AnswerFormat:
    """A format in which a kind of question is answered.

    `read` raises Unreadable; `names`: what questions a message speaks of, without raising; `names_of`: what a question is called
    in messages about it, by its id. `cut`: where a message in a stream ends; None: at the end of its line.
    `short_names`: a message can carry no id longer than `names.LENGTH`.
    """

    title: str
    media_type: str
    cut: Cut | None
    short_names: bool
    names: Callable[[bytes], Iterable[str]]
    names_of: Callable[[str], tuple[str, ...]]
    read: Callable[[bytes, Question], Answer | Disposition]


def _write_837(question: Question, companion: Companion) -> tuple[Part, ...]:
    assert isinstance(question, Claim)  # noqa: S101 - the row is for claims
    return (Part("837", write_claims([question], session_notes=companion == "note")),)


def _reread_837(document: bytes) -> Claim:
    found = list(read_claims(segments.segments_of(document)))
    if len(found) != 1 or found[0].claim is None:
        raise Unreadable("; ".join(note for read in found for note in read.notes) or f"{len(found)} claims where one is due")
    return found[0].claim


def _read_x12_editor(document: bytes, question: Question) -> Disposition:
    assert isinstance(question, Claim)  # noqa: S101 - the row is for claims
    return read_disposition(document, question)


X12 = "application/edi-x12"

QUESTIONS: dict[tuple[QuestionFormatName, Asks], QuestionFormat] = {
    ("x12", "claim"): QuestionFormat("837P and 837I", X12, "837", ("none", "note"), _write_837, _reread_837),
}
"""Every format in which something is asked; our own JSON is asked without one."""

ANSWERS: dict[tuple[AnswerFormatName, Asks], AnswerFormat] = {
    ("x12", "claim"): AnswerFormat(
        title="835, 277CA and 999",
        media_type=X12,
        cut=segments.cut,
        short_names=True,
        names=names_in,
        names_of=lambda name: (name, f"group {control_number(name)}"),
        read=_read_x12_editor,
    ),
}
"""Every format in which something is answered; our own JSON is read without one."""


def formats_for(asks: Asks) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the formats in which such questions may be asked, and answered."""
    asked = [name for name, kind in QUESTIONS if kind == asks]
    answered = [name for name, kind in ANSWERS if kind == asks]
    return ("json", *asked), ("json", *answered)
