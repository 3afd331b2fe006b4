"""A run as TAP 14 (Test Anything Protocol): a test point for each case, with a YAML block where a person has to look.

A failure that the baseline or an erratum covers is a TODO, which no consumer counts as failed; not_applicable is a SKIP. Findings
are test points of their own, after the cases.
"""

from collections.abc import Iterator
from itertools import chain
from typing import TextIO

from rtconform.conformance.records import Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.verdicts import VERDICTS
from rtconform.reports.figures.failure import as_text, coding_text, shape, stderr_text
from rtconform.reports.figures.summary import MOST_MISSING, Summary, counted_results, excuse, missing_cases, run_failures
from rtconform.reports.text import clip, one_line, yaml_string

_LONGEST = 300


def write(run: RunFolder, summary: Summary, out: TextIO) -> None:
    """The run as one TAP document."""
    about_run = list(run_failures(summary))
    unlisted = sum(max(0, suite.missing - MOST_MISSING) for suite in summary.suites)
    out.write(f"TAP version 14\n1..{summary.cases - unlisted + len(about_run)}\n")
    vendor = run.manifest.vendor
    out.write(f"# {one_line(vendor.name)} {one_line(vendor.version)}, rule set {run.manifest.rule_set}\n")
    for number, point in enumerate(chain(_points(run, summary), (_finding(*item) for item in about_run)), 1):
        out.write(point.replace("{number}", str(number), 1))


def _points(run: RunFolder, summary: Summary) -> Iterator[str]:
    excused = excuse(run.manifest, summary)
    for result in counted_results(run, summary):
        yield _point(run, result, excused(result))
    for suite in summary.suites:
        for number, case_id in enumerate(missing_cases(suite), 1):
            name = case_id or f"{suite.name}: unanswered {number} of {suite.missing}"
            yield f"not ok {{number}} - {_escaped(name)}\n{_block(verdict='unanswered', message=VERDICTS['unanswered'].means)}"


def _point(run: RunFolder, result: Result, reason: str) -> str:
    name = _escaped(result.id)
    if result.verdict == "pass":
        return f"ok {{number}} - {name}\n"
    explanation = one_line(result.explanation)
    if result.verdict == "not_applicable":
        return f"ok {{number}} - {name} # SKIP {_escaped(clip(explanation, _LONGEST))}\n"
    word = "ok" if VERDICTS[result.verdict].conformant else "not ok"
    todo = f" # TODO {_escaped(reason)}" if reason else ""
    shown = shape(run.manifest, result)
    block = _block(
        verdict=result.verdict,
        message=explanation,
        expected=coding_text(result.expected),
        answered=one_line(coding_text(result.answer)),
        explanation=as_text(shown),
        stderr=stderr_text(shown),
    )
    return f"{word} {{number}} - {name}{todo}\n{block}"


def _finding(name: str, text: str) -> str:
    return f"not ok {{number}} - {_escaped(name)}\n{_block(verdict='finding', message=text)}"


def _block(**fields: str) -> str:
    """A YAML block; JSON's strings are YAML's."""
    lines = [f"  {key}: {yaml_string(value)}\n" for key, value in fields.items() if value]
    return f"  ---\n{''.join(lines)}  ...\n"


def _escaped(text: str) -> str:
    """A description: a `#` would begin a directive."""
    return one_line(text).replace("\\", "\\\\").replace("#", "\\#")
