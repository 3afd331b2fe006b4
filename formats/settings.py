"""What a vendor file says of formats (`[format]`), as a type."""

from typing import Literal

from msgspec import Struct

QuestionFormatName = Literal["json", "x12"]
AnswerFormatName = Literal["json", "x12"]
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
