"""`rtconform compare`: what broke, what was fixed, what is new."""

import sys
from pathlib import Path

import click

from rtconform.cli.options import all_names
from rtconform.cli.words import completes
from rtconform.generators.suites.registry import SUITES
from rtconform.reference.documents.wire import encode
from rtconform.reports.comparison.compare import Comparison
from rtconform.reports.comparison.compare import compare as compare_runs
from rtconform.reports.comparison.html import as_html
from rtconform.reports.comparison.recorded import recorded
from rtconform.reports.comparison.text import as_markdown, as_table


def _as_json(found: Comparison) -> str:
    return encode(found).decode() + "\n"


FORMS = {"table": as_table, "html": as_html, "markdown": as_markdown, "json": _as_json}


@click.command()
@click.argument("old", type=click.Path(path_type=Path), metavar="OLD")
@click.argument("new", type=click.Path(path_type=Path), metavar="NEW")
@click.option(
    "--suite",
    "suites",
    multiple=True,
    metavar="NAME,…",
    shell_complete=completes(SUITES, listed=True, or_file=True),
    help="Compare only these suites, separated by commas; may be given again.  [default: all]",
)
@click.option(
    "--format", "form", type=click.Choice(list(FORMS)), default="table", show_default=True, help="The form of the output."
)
def compare(old: Path, new: Path, suites: tuple[str, ...], form: str) -> None:
    """Compare two runs: regressions first, then what was fixed, what is new, what is gone, and what is answered differently.

    \b
    rtconform compare runs/yesterday runs/tonight
    rtconform compare main/report.json runs/tonight --format markdown >> $GITHUB_STEP_SUMMARY
    rtconform compare runs/yesterday runs/tonight --format html > changes.html

    OLD and NEW are run folders, or the report.json of one. Exit code 1: something regressed (a case that was right before, or a
    finding that is new); 0: nothing did; 2: the runs can't be compared, and the message says what of them can.
    """
    found = compare_runs(recorded(old), recorded(new), all_names(suites))
    click.echo(FORMS[form](found), nl=False)
    sys.exit(found.exit_code)
