"""`rtconform merge`: shards that were run apart become the run that they are parts of."""

import sys
from pathlib import Path

import click

from rtconform.cli.options import QUIET, quiet
from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.runs.names import write_names
from rtconform.conformance.runs.shards import merge as merge_shards
from rtconform.jobs.case_finder import case_finder
from rtconform.jobs.known_faults import look_again
from rtconform.reports.figures.summary import summarise
from rtconform.reports.writers.formats import render


@click.command()
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT")
@click.argument("runs", type=click.Path(path_type=Path), metavar="RUN…", nargs=-1, required=True)
@QUIET
def merge(out: Path, runs: tuple[Path, ...]) -> None:
    """Join the shards in RUN…, each made by `rtconform run --shard I/N`, into one run in the new folder OUT, and report it.

    \b
    rtconform run vendor.toml --suite exhaustive --shard 1/2 --out part1
    rtconform run vendor.toml --suite exhaustive --shard 2/2 --out part2
    rtconform merge whole part1 part2

    The results are those of a run without shards, in the same order. Shards are refused if they differ in seed, suite, vendor
    file or rule set, if one is given twice or missing, and if one is not finished.
    """
    merge_shards(runs, out)
    look_again(out)
    write_names(out)
    summary = summarise(RunFolder(out))
    (report,) = render(out, ["html"], finder=case_finder, summary=summary)
    if not quiet():
        render(out, ["table"], finder=case_finder, summary=summary)
        click.echo(f"\nreport: {report}")
    sys.exit(summary.exit_code)
