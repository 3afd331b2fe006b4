"""`rtconform export`: a suite as plain files."""

from pathlib import Path

import click

from rtconform.cli.options import QUIET, say
from rtconform.cli.words import completes
from rtconform.generators.suites.registry import SUITES
from rtconform.generators.suites.registry import suite as find_suite
from rtconform.jobs.export import export as export_suite


@click.command()
@click.argument("suite", shell_complete=completes(SUITES, or_file=True))
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed, for suites that use one.")
@click.option("--count", type=click.IntRange(min=1), help="Number of cases, for suites of any length.")
@QUIET
def export(suite: str, folder: Path, seed: int, count: int | None) -> None:
    """Write SUITE into the new or empty folder DIR as plain files, for teams whose tests do not run Python.

    \b
    cases.jsonl      the cases, one per line
    expected.jsonl   on the same line: the reference's coding, with rules and reasons
    accepted.jsonl   on the same line: every answer that is right, in canonical form, the primary one first
    schemas/         the JSON Schemas of case and answer
    suite.json       versions, the suite's digest and the SHA-256 of every file
    """
    say(export_suite(find_suite(suite), folder, seed, count))
