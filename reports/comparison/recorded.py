"""A run as it was recorded: its folder, or the report.json that was kept of it.

Comparing needs one line for each case. A pass in a report.json is known only by its id.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec.structs import replace

from rtconform.conformance.records import Manifest, Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.verdicts import Verdict
from rtconform.reference.errors import UserError
from rtconform.reference.regular_file import read_regular
from rtconform.reports.figures.failure import coding_text
from rtconform.reports.figures.summary import Summary, counted_results, summarise
from rtconform.reports.text import clip, one_line
from rtconform.reports.writers.json import Report

LONGEST_EXPLANATION = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """A case's result on a line: `causes` are the ids of what is wrong, with a sentence each.

    `expected` and `answered` are None where the record holds no more than that the case passed.
    """

    id: str
    suite: str
    verdict: Verdict
    title: str = ""
    causes: tuple[tuple[str, str], ...] = ()
    expected: str | None = None
    answered: str | None = None
    explanation: str = ""


@dataclass(frozen=True)
class Recorded:
    """A run that was recorded at `path`; `report` is the document where it is a report.json."""

    path: Path
    manifest: Manifest
    summary: Summary
    report: Report | None = None

    def seen(self) -> Iterator[Seen]:
        """Every result, in the order in which the record has them."""
        if self.report is None:
            yield from map(_seen, counted_results(RunFolder(self.path), self.summary))
            return
        yield from map(_seen, self.report.results)
        for case_id in self.report.passed:
            yield Seen(case_id, case_id.partition(":")[0], "pass")


def recorded(path: Path) -> Recorded:
    """The run in folder `path`, or in the report.json `path`. Raises UserError where there is none."""
    if path.is_dir():
        run = RunFolder(path)
        return Recorded(path, run.manifest, summarise(run))
    try:
        document = read_regular(path)
    except OSError as error:
        raise UserError(
            f"{path}: not a run ({error.strerror}); give a run folder, or a report.json that rtconform report wrote"
        ) from None
    try:
        report = msgspec.json.decode(document, type=Report)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UserError(
            f"{path}: not a report.json of this version: {error}; give a run folder, or make the report.json again"
        ) from None
    return Recorded(path, report.manifest, replace(report.summary, findings=report.findings), report)


def _seen(result: Result) -> Seen:
    return Seen(
        id=result.id,
        suite=result.suite,
        verdict=result.verdict,
        title=one_line(result.title),
        causes=tuple((cause.id, cause.sentence) for cause in result.causes),
        expected=coding_text(result.expected),
        answered=coding_text(result.answer),
        explanation=clip(one_line(result.explanation), LONGEST_EXPLANATION),
    )
