"""`rtconform report`: a run in another form."""

from pathlib import Path

import click

from rtconform.cli.options import QUIET, names, say
from rtconform.cli.words import completes
from rtconform.jobs.case_finder import case_finder
from rtconform.jobs.known_faults import look_again
from rtconform.reference.relative_values import load_relative_values
from rtconform.reports.writers.formats import FORMATS, render


@click.command()
@click.argument("run", type=click.Path(path_type=Path), metavar="RUN")
@click.option(
    "--format",
    "forms",
    default="html",
    show_default=True,
    shell_complete=completes(FORMATS, listed=True),
    help=f"Formats, comma-separated: {', '.join(FORMATS)}.",
)
@click.option(
    "--relative-values",
    "weights",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Relative values of services: the page then says what each fault costs or overpays; never part of a verdict.",
)
@QUIET
def report(run: Path, forms: str, weights: Path | None) -> None:
    """Render the run in folder RUN, finished or interrupted, into files beside its records.

    \b
    rtconform report runs/nightly --format html,junit,csv
    rtconform report runs/nightly --format table
    rtconform report runs/nightly --relative-values our_fee_schedule.toml

    The paths of the files are printed, and so is the table; with --quiet only the table.
    """
    values = load_relative_values(weights) if weights else None
    chosen = names(forms)
    if {"html", "json", "markdown"} & set(chosen):
        look_again(run)
    for path in render(run, chosen, finder=case_finder, values=values):
        say(path)
