"""How reports show what an editor did with a claim: line by line, beside what was due."""

from collections.abc import Iterator
from typing import Literal

from rtconform.conformance.editor.judge import SlipKind, dispositions_in_words, slips_of
from rtconform.reference.codes import notation
from rtconform.reference.documents.adjudication import Adjudication, AdjudicationLine
from rtconform.reference.documents.claim import Claim, Disposition, DispositionLine
from rtconform.reports.text import one_line

Mark = Literal["same", "differs", "missing", "not expected", "not billed"]
"""How a line that came compares with the one that was due."""

NOTES: dict[SlipKind, str] = {
    "false_denial": "false denial",
    "miss": "miss: has to be stopped",
    "held": "held: has to be allowed",
    "other_reason": "rightly stopped, for another reason",
}
"""What each kind of slip is called beside its line."""


def disposition_text(came: Disposition) -> str:
    """What came, on one line: "1 allow; 2 deny (CARC 97)"."""
    return one_line(dispositions_in_words(came))


def adjudication_text(due: Adjudication) -> str:
    """What is due, on one line."""
    return "; ".join(f"{line.number} {_due_text(line)}" for line in due.lines)


def disposition_rows(
    expected: Adjudication, answer: Disposition | None, claim: Claim | None
) -> Iterator[tuple[str, str, str, str, Mark, str]]:
    """For each line: its number and service, what is due, the rules behind it, what came, how they compare, and a note."""
    came = {line.number: line for line in answer.lines} if answer else {}
    slips = {slip.due.number: slip.kind for slip in slips_of(expected, answer)} if answer else {}
    services = {line.number: notation(line.code, line.modifiers) for line in claim.lines} if claim else {}
    for due in expected.lines:
        name = f"{due.number} {services.get(due.number, '')}".rstrip()
        line, slip = came.get(due.number), slips.get(due.number)
        if line is None:
            yield name, _due_text(due), ", ".join(due.rules), "", "missing", "no disposition" if answer else "no answer came"
        else:
            note = NOTES[slip] if slip else "same" if line.disposition == due.disposition else "right too"
            mark: Mark = "same" if note in ("same", "right too") else "differs"
            yield name, _due_text(due), ", ".join(due.rules), _came_text(line), mark, note
    for number in sorted(came.keys() - {due.number for due in expected.lines}):
        yield str(number), "", "", _came_text(came[number]), "not expected", "the claim has no such line"


def _due_text(line: AdjudicationLine) -> str:
    return line.disposition + (f" (CARC {' or '.join(line.carcs)})" if line.carcs else "")


def _came_text(line: DispositionLine) -> str:
    said = [f"CARC {line.carc}"] if line.carc else []
    said += [one_line(text)[:200] for text in (line.category, line.reason) if text]
    return line.disposition + (f" ({', '.join(said)})" if said else "")
