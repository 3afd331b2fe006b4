"""`rtconform strength`: how strong suites are."""

import os
from pathlib import Path

import click

from rtconform.cli.options import all_names
from rtconform.conformance.strength.document import Strength
from rtconform.generators.suites.registry import DEFAULT_SEED
from rtconform.reference.documents.wire import encode
from rtconform.reference.errors import UserError
from rtconform.reports.page.strength import as_html, as_text

FORMATS = ("table", "json", "html")


@click.command()
@click.option(
    "--suite",
    "suites",
    multiple=True,
    default=("boundaries,pairwise",),
    show_default="boundaries,pairwise",
    metavar="NAME,…",
    help="Suites, separated by commas; may be given again.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=DEFAULT_SEED, show_default=True, help="Seed of the suites and of the sample."
)
@click.option("--second-order", "sample", type=click.IntRange(0), default=0, help="Mutants of two edits to try besides.")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="For a person, or a document."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write to, in place of standard output.")
@click.option("--processes", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default=True, help="Processes.")
def strength(suites: tuple[str, ...], seed: int, sample: int, form: str, out: Path | None, processes: int) -> None:
    """Show how strong suites are: which faulty coders each stops, and what it covers.

    Faulty coders are made from the rules by every change of one thing, and there is a catalogue of faults met in the field. One
    that no suite stops is compared with the reference everywhere: it is equivalent, or the suites have a gap (exit code 1).
    """
    from rtconform.conformance.strength.matrix import measured  # noqa: PLC0415 - it imports all suites: not for --help

    wanted = all_names(suites)
    if not wanted:
        raise UserError("--suite names no suite")
    found = measured(wanted, seed, sample, processes, _told)
    text = _written(found, form)
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
    if not found.complete:
        raise SystemExit(1)


def _written(found: Strength, form: str) -> str:
    if form == "json":
        return encode(found).decode() + "\n"
    return as_html(found) if form == "html" else as_text(found)


def _told(what: str, done: int, total: int) -> None:
    if done in (1, total) or done % 100 == 0:
        click.echo(f"{what}: {done:,} of {total:,}", err=True)
