"""The report formats by name, and rendering: every format is a stateless writer over a run folder and its summary."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO

from rtconform.conformance.certificates.statement import Certificate
from rtconform.conformance.records import Manifest
from rtconform.conformance.runs.folder import RunFolder
from rtconform.reference.errors import UserError
from rtconform.reference.relative_values import RelativeValues
from rtconform.reports.figures.summary import Summary, summarise
from rtconform.reports.page import html
from rtconform.reports.writers import appeals, badge, github, junit, markdown, table, tap
from rtconform.reports.writers import csv as csv_report
from rtconform.reports.writers import json as json_report
from rtconform.reports.writers.certificate import rows


class Writer(Protocol):
    """Writes one format; `out` is UTF-8 text without newline translation."""

    def __call__(self, run: RunFolder, summary: Summary, out: TextIO) -> None: ...


@dataclass(frozen=True)
class Format:
    """A format: the name of its file in the run folder (None: it goes to the terminal), its writer, and what it is for."""

    file: str | None
    write: Writer
    about: str


FORMATS: dict[str, Format] = {
    "html": Format("report.html", html.write, "one page for people: verdict, rules, each failing case; needs no network"),
    "junit": Format("junit.xml", junit.write, "JUnit XML for continuous integration: one testcase per case"),
    "json": Format("report.json", json_report.write, "everything but the passing answers, for programs"),
    "markdown": Format("summary.md", markdown.write, "outcome, counts and faults, for a pull request or a job's summary"),
    "tap": Format("report.tap", tap.write, "TAP 14: a test point a case"),
    "badge": Format("badge.svg", badge.write, "a status badge for a README"),
    "csv": Format("results.csv", csv_report.write, "one row a case, for spreadsheets"),
    "appeals": Format("appeals.txt", appeals.write, "of a claim editor: a paragraph for the appeal against each false denial"),
    "github": Format(None, github.write, "annotations of GitHub Actions, a fault a line, on the terminal"),
    "table": Format(None, table.write, "the counts and the rules broken, as text on the terminal"),
}
"""Every format by the name that `rtconform report --format` takes."""


def render(
    run_path: Path,
    formats: Sequence[str],
    out: Path | None = None,
    *,
    finder: Callable[[Manifest], html.FindCase] = lambda _: lambda _: None,
    values: RelativeValues | None = None,
    summary: Summary | None = None,
    certificate: Certificate | None = None,
) -> list[Path]:
    """Write the run in the given formats and return the files, in their order; what has no file goes to standard output.

    `out` is the folder for the files (the run folder where None); `finder` brings the treatments of cases that the run is
    recorded without, for the page to draw; `values` weigh the faults there (None: those that are shipped); `summary`: its
    numbers (None: they are counted); `certificate`: what the run was sealed with, for the page to show.

    A file is complete or not there: it replaces an older one in one step. Raises UserError for
    a format that does not exist, a folder without a run, and one that can't be written.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise UserError(f"unknown report format {', '.join(map(repr, unknown))}: use {', '.join(FORMATS)}")
    run = RunFolder(run_path)
    summary = summarise(run) if summary is None else summary
    folder = run_path if out is None else out
    written = []
    for name in dict.fromkeys(formats):
        chosen = FORMATS[name]
        if name == "table":
            table.write(run, summary, sys.stdout, finder(run.manifest))
            continue
        if chosen.file is None:
            chosen.write(run, summary, sys.stdout)
            continue
        path = folder / chosen.file
        with _replacing(path) as stream:
            if name == "html":
                html.write(run, summary, stream, finder(run.manifest), values, rows(certificate) if certificate else ())
            else:
                chosen.write(run, summary, stream)
        written.append(path)
    return written


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[TextIO]:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        stream = temporary.open("x", encoding="utf-8", newline="")  # never through a link that somebody has laid there
    except OSError as error:
        raise UserError(f"{path}: can't write the report: {error.strerror}") from None
    try:
        with stream:
            yield stream
        temporary.replace(path)
    except OSError as error:
        raise UserError(f"{path}: can't write the report: {error.strerror}") from None
    finally:
        temporary.unlink(missing_ok=True)
