"""`rtconform seed`: commit to a secret seed before a certifying run, reveal it after."""

import os
from pathlib import Path

import click

from rtconform.cli.options import QUIET, say
from rtconform.conformance.certificates.seeds import LONGEST_NAME, LONGEST_OPENING, commitment, draw, read_opening, seed_of
from rtconform.conformance.records import now
from rtconform.reference.errors import UserError
from rtconform.reference.regular_file import read_regular
from rtconform.reports.text import one_line

_DIGEST = "64 hexadecimal digits, as rtconform seed commit prints"


@click.group()
def seed() -> None:
    """Hold cases out: commit to a secret seed before the vendor hands over its build, and reveal it after the run."""


@seed.command()
@click.option("--vendor", required=True, help="The vendor's name, as its vendor file gives it.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("seed.json"), show_default=True, help="Keep it secret.")
@QUIET
def commit(vendor: str, out: Path) -> None:
    """Draw a secret seed, write it to a file that only you can read, and print the commitment to publish."""
    if not 1 <= len(vendor) <= LONGEST_NAME:
        raise click.BadParameter(
            f"give the name that the vendor file has, of 1 to {LONGEST_NAME} characters", param_hint="--vendor"
        )
    document = draw(vendor, now().date())
    try:
        with open(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:  # noqa: PTH123 - a mode from the start
            stream.write(document)
    except FileExistsError:
        raise UserError(f"{out}: exists already; give another --out, so that no seed is lost") from None
    except OSError as error:
        raise UserError(f"{out}: can't write the seed: {error.strerror}") from None
    click.echo(commitment(document))
    say(f"rtconform: {out} is secret until the run is over; publish the line above now", err=True)


@seed.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--commitment", "published", help="The commitment that was published.")
def reveal(file: Path, published: str | None) -> None:
    """Print what was committed to: the vendor, the day and the secret, and the seed of the cases that follows from them."""
    document = opening(file, published)
    opened = read_opening(document, str(file))
    for name, value in (
        ("vendor", opened.vendor),
        ("date", opened.date),
        ("secret", opened.secret),
        ("commitment", commitment(document)),
        ("seed", seed_of(document)),
    ):
        click.echo(f"{name:11} {one_line(str(value))}")


def opening(path: Path, published: str | None) -> bytes:
    """The document in the seed file at `path`, which opens the commitment `published`. Raises UserError."""
    try:
        document = read_regular(path, LONGEST_OPENING + 1)
    except OSError as error:
        raise UserError(f"{path}: can't read the seed: {error.strerror}") from None
    read_opening(document, str(path))
    if published is not None and commitment(document) != digest(published):
        raise UserError(f"{path}: opens commitment {commitment(document)}, not {published}: give the seed that was committed to")
    return document


def digest(text: str) -> str:
    """A commitment as it is compared: 64 hexadecimal digits. Raises UsageError."""
    found = text.strip().lower().removeprefix("sha256:")
    if len(found) != 64 or set(found) - set("0123456789abcdef"):
        raise click.UsageError(f"--commitment {text!r} is not a commitment: give {_DIGEST}")
    return found
