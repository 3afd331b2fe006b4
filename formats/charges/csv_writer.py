"""A coder's answer written as a charge export in CSV: what vendors' exports look like, and what is read back of one."""

import csv
import io

from rtconform.formats.settings import AnswerSettings, Columns
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import Case

COLUMNS = Columns(
    code="code",
    id="case",
    session="session",
    date="date_of_service",
    modifiers="modifiers",
    units="units",
    outcome="outcome",
)
"""The columns that are written, and their names."""

SETTINGS = AnswerSettings(columns=COLUMNS)
"""The vendor file's `[answers]` for what is written."""


def write_csv(answer: Answer, case: Case, *, sessions: bool = True, times: bool = True) -> bytes:
    """The export for one case: a row a line, a row without a code where there is none.

    `sessions`, `times`: whether a row says its session, and when that began, or its day only.
    """
    begun = {session.id: session.started_at for session in case.sessions}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["case", "session", "date_of_service", "code", "modifiers", "units", "outcome"])
    for line in answer.lines:
        when = begun.get(line.session)
        shown = f"{when:%Y-%m-%d %H:%M}" if when and times else f"{when:%Y-%m-%d}" if when else ""
        session = line.session if sessions else ""
        writer.writerow([answer.id, session, shown, line.code, ",".join(line.modifiers), line.units, answer.outcome])
    if not answer.lines:
        writer.writerow([answer.id, "", "", "", "", "", answer.outcome])
    return text.getvalue().encode()
