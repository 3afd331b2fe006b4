"""Cases that fail beside their twins that passed, a line for each: what a person at a terminal sees first of a fault."""

from rtconform.conformance.records import Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.verdicts import VERDICTS
from rtconform.reports.figures.summary import Summary, counted_results
from rtconform.reports.page.differences import differences
from rtconform.reports.page.html import FindCase
from rtconform.reports.text import one_line

MOST = 8
"""Pairs that are shown."""

MOST_READ = 20_000
"""Cases of a run in which pairs are looked for: of a larger one the page shows them, a terminal need not wait."""


def pairs(run: RunFolder, summary: Summary, find: FindCase) -> list[tuple[str, str, str]]:
    """Ids of a case that fails and of its twin that passed, and what changes to the one that fails; one pair for each cause."""
    if summary.cases > MOST_READ or all(VERDICTS[verdict].conformant for verdict, number in summary.counts.items() if number):
        return []
    passed: set[str] = set()
    failing: list[Result] = []
    for result in counted_results(run, summary):
        if VERDICTS[result.verdict].conformant:
            passed.add(result.id)
        elif result.twin:
            failing.append(result)
    found: dict[str, tuple[str, str, str]] = {}
    for result in failing:
        cause = result.causes[0].id if result.causes else result.id
        if result.twin in passed and cause not in found and len(found) < MOST and (changes := _changes(result, find)):
            found[cause] = (one_line(result.id), one_line(result.twin or ""), ", ".join(changes))
    return list(found.values())


def _changes(result: Result, find: FindCase) -> tuple[str, ...]:
    passed, failing = find(result.twin or ""), result.case or find(result.id)
    return differences(passed, failing) if passed is not None and failing is not None else ()
