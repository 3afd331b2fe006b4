"""`rtconform hunt`: find a vendor's faults, each with the smallest case or claim that shows it."""

import json
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

import click
from hypothesis.configuration import set_hypothesis_home_dir
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from rtconform.cli.options import FORMAT, OWN_PROFILES, QUIET, asked_of, given, pasted, print_rows, profiles_in, quiet, slug
from rtconform.conformance.adapters.processes.subreaper import adopt
from rtconform.conformance.hunted import Ended, Found, Hunted
from rtconform.conformance.hunting.hunt import EFFORT, Watch
from rtconform.conformance.hunting.hunt import hunt as hunt_faults
from rtconform.conformance.hunting.stop import Stop
from rtconform.conformance.records import now
from rtconform.conformance.roles import ROLES
from rtconform.conformance.vendors.file import Vendor, load_vendor
from rtconform.conformance.verdicts import EXIT_CONFORMANT, EXIT_INTERRUPTED, EXIT_NOT_CONFORMANT
from rtconform.reference.documents.wire import encode
from rtconform.reference.editor.payers import digest_of, own_profiles
from rtconform.reference.errors import UserError
from rtconform.reference.regular_file import shown
from rtconform.reports.hunt import fault_rows, rows, table_rows
from rtconform.reports.text import one_line

_ENDED: dict[Ended, str] = {
    "nothing_new": "the last {effort} {noun}s drawn showed nothing new",
    "unstable": "stopped early: the {role} answers differently when it is asked again; fix that first",
    "no_answers": "stopped early: the {role} no longer answers",
    "interrupted": "interrupted: what was found so far is not yet as small as it can be",
}
_COLUMNS = ("case", "what is wrong", "expected", "answered", "shown by")
_WIDTHS = (34, 44, 22, 22, None)


@click.command()
@click.argument("vendor", type=click.Path(path_type=Path), metavar="VENDOR.toml")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file for what is found.  [default: hunts/TIME-VENDOR.jsonl]",
)
@click.option(
    "--effort",
    type=click.IntRange(min=1),
    default=EFFORT,
    show_default=True,
    help="Stop after this many treatments (claims) without a new kind of fault.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of what is drawn.")
@OWN_PROFILES
@QUIET
@FORMAT
def hunt(vendor: Path, out: Path | None, effort: int, seed: int, own: tuple[Path, ...], form: str) -> None:
    """Hunt for faults of the coder or claim editor that VENDOR.toml describes, and shrink each to its smallest case or claim.

    \b
    rtconform hunt vendor.toml
    rtconform hunt vendor.toml --effort 5000 --seed 7 --out faults.jsonl
    rtconform run vendor.toml --suite faults.jsonl

    What is found is written as a suite that `rtconform run` takes. Exit code 0: nothing found; 1: faults found;
    2: the command or a file is wrong; 3: the vendor could not be reached; 130: interrupted, what was found is written.
    """
    profiles = asked_of(profiles_in(own))
    loaded = load_vendor(vendor)
    file = out or Path("hunts") / f"{now():%Y%m%d-%H%M%S}-{slug(loaded.name)}.jsonl"
    _make_room(file)
    adopt()
    with TemporaryDirectory(prefix="rtconform-hunt-") as scratch, own_profiles(profiles):
        set_hypothesis_home_dir(scratch)  # what Hypothesis notes for itself does not stay in the user's folder
        hunted = _watched(loaded, effort, seed, _told_by_signals())
    if hunted.found:
        _write(file, hunted.found)
    found, faults, noun = rows(hunted), fault_rows(hunted), ROLES[loaded.role].searched
    ended = _ENDED[hunted.ended].format(effort=effort, noun=noun, role=ROLES[loaded.role].noun)
    if form == "json":
        summary: dict[str, object] = {
            "asked": hunted.asked,
            "ended": hunted.ended,
            "seed": seed,
            "file": shown(file) if found else None,
        }
        if profiles:
            judged = [{"name": one.name, "payers": one.payers, "digest": digest_of(one)} for one in profiles]
            summary = {**summary, "payer_profiles": judged}
        click.echo(json.dumps({**summary, "faults": faults, "found": found}, indent=2, ensure_ascii=False))
    elif not quiet():
        if found:
            print_rows(table_rows(hunted), form, _COLUMNS, _WIDTHS)
            click.echo(f"\n{ROLES[loaded.role].asks}s: {file}\nagain: {_again(vendor, file, own)}")
        click.echo(f"{_counted(len(faults), len(found))}; {hunted.asked} {noun}s asked; {ended}")
    if hunted.ended == "interrupted":
        sys.exit(EXIT_INTERRUPTED)
    sys.exit(EXIT_NOT_CONFORMANT if found else EXIT_CONFORMANT)


def _again(vendor: Path, file: Path, own: tuple[Path, ...]) -> str:
    return pasted("rtconform", "run", vendor, "--suite", file, *given(**{"payer-profile": own}))


def _counted(faults: int, kinds: int) -> str:
    """`3 faults, of 5 kinds`: a known fault may show in several."""
    if not kinds:
        return "no fault found"
    many = f"{faults} {'fault' if faults == 1 else 'faults'}"
    return many if kinds == faults else f"{many} in {kinds} kinds"


def _told_by_signals() -> Stop:
    """Ctrl-C, and SIGTERM as CI systems send it, end a hunt between two questions; what was found is written, from here on."""
    stop = Stop()

    def tell(_number: int, _frame: FrameType | None) -> None:
        stop.tell()

    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) != signal.SIG_IGN:  # a shell's background job ignores Ctrl-C
            signal.signal(number, tell)
    return stop


def _watched(vendor: Vendor, effort: int, seed: int, stop: Stop) -> Hunted:
    """Hunt with a line that moves where a person watches; quiet in a pipe and with --quiet."""
    console = Console(stderr=True)
    if quiet() or not console.is_terminal:
        return hunt_faults(vendor, effort=effort, seed=seed, stop=stop)
    noun, name = ROLES[vendor.role].searched, one_line(vendor.name)
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(name, total=None)

        def show(asked: int, kinds: int) -> None:
            bar.update(task, description=f"{name}: {asked} {noun}s asked, {kinds} kinds of fault")

        watch: Watch = show
        return hunt_faults(vendor, effort=effort, seed=seed, watch=watch, stop=stop)


def _make_room(file: Path) -> None:
    """Find out before the hunt whether its file can be written, so that nothing is lost at its end. Raises UserError."""
    was_there = file.exists()
    made = [folder for folder in file.parents if not folder.exists()]  # the innermost first
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab"):
            pass
        if not was_there:
            file.unlink()
        for folder in made:
            folder.rmdir()
    except OSError as error:
        raise UserError(f"{file}: {error.strerror or error}; name another file with --out") from None


def _write(file: Path, found: tuple[Found, ...]) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"".join(encode(each.question) + b"\n" for each in found))
    except OSError as error:
        raise UserError(f"{file}: {error.strerror or error}") from None
