"""A run as CSV, one row a case, for spreadsheets and data frames."""

import csv
from typing import TextIO

from rtconform.conformance.records import Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.verdicts import VERDICTS
from rtconform.reports.figures.failure import coding_text
from rtconform.reports.figures.summary import Summary, counted_results, missing_cases
from rtconform.reports.text import csv_cell

COLUMNS = ("suite", "id", "verdict", "title", "rules", "expected", "answered", "explanation", "heading", "latency_ms")
"""The columns: `rules` are those broken (fail) or deciding; `id` is empty for an unanswered case that the run did not reach."""


def write(run: RunFolder, summary: Summary, out: TextIO) -> None:
    """The run's cases, a header first, every cell quoted; a cell that a spreadsheet would compute opens with an apostrophe."""
    rows = csv.writer(out, quoting=csv.QUOTE_ALL)
    rows.writerow(COLUMNS)
    for result in counted_results(run, summary):
        rows.writerow(map(csv_cell, _row(result)))
    for suite in summary.suites:
        for case_id in missing_cases(suite):
            means = VERDICTS["unanswered"].means
            rows.writerow(map(csv_cell, (suite.name, case_id, "unanswered", "", "", "", "no answer", means, "", "")))


def _row(result: Result) -> tuple[str, ...]:
    return (
        result.suite,
        result.id,
        result.verdict,
        result.title,
        " ".join(result.rules),
        coding_text(result.expected),
        coding_text(result.answer),
        result.explanation,
        result.heading,
        "" if result.latency_ms is None else f"{result.latency_ms:.3f}",
    )
