"""What a vendor file says of formats (`[format]` and `[answers]`), as types."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from rtconform.reference.documents.coding import Outcome, Payment

QuestionFormatName = Literal["json", "x12", "dicom", "hl7v2", "fhir"]
AnswerFormatName = Literal["json", "x12", "hl7v2", "csv", "fhir"]
Companion = Literal["none", "note", "json", "hl7v2"]
Empty = Literal["invalid", "coded", "needs_review", "out_of_scope"]
Ends = Literal["message", "ack"]
Dates = Literal["mdy", "dmy"]
Sessions = Literal["named", "time", "day"]

Column = Annotated[str, Meta(min_length=1, max_length=200)] | Annotated[int, Meta(ge=1, le=1000)]
"""A column of a charge export: its name in the first row, or its number from 1 where there is no such row."""

OTHER_FAMILY = "other"
"""What `[answers.codes]` writes for a charge that bills another family of services."""


class FormatSettings(Struct, frozen=True):
    """In which format a vendor is asked and answers. `companion`: how what the format can't say goes with it.

    `batch`: how many questions one message may hold; `settle_s`: how long, in seconds, the last word is waited for after one that
    need not be it (999 or 277CA before an 835). `sessions`: what a coder's charges say of their session: its name, the time of
    the service, or its day only.
    """

    question: QuestionFormatName = "json"
    answer: AnswerFormatName = "json"
    companion: Companion = "none"
    batch: Annotated[int, Meta(ge=1, le=500)] = 1
    settle_s: Annotated[float, Meta(gt=0, le=3600)] = 0.5
    sessions: Sessions = "named"

    @property
    def plain(self) -> bool:
        """Whether nothing but our own JSON goes both ways."""
        return self.question == "json" and self.answer == "json"


class Columns(Struct, frozen=True):
    """Which column of a charge export holds what. A column that a vendor does not have is left out."""

    code: Column
    id: Column | None = None
    session: Column | None = None
    date: Column | None = None
    modifiers: Column | tuple[Column, ...] | None = None
    units: Column | None = None
    payment: Column | None = None
    outcome: Column | None = None


class AnswerSettings(Struct, frozen=True):
    """How a vendor's answers in a format of the trade are read.

    `empty`: what an answer with nothing in it says; `ends`: whether every message is a whole answer, or an answer ends with its
    ACK; `dates`: which part of 02/03/2026 is the month; `outcomes`, `payments`: the vendor's words for ours; `codes`: its own
    charge numbers, each with the code that it stands for, with modifiers ("77387-26"), or `OTHER_FAMILY`.
    """

    empty: Empty = "invalid"
    ends: Ends = "message"
    dates: Dates = "mdy"
    columns: Columns | None = None
    outcomes: dict[str, Outcome] = {}
    payments: dict[str, Payment] = {}
    codes: dict[str, str] = {}
