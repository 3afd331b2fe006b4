"""`rtconform replay`: only what failed, asked again."""

import asyncio
import sys
from collections import Counter
from pathlib import Path

import click
import msgspec
from tabulate import tabulate

from rtconform.cli.options import FORMAT, QUIET, quiet, say
from rtconform.cli.running.run import free_folder, run_watched
from rtconform.conformance.records import own_profiles_of
from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.verdicts import EXIT_CONFORMANT, EXIT_INTERRUPTED, EXIT_NOT_CONFORMANT
from rtconform.jobs.case_finder import case_finder
from rtconform.jobs.replay import Replayed, plan_replay, replayed
from rtconform.reference.editor.payers import own_profiles
from rtconform.reports.text import clip
from rtconform.reports.writers.formats import render


@click.command()
@click.argument("run", type=click.Path(path_type=Path), metavar="RUN")
@click.option(
    "--vendor", type=click.Path(path_type=Path), metavar="VENDOR.toml", help="The vendor to ask: that of RUN, or another."
)
@click.option("--suite", "suites", multiple=True, metavar="FILE.toml", help="The file of a suite in RUN that is not shipped.")
@click.option("--out", type=click.Path(path_type=Path), help="The new run folder.  [default: runs/TIME-VENDOR]")
@QUIET
@FORMAT
def replay(run: Path, vendor: Path | None, suites: tuple[str, ...], out: Path | None, form: str) -> None:
    """Ask the cases that failed in RUN again: which are fixed, which still fail, which got no answer.

    \b
    rtconform replay runs/nightly --vendor vendor.toml

    Suites, seed and payer profiles are those of RUN; a suite that has changed since is refused. RUN also names a vendor file,
    but its program is started only if you name the file yourself. Exit code 0: all are fixed, or none had failed; 1: some are
    not fixed, or there are findings; 2 and 3: as for `rtconform run`.
    """
    old = RunFolder(run)
    planned = plan_replay(old, vendor, suites)
    if planned is None:
        if form == "json":
            click.echo("[]")
        else:
            say(f"{run}: no case failed: there is nothing to ask again")
        return
    folder = out or free_folder(planned.planned)
    try:
        with own_profiles(own_profiles_of(old.manifest)):
            summary = run_watched(planned.planned, folder, resume=False)
    except (KeyboardInterrupt, asyncio.CancelledError):
        click.echo("rtconform: interrupted; begin this replay again", err=True)
        sys.exit(EXIT_INTERRUPTED)
    cases = replayed(planned, RunFolder(folder))
    (report,) = render(folder, ["html"], finder=case_finder, summary=summary)
    if form == "json":
        click.echo(msgspec.json.encode(cases))
    else:
        if not quiet():
            _print(cases)
        for finding in summary.findings:
            click.echo(f"finding: {finding.kind}: {finding.detail}")
        say(f"\nreport: {report}")
    fixed = all(case.became == "fixed" for case in cases) and not summary.findings
    sys.exit(EXIT_CONFORMANT if fixed else EXIT_NOT_CONFORMANT)


def _print(cases: list[Replayed]) -> None:
    rows = [(case.id, case.became, f"{case.was} → {case.now}", clip(case.explanation, 300)) for case in cases]
    click.echo(
        tabulate(rows, headers=("case", "now", "verdict", "why"), maxcolwidths=[None, None, None, 60], disable_numparse=True)
    )
    numbers = Counter(case.became for case in cases)
    words = (f"{numbers[word]:,} {word}" for word in ("fixed", "still failing", "error", "not asked") if numbers[word])
    click.echo(f"\n{', '.join(words)}")
