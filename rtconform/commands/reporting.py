"""`rtconform report`: a run in another form."""

from pathlib import Path

import click

from rtconform.commands.options import names
from rtconform.reports.formats import FORMATS, render
from rtconform.treatments import case_finder


@click.command()
@click.argument("run", type=click.Path(path_type=Path), metavar="RUN")
@click.option(
    "--format",
    "forms",
    default="html",
    show_default=True,
    help=f"Formats, comma-separated: {', '.join(FORMATS)}.",
)
def report(run: Path, forms: str) -> None:
    """Render the run in folder RUN, finished or interrupted, into files beside its records.

    \b
    rtconform report runs/nightly --format html,junit,csv
    rtconform report runs/nightly --format table

    The paths written go to standard output, and so does the table.
    """
    for path in render(run, names(forms), finder=case_finder):
        click.echo(path)
