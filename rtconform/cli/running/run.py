"""`rtconform run`: the main job."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from rtconform.cli.options import (
    FORMAT,
    OWN_PROFILES,
    QUIET,
    all_names,
    asked_of,
    given,
    pasted,
    profiles_in,
    quiet,
    shard_of,
    slug,
)
from rtconform.cli.words import completes
from rtconform.conformance.adapters.processes.subreaper import adopt
from rtconform.conformance.records import Event, Result, now
from rtconform.conformance.runs.baseline import loaded_in_words
from rtconform.conformance.runs.log import RunLog
from rtconform.conformance.verdicts import EXIT_INTERRUPTED, VERDICTS
from rtconform.generators.suites.registry import SUITES
from rtconform.jobs.case_finder import case_finder
from rtconform.jobs.run import PlannedRun, plan_run, run_to_folder, too_many_workers
from rtconform.reference.documents.wire import encode
from rtconform.reference.editor.payers import own_profiles
from rtconform.reference.errors import RtconformError
from rtconform.reports.figures.summary import Summary
from rtconform.reports.text import one_line


@click.command()
@click.argument("vendor", type=click.Path(path_type=Path), metavar="VENDOR.toml")
@click.option(
    "--suite",
    "suites",
    required=True,
    multiple=True,
    metavar="NAME,…",
    shell_complete=completes(SUITES, listed=True, or_file=True),
    help="Suites to run, or suite files; may be given again. `rtconform suites` lists the suites.",
)
@click.option("--out", type=click.Path(path_type=Path), help="The run folder.  [default: runs/TIME-VENDOR]")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed, for suites that use one.")
@click.option("--count", type=click.IntRange(min=1), help="Number of cases, for suites of any length.")
@click.option("--only", multiple=True, metavar="ID", help="Ask only this case; may be given again.")
@click.option(
    "--baseline", type=click.Path(path_type=Path), metavar="FILE", help="A TOML file that lists known failures to accept."
)
@OWN_PROFILES
@click.option(
    "--cluster", metavar="ADDRESS", help="Run on a dask cluster: tcp://HOST:PORT, or local:N for N processes on this machine."
)
@click.option("--shard", metavar="I/N", help="Ask only part I of N; `rtconform merge` joins the parts.")
@click.option("--resume", is_flag=True, help="Continue the interrupted run in --out.")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="The form of what is written to standard error.",
)
@QUIET
@click.option("--github", is_flag=True, help="Also print each fault as an annotation of GitHub Actions.")
@FORMAT
def run(
    vendor: Path,
    suites: tuple[str, ...],
    out: Path | None,
    seed: int,
    count: int | None,
    only: tuple[str, ...],
    baseline: Path | None,
    own: tuple[Path, ...],
    cluster: str | None,
    shard: str | None,
    log_format: str,
    *,
    resume: bool,
    github: bool,
    form: str,
) -> None:
    """Run suites against the coder or claim editor that VENDOR.toml describes, judge the answers, write run folder and report.

    \b
    rtconform run vendor.toml --suite published,boundaries
    rtconform run vendor.toml --suite boundaries --only boundaries:approval-a-minute-before
    rtconform run vendor.toml --suite published --out runs/nightly --resume

    The summary is printed, report.html is in the run folder. Exit code 0: conformant; 1: not conformant; 2: the command or a
    file is wrong; 3: the vendor could not be reached; 130: interrupted, continue with --resume. With --baseline it is also 0
    if every failure is known: docs/how-to/ci.md.
    """
    for what in _not_together(out, only, cluster, shard, resume=resume, annotated=github and form == "json"):
        raise click.UsageError(what)
    profiles = asked_of(profiles_in(own))
    part = shard_of(shard) if shard is not None else None
    log = RunLog(partial(click.echo, err=True, nl=False)) if log_format == "json" else None
    with _errors_into(log), own_profiles(profiles):
        planned = plan_run(
            vendor,
            all_names(suites),
            seed=seed,
            count=count,
            only=only,
            baseline=baseline,
            shard=part,
            own=profiles,
            own_files=own,
        )
        for remark in planned.remarks:
            _remark(log, remark)
        if planned.manifest.baseline:
            _remark(log, loaded_in_words(planned.manifest.baseline, planned.manifest.started_at.date()))
        folder = out or free_folder(planned)
        try:
            summary = run_watched(planned, folder, resume=resume, cluster=cluster, log=log)
        except (KeyboardInterrupt, asyncio.CancelledError):
            if log is None:
                options = given(suite=suites, seed=seed, count=count, only=only, baseline=baseline, cluster=cluster, shard=shard)
                judged = given(**{"payer-profile": own})
                again = pasted("rtconform", "run", vendor, *options, *judged, "--out", folder, "--resume")
                click.echo(f"rtconform: interrupted; the answers so far are kept; continue with: {again}", err=True)
            else:
                log.ended(EXIT_INTERRUPTED, str(folder))
            sys.exit(EXIT_INTERRUPTED)
    from rtconform.reports.writers.formats import render  # noqa: PLC0415 - what renders is dear to import: not before the first case

    (report,) = render(folder, ["html"], finder=case_finder, summary=summary)
    if form == "json":
        click.echo(encode(summary))
    elif not quiet():
        render(folder, ["table"], finder=case_finder, summary=summary)
        click.echo(f"\nreport: {report}")
    if github:
        render(folder, ["github"], summary=summary)
    _remark(log, too_many_workers(planned.vendor, summary.counts["timeout"], os.cpu_count() or 1))
    if log is not None:
        log.ended(summary.exit_code, str(folder))
    sys.exit(summary.exit_code)


def _not_together(
    out: Path | None,
    only: tuple[str, ...],
    cluster: str | None,
    shard: str | None,
    *,
    resume: bool,
    annotated: bool,
) -> Iterator[str]:
    """Options that don't go with each other."""
    if resume and out is None:
        yield "--resume needs --out: give the folder of the interrupted run"
    if cluster is not None and only:
        yield "--only asks a few cases from this machine, --cluster whole suites from many: leave one of them out"
    if shard is not None and (only or cluster is not None):
        yield "--shard asks a part of whole suites from this machine: leave --only and --cluster out"
    if annotated:
        yield "--github prints lines of its own among the JSON of --format json: leave one of them out"


