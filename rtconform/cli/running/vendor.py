"""`rtconform vendor`: begin a vendor file, and prove that it works."""

import asyncio
import sys
from pathlib import Path

import click

from rtconform.cli.options import QUIET, pasted, say
from rtconform.conformance.adapters.processes.subreaper import adopt
from rtconform.conformance.protocol import RoleName
from rtconform.conformance.roles import ROLES
from rtconform.conformance.runs.check import check_vendor
from rtconform.conformance.vendors.file import load_vendor, scaffold
from rtconform.conformance.vendors.scaffold import SCAFFOLDED
from rtconform.conformance.verdicts import EXIT_NOT_CONFORMANT
from rtconform.reference.errors import UserError
from rtconform.reports.text import one_line


@click.group()
def vendor() -> None:
    """Begin a vendor file, and check that it works."""


@vendor.command()
@click.option("--kind", type=click.Choice(SCAFFOLDED), default="cli", show_default=True, help="How the vendor is reached.")
@click.option(
    "--mode",
    type=click.Choice(["stream", "oneshot"]),
    default="stream",
    show_default=True,
    help="For cli: one process for all cases, or a process for each case.",
)
@click.option(
    "--role",
    type=click.Choice(["coder", "editor"]),
    default="coder",
    show_default=True,
    help="A coder codes treatments; an editor decides claims.",
)
@click.option(
    "--format",
    "speaks",
    type=click.Choice(["json", "csv", "fhir", "hl7v2", "x12"]),
    default="json",
    show_default=True,
    help="What the vendor speaks: a coder answers in csv, hl7v2, x12 or fhir; an editor is asked and answers in x12 or fhir.",
)
@click.argument("path", required=False, type=click.Path(dir_okay=False, path_type=Path), metavar="[FILE]")
@QUIET
def init(kind: str, mode: str, role: RoleName, speaks: str, path: Path | None) -> None:
    """Write a commented vendor file to FILE, or to standard output. An existing FILE is left alone.

    \b
    rtconform vendor init --kind http acme.toml
    rtconform vendor init --role editor editor.toml
    rtconform vendor init --format hl7v2 acme.toml
    """
    text = scaffold(kind, mode, role, speaks)
    if path is None:
        click.echo(text, nl=False)
        return
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise UserError(f"{path} exists already: give another name, or remove it first") from None
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    say(f"wrote {path}; edit it, then: rtconform vendor check {path}", err=True)


@vendor.command()
@click.argument("path", type=click.Path(path_type=Path), metavar="VENDOR.toml")
@QUIET
def check(path: Path) -> None:
    """Send the vendor three cases (an editor: three claims), and say in plain words what works and what does not.

    Nothing is judged: a wrong code does not matter here. Exit code 0: three answers came; 1: they did not.
    """
    loaded = load_vendor(path)
    role = ROLES[loaded.role]
    adopt()
    checks = asyncio.run(check_vendor(loaded, role.to_check()))
    for line in checks:
        click.echo(f"{'ok   ' if line.good else 'WRONG'}  {line.what}")
        for detail in line.details:
            click.echo(f"       {detail}")
    if not all(line.good for line in checks):
        sys.exit(EXIT_NOT_CONFORMANT)
    following = pasted("rtconform", "run", path, "--suite", ",".join(role.begin_with))
    say(f"\n{one_line(loaded.name)} answers; a run judges whether its answers are right. Next: {following}")
