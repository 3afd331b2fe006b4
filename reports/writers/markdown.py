"""A run as Markdown for a pull request or a job's summary: outcome, counts, what to fix; small, however large the run."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from rtconform.conformance.cause import Cause
from rtconform.conformance.records import Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.verdicts import FINDINGS, VERDICTS
from rtconform.reports.figures.profiles import judged_by
from rtconform.reports.figures.size import size_of
from rtconform.reports.figures.summary import Summary, counted_results, outcome, remarks
from rtconform.reports.text import clip, code_span, markdown, one_line

MOST_CAUSES = 25
MOST_LETTERS = 10
_LONGEST = 300


@dataclass
class _Met:
    """The smallest case of each cause, by its id, and how many there are."""

    cases: Counter[str] = field(default_factory=Counter)
    smallest: dict[str, tuple[tuple[int, ...], Cause, Result]] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        size = size_of(result)
        for cause in {cause.id: cause for cause in result.causes}.values():
            self.cases[cause.id] += 1
            known = self.smallest.get(cause.id)
            if known is None or (size and size < known[0]):
                self.smallest[cause.id] = size, cause, result


def write(run: RunFolder, summary: Summary, out: TextIO) -> None:
    """The run as Markdown."""
    met = _Met()
    for result in counted_results(run, summary):
        if not VERDICTS[result.verdict].conformant:
            met.add(result)
    out.write("\n\n".join(_parts(run, summary, met)) + "\n")


def _parts(run: RunFolder, summary: Summary, met: _Met) -> Iterator[str]:
    vendor = run.manifest.vendor
    name = markdown(clip(one_line(f"{vendor.name} {vendor.version}"), _LONGEST))
    mark = "✅" if summary.conformant else "❌" if summary.exit_code else "🟡"
    yield f"## {mark} rtconform: {name} is {outcome(summary)}"
    right = summary.counts["pass"] + summary.counts["accepted"]
    only = " (only the cases named with --only)" if run.manifest.only else ""
    yield f"{right:,} of {summary.asked:,} cases answered right{only}; rule set {run.manifest.rule_set}."
    for profile in judged_by(run.manifest):
        yield markdown(f"Claims judged by {profile}.")
    shown = [verdict for verdict in VERDICTS if summary.counts[verdict]]
    yield table(
        ("suite", "version", "cases", *(verdict.replace("_", " ") for verdict in shown)),
        [
            (markdown(one_line(suite.name)), markdown(one_line(suite.version)), suite.cases, *(suite.counts[v] for v in shown))
            for suite in summary.suites
        ],
    )
    if met.cases:
        yield f"### What to fix ({len(met.cases):,})"
        rows = [_row(number, *met.smallest[name][1:]) for name, number in met.cases.most_common(MOST_CAUSES)]
        yield table(("fault", "cases", "what is wrong", "smallest case", "why"), rows)
        if len(met.cases) > MOST_CAUSES:
            yield f"… and {len(met.cases) - MOST_CAUSES:,} more faults."
        yield "`rtconform generate --id ID | rtconform code --explain` says why the answer expected of a case is expected."
    if summary.edits is not None and (letters := [edit.letter for edit in summary.edits.false_denials if edit.letter]):
        yield "### For the appeals"
        yield from (f"> {markdown(letter)}" for letter in letters[:MOST_LETTERS])
    for kind in dict.fromkeys(finding.kind for finding in summary.findings):
        yield f"**Finding: {kind}.** {FINDINGS[kind].means}"
    yield from (markdown(clip(line, _LONGEST)) for line in (*remarks(summary), *summary.stopped))


def table(headers: Sequence[str], rows: Sequence[Sequence[str | int]]) -> str:
    """A table of GitHub's Markdown; the cells are Markdown already."""
    lines = [headers, ["---"] * len(headers), *([f"{c:,}" if isinstance(c, int) else c for c in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _row(number: int, cause: Cause, smallest: Result) -> tuple[str, int, str, str, str]:
    why = markdown(clip(one_line(smallest.explanation), _LONGEST))
    return code_span(cause.id), number, markdown(cause.sentence), markdown(one_line(smallest.id)), why
