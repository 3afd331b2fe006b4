"""`rtconform strength`: how strong suites are."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from rtconform.cli.options import OWN_PROFILES, QUIET, all_names, asked_of, profiles_in, say
from rtconform.cli.words import completes
from rtconform.conformance.strength.document import EditorStrength, Strength
from rtconform.generators.suites.registry import DEFAULT_SEED, SUITES, any_suite
from rtconform.reference.documents.wire import encode
from rtconform.reference.errors import UserError
from rtconform.reports.page.strength import as_html, as_text, editors_as_html, editors_as_text

T = TypeVar("T", Strength, EditorStrength)

FORMATS = ("table", "json", "html")


@click.command()
@click.option(
    "--suite",
    "suites",
    multiple=True,
    default=("boundaries,pairwise",),
    show_default="boundaries,pairwise",
    metavar="NAME,…",
    shell_complete=completes(SUITES, listed=True, or_file=True),
    help="Suites, separated by commas; may be given again.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=DEFAULT_SEED, show_default=True, help="Seed of the suites and of the sample."
)
@click.option(
    "--second-order", "sample", type=click.IntRange(0), default=0, help="Number of mutants with two changes to try as well."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="A table, or a document.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write here instead of standard output.")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=os.cpu_count() or 1,
    show_default="one for each core",
    help="Number of processes.",
)
@OWN_PROFILES
@QUIET
def strength(
    suites: tuple[str, ...], seed: int, sample: int, form: str, out: Path | None, processes: int, own: tuple[Path, ...]
) -> None:
    """Show how strong suites are: which faulty coders or editors each stops, and what it covers.

    Faulty coders are made from the rules by changing one thing at a time; others come from a catalogue of faults met in the
    field. One that no suite stops is compared with the reference everywhere: either it is equivalent, or the suites have a gap
    (exit code 1).

    For suites of claims the faulty coders are faulty editors: a catalogue, and one for each row of the national tables that the
    suites ask about. With a payer profile of your own, editors and suites are measured under it.
    """
    wanted = all_names(suites)
    if not wanted:
        raise UserError("--suite names no suite: give the name of one; `rtconform suites` lists them")
    text, complete = (
        _editors(wanted, seed, sample, form, processes, own)
        if any_suite(wanted[0]).asks == "claim"
        else _coders(wanted, seed, sample, form, processes, own)
    )
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
    if not complete:
        raise SystemExit(1)


def _coders(
    wanted: tuple[str, ...], seed: int, sample: int, form: str, processes: int, own: tuple[Path, ...]
) -> tuple[str, bool]:
    from rtconform.conformance.strength.matrix import measured  # noqa: PLC0415 - it imports all suites: not for --help

    if own:
        raise UserError("--payer-profile: coders are not judged by a payer profile; name suites of claims, such as edits-claim")
    found = measured(wanted, seed, sample, processes, _told)
    return _written(found, form, as_html, as_text), found.complete


def _editors(
    wanted: tuple[str, ...], seed: int, sample: int, form: str, processes: int, own: tuple[Path, ...]
) -> tuple[str, bool]:
    from rtconform.conformance.strength.editors import measured_editors  # noqa: PLC0415 - as above

    if sample:
        raise UserError("--second-order: only coders have mutants; leave it out for suites of claims")
    found = measured_editors(wanted, seed, asked_of(profiles_in(own)), processes, _told)
    return _written(found, form, editors_as_html, editors_as_text), found.complete


def _written(found: T, form: str, html: Callable[[T], str], text: Callable[[T], str]) -> str:
    if form == "json":
        return encode(found).decode() + "\n"
    return html(found) if form == "html" else text(found)


def _told(what: str, done: int, total: int) -> None:
    if sys.stderr.isatty() and (done in (1, total) or done % 100 == 0):
        say(f"{what}: {done:,} of {total:,}", err=True)
