"""A run as one JSON document, `rtconform.report/1`: manifest, summary, findings, every result other than pass, ids of the passes.

It is written as a stream, one result per line, so that a large run needs no more memory than a small one.
"""

from collections.abc import Iterator
from typing import TextIO

import msgspec
from msgspec import Struct

from rtconform.conformance.records import Manifest, Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.reference.documents.wire import encode
from rtconform.reports.figures.appeals import AppealLetter, letters_of
from rtconform.reports.figures.failure import RuleText, rule_text
from rtconform.reports.figures.summary import Finding, Summary, counted_results

SCHEMA = "rtconform.report/1"


class Report(Struct, frozen=True, tag_field="schema", tag=SCHEMA):
    """A finished or interrupted run: manifest, numbers, findings, every result other than pass, the ids of the passes.

    Findings stand beside the numbers, not in `summary`. `rules`: the rules that results name, each with its text, standing and
    source (publication by name, number and heading). `appeals`: of an editor, a paragraph for each false denial.
    """

    manifest: Manifest
    summary: Summary
    findings: tuple[Finding, ...]
    results: tuple[Result, ...]
    passed: tuple[str, ...]
    rules: tuple[RuleText, ...] = ()
    appeals: tuple[AppealLetter, ...] = ()


def write(run: RunFolder, summary: Summary, out: TextIO) -> None:
    """The run as one JSON document.

    `results` holds the results other than pass in full, `passed` the ids of the passes, both in the order of the run; cases
    without a result are counted in `summary` as unanswered and stand in neither.
    """
    numbers = msgspec.to_builtins(summary)
    findings = numbers.pop("findings")
    head = {"schema": SCHEMA, "manifest": run.manifest, "summary": numbers, "findings": findings}
    for name, value in head.items():
        out.write(f"{'{' if name == 'schema' else ','}\n{_json(name)}: {_json(value)}")
    named: dict[str, None] = {}
    for name, values in (("results", _not_passed(run, summary, named)), ("passed", _passed(run, summary))):
        out.write(f",\n{_json(name)}: [")
        for number, value in enumerate(values):
            out.write(f"{',' if number else ''}\n{value}")
        out.write("]")
    out.write(f',\n"rules": {_json([rule_text(rule_id) for rule_id in named])}')
    out.write(',\n"appeals": [')
    for number, appeal in enumerate(_appeals(run, summary)):
        out.write(f"{',' if number else ''}\n{_json(appeal)}")
    out.write("]\n}\n")


def _not_passed(run: RunFolder, summary: Summary, named: dict[str, None]) -> Iterator[str]:
    """The results other than pass; the rules that they name are put into `named`."""
    for result in counted_results(run, summary):
        if result.verdict != "pass":
            named.update(dict.fromkeys(result.rules))
            yield _json(result)


def _appeals(run: RunFolder, summary: Summary) -> Iterator[AppealLetter]:
    if run.manifest.vendor.role == "coder":
        return  # only of an editor's denials
    for result in counted_results(run, summary):
        yield from letters_of(result)


def _passed(run: RunFolder, summary: Summary) -> Iterator[str]:
    return (_json(result.id) for result in counted_results(run, summary) if result.verdict == "pass")


def _json(value: object) -> str:
    return encode(value).decode()
