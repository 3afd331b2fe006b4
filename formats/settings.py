"""What a vendor file says of formats (`[format]`, `[answers]`), as types."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

QuestionFormatName = Literal["json", "x12"]
AnswerFormatName = Literal["json", "x12", "hl7v2", "csv"]
Companion = Literal["none", "note"]


class FormatSettings(Struct, frozen=True):
    """In which format a vendor is asked and answers. `companion`: how what the format can't say goes with it."""

    question: QuestionFormatName = "json"
    answer: AnswerFormatName = "json"
    companion: Companion = "none"

    @property
    def plain(self) -> bool:
        """Whether nothing but our own JSON goes both ways."""
        return self.question == "json" and self.answer == "json"


class Columns(Struct, frozen=True):
    """What the columns of a charge file are called."""

    case: str = "case"
    session: str = "session"
    date: str = "date_of_service"
    code: str = "code"
    modifiers: str = "modifiers"
    units: str = "units"
    outcome: str = "outcome"


class AnswerSettings(Struct, frozen=True):
    """How a vendor's answers in a format of the trade are to be read.

    `codes`: which code each of the vendor's own charge codes stands for. `none`: what it means where no charge comes. `columns`
    and `separator`: of a CSV file.
    """

    codes: dict[str, Annotated[str, Meta(pattern=r"^[0-9A-Z][0-9]{3}[0-9A-Z]$")]] = {}
    none: Literal["out_of_scope", "needs_review", "invalid"] = "invalid"
    columns: Columns = Columns()
    separator: Annotated[str, Meta(min_length=1, max_length=1)] = ","