def run_watched(
    planned: PlannedRun,
    folder: Path,
    *,
    resume: bool,
    cluster: str | None = None,
    log: RunLog | None = None,
    keep: Callable[[Mapping[str, bytes]], None] | None = None,
) -> Summary:
    """Run with a progress bar where a person watches and did not say --quiet; all of it written to `log` where there is one."""
    if cluster is not None:
        _warn_of(cluster, log)
    else:
        adopt()  # on a cluster of processes here these are our children too, and no vendor's
    going = partial(run_to_folder, planned, folder, resume=resume, cluster=cluster, keep=keep)
    if log is not None:
        log.started(planned.manifest, planned.cases, str(folder))
        return asyncio.run(_until_told_to_stop(going(progress=log.result, tell=log.event)))
    if quiet() or not sys.stderr.isatty():
        return asyncio.run(_until_told_to_stop(going(tell=partial(_tell, partial(click.echo, err=True)))))
    from rich.console import Console  # noqa: PLC0415 - a tenth of a second to import, for a person only
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[bad]}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task(one_line(planned.vendor.name), total=planned.cases, bad="")
        bad = Counter[str]()

        def show(result: Result) -> None:
            if not VERDICTS[result.verdict].conformant:
                bad[result.verdict] += 1
            shown.update(task, advance=1, bad=" ".join(f"{count} {verdict}" for verdict, count in bad.items()))

        tell = partial(_tell, partial(shown.console.print, markup=False, highlight=False))
        return asyncio.run(_until_told_to_stop(going(progress=show, tell=tell)))


async def _until_told_to_stop(running: Coroutine[None, None, Summary]) -> Summary:
    """End on SIGTERM as on Ctrl-C, where the run can: no process of the vendor's is left."""
    if sys.platform == "win32":
        return await running  # its event loops know no signals: Ctrl-C ends it as Python does
    task, loop, before = asyncio.ensure_future(running), asyncio.get_running_loop(), signal.getsignal(signal.SIGTERM)
    loop.add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        return await task
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGTERM, before)


def _tell(say: Callable[[str], object], event: Event) -> None:
    """Findings are printed at once; everything else is in the run folder."""
    if event.finding is not None:
        say(one_line(f"rtconform: finding: {event.finding}: {event.detail}"))


def _warn_of(cluster: str, log: RunLog | None) -> None:
    from rtconform.conformance.runs.cluster import open_to_all  # noqa: PLC0415 - an optional extra, a second to import

    if warning := open_to_all(cluster):
        _remark(log, warning)


def _remark(log: RunLog | None, remark: str) -> None:
    if not remark:
        return
    if log is None:
        click.echo(f"rtconform: {remark}", err=True)
    else:
        log.told("remark", remark)


@contextmanager
def _errors_into(log: RunLog | None) -> Iterator[None]:
    """Errors that we raise on purpose go to the log, where there is one, as everything else does."""
    try:
        yield
    except RtconformError as error:
        if log is None:
            raise
        log.told("error", str(error), error.exit_code)
        sys.exit(error.exit_code)


def free_folder(planned: PlannedRun) -> Path:
    """A run folder of that vendor's that does not exist yet."""
    base = Path("runs") / f"{now():%Y%m%d-%H%M%S}-{slug(planned.vendor.name)}"
    return next(p for p in (base, *(base.with_name(f"{base.name}-{n}") for n in range(2, 1000))) if not p.exists())
