"""The appeals against an editor's false denials as plain text: a paragraph for each line, ready to be sent."""

from typing import TextIO

from rtconform.conformance.runs.folder import RunFolder
from rtconform.reports.figures.appeals import letters_of
from rtconform.reports.figures.summary import Summary, counted_results

NONE = "No false denial: there is nothing to appeal against.\n"


def write(run: RunFolder, summary: Summary, out: TextIO) -> None:
    """A paragraph for each false denial of the run, in its order, with an empty line between two."""
    told = False
    for result in counted_results(run, summary):
        for appeal in letters_of(result):
            out.write(("\n" if told else "") + appeal.letter + "\n")
            told = True
    if not told:
        out.write(NONE)
