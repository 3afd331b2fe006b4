"""`rtconform hunt`: find a coder's faults, each with its smallest case."""

import json
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from types import FrameType
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from rtconform.commands.options import FORMAT, print_rows, slug
from rtconform.conformance.hunting import EFFORT, Ended, Found, Hunted, Watch
from rtconform.conformance.hunting import hunt as hunt_faults
from rtconform.conformance.judge import lines_in_words
from rtconform.conformance.records import Result, now
from rtconform.conformance.vendor import Vendor, load_vendor
from rtconform.conformance.verdicts import EXIT_CONFORMANT, EXIT_INTERRUPTED, EXIT_NOT_CONFORMANT
from rtconform.reference.coding import Answer, Coding, Line
from rtconform.reference.errors import UserError
from rtconform.reference.wire import encode
from rtconform.reports.text import one_line

_ENDED: dict[Ended, str] = {
    "nothing_new": "the last {effort} treatments drawn showed nothing new",
    "unstable": "stopped early: asked again, the coder answers differently; mend that first",
    "no_answers": "stopped early: the coder does not answer any more",
    "interrupted": "interrupted: what was found by then, not yet as small as it can be",
}
_COLUMNS = ("case", "what is wrong", "expected", "answered", "shown by")
_WIDTHS = (34, 44, 22, 22, None)


@click.command()
@click.argument("vendor", type=click.Path(path_type=Path), metavar="VENDOR.toml")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File for the cases.  [default: hunts/TIME-VENDOR.jsonl]"
)
@click.option(
    "--effort",
    type=click.IntRange(min=1),
    default=EFFORT,
    show_default=True,
    help="Stop when so many treatments have shown no new kind of fault.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Another seed draws other treatments.")
@FORMAT
def hunt(vendor: Path, out: Path | None, effort: int, seed: int, form: str) -> None:
    """Hunt for faults of the coder that VENDOR.toml describes, and shrink each to its smallest case.

    \b
    rtconform hunt vendor.toml
    rtconform hunt vendor.toml --effort 5000 --seed 7 --out faults.jsonl
    rtconform run vendor.toml --suite faults.jsonl

    The cases found are written as a suite that `rtconform run` takes. Exit code 0: nothing found; 1: faults found;
    2: something given is wrong; 3: the vendor could not be reached; 130: interrupted, what was found is written.
    """
    loaded = load_vendor(vendor)
    file = out or Path("hunts") / f"{now():%Y%m%d-%H%M%S}-{slug(loaded.name)}.jsonl"
    signal.signal(signal.SIGTERM, _stop)
    hunted = _watched(loaded, effort, seed)
    if hunted.found:
        _write(file, hunted.found)
    rows = [_row(found) for found in hunted.found]
    ended = _ENDED[hunted.ended].format(effort=effort)
    if form == "json":
        summary = {"asked": hunted.asked, "ended": hunted.ended, "seed": seed, "file": str(file) if rows else None, "found": rows}
        click.echo(json.dumps(summary, indent=2, ensure_ascii=False))
    else:
        if rows:
            print_rows(rows, form, _COLUMNS, _WIDTHS)
            click.echo(f"\ncases: {file}\nagain: rtconform run {vendor} --suite {file}")
        kinds = f"{len(rows)} {'kind' if len(rows) == 1 else 'kinds'} of fault" if rows else "no fault found"
        click.echo(f"{kinds}; {hunted.asked} treatments asked; {ended}")
    if hunted.ended == "interrupted":
        sys.exit(EXIT_INTERRUPTED)
    sys.exit(EXIT_NOT_CONFORMANT if rows else EXIT_CONFORMANT)


def _watched(vendor: Vendor, effort: int, seed: int) -> Hunted:
    """Hunt with a line that moves where a person watches; quiet in a pipe."""
    console = Console(stderr=True)
    if not console.is_terminal:
        return hunt_faults(vendor, effort=effort, seed=seed)
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(vendor.name, total=None)

        def show(asked: int, kinds: int) -> None:
            bar.update(task, description=f"{vendor.name}: {asked} treatments asked, {kinds} kinds of fault")

        watch: Watch = show
        return hunt_faults(vendor, effort=effort, seed=seed, watch=watch)


def _write(file: Path, found: tuple[Found, ...]) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"".join(encode(each.case) + b"\n" for each in found))
    except OSError as error:
        raise UserError(f"{file}: {error.strerror or error}") from None


def _row(found: Found) -> dict[str, Any]:
    result = found.result
    known = found.fault
    remarks = [f"Looks like {known.id}: {known.says}"] if known else []
    remarks += ["Unstable: asked again, the answer differs."] if found.stable is False else []
    return {
        "case": found.case.id,
        "cause": found.cause.id,
        "rules": list(found.cause.rules),
        "known_fault": known.id if known else None,
        "what is wrong": " ".join([found.cause.sentence, *remarks]),
        "stable": found.stable,
        "expected": _expected(result),
        "answered": _answered(result),
        "facts": list(result.facts),
        "explanation": result.explanation,
        "shown by": len(found.shown),
    }


def _expected(result: Result) -> str:
    coding = result.expected
    return _in_words(coding.outcome, coding.lines) if isinstance(coding, Coding) else ""


def _answered(result: Result) -> str:
    answer = result.answer
    return one_line(_in_words(answer.outcome, answer.lines)) if isinstance(answer, Answer) else result.verdict


def _in_words(outcome: str, lines: Iterable[Line]) -> str:
    return lines_in_words(lines) if outcome == "coded" else outcome


def _stop(_number: int, _frame: FrameType | None) -> None:
    """SIGTERM ends a hunt as Ctrl-C does: what was found is written."""
    raise KeyboardInterrupt
