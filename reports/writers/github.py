"""A run as annotations of GitHub Actions: a line for each fault, which the job's page shows at the vendor file."""

from typing import TextIO

from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.verdicts import FINDINGS
from rtconform.reports.figures.faults import FaultTally
from rtconform.reports.figures.summary import Summary, not_standing, outcome
from rtconform.reports.text import clip, one_line

MOST = 10
"""How many annotations of a kind a step of GitHub's shows."""

_LONGEST = 500


def write(run: RunFolder, summary: Summary, out: TextIO) -> None:
    """The run as workflow commands."""
    tally = FaultTally()
    for result in not_standing(run, summary):
        tally.add(result)
    file = run.manifest.vendor.file
    faults = tally.faults()
    for fault in faults[:MOST]:
        smallest = fault.smallest[0]
        cases = f"{fault.step.cases:,} {'case' if fault.step.cases == 1 else 'cases'}, for instance {smallest.id}"
        out.write(_command("error", f"{fault.cause.id}: {cases}", smallest.explanation, file))
    for finding in summary.findings[:MOST]:
        level = "warning" if FINDINGS[finding.kind].conformant else "error"
        out.write(_command(level, f"finding: {finding.kind.replace('_', ' ')}", finding.detail, file))
    left = f"; {len(faults) - MOST} more faults are in the report" if len(faults) > MOST else ""
    level = "notice" if summary.exit_code == 0 else "error"
    out.write(_command(level, "rtconform", f"{run.manifest.vendor.name}: {outcome(summary)}{left}", file))


def _command(level: str, title: str, text: str, file: str) -> str:
    where = f"file={_property(file)}," if file else ""
    return f"::{level} {where}title={_property(title)}::{_text(text)}\n"


def _text(text: str) -> str:
    """Text as it may stand after the command: on one line, and nothing in it begins another command."""
    return clip(one_line(text), _LONGEST).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")
