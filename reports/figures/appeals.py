"""The paragraphs for the appeals against an editor's false denials, one for each line that was stopped and has to be allowed."""

from collections.abc import Iterator

from msgspec import Struct

from rtconform.conformance.editor.judge import Slip, shape_fault, slips_of
from rtconform.conformance.records import Result
from rtconform.reference.documents.claim import Claim
from rtconform.reference.editor.appeal_letter import letter
from rtconform.reference.national_edits.shipped import shipped_tables
from rtconform.reports.text import clip, one_line

LONGEST_LETTER = 8000
"""Characters of a paragraph: some 20 rules."""


class AppealLetter(Struct, frozen=True):
    """One false denial: the claim, its line, and the paragraph to send."""

    id: str
    line: int
    letter: str


def letters_of(result: Result) -> Iterator[AppealLetter]:
    """The paragraphs of one result, in the order of the claim's lines; none where no line was wrongly denied."""
    claim, adjudication, disposition = result.claim, result.adjudication, result.disposition
    if claim is None or adjudication is None or disposition is None or shape_fault(adjudication, disposition):
        return
    for slip in slips_of(adjudication, disposition):
        if slip.kind == "false_denial":
            yield AppealLetter(one_line(result.id), slip.due.number, letter_of(claim, slip))


def letter_of(claim: Claim, slip: Slip) -> str:
    """The paragraph for one false denial, as text of one line and of bounded length."""
    return clip(one_line(letter(claim, slip.due, slip.came, shipped_tables())), LONGEST_LETTER)
