"""`rtconform board`: many runs and certificates as a site."""

import datetime as dt
import sys
from pathlib import Path

import click

from rtconform.cli.options import QUIET, quiet, say
from rtconform.conformance.certificates.envelope import read_key_file, read_public_key
from rtconform.jobs.board import build_board
from rtconform.jobs.board_bundles import read_commitments
from rtconform.reference.errors import UserError
from rtconform.reports.text import one_line


@click.command()
@click.argument("places", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RUN|BUNDLE|FOLDER…")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder of the site: a new one, or one that holds a board."
)
@click.option(
    "--public-key",
    "keys",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A certifier's public key, PEM, with which bundles are checked; may be given again.",
)
@click.option(
    "--commitments",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The commitments to seeds that certifiers published, one a line, with # before what is not one.",
)
@click.option("--title", default="Conformance of vendors", show_default=True, help="The title of the board.")
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Show the end of this day, UTC: whether certificates are valid then, and no run that began later.  [default: today]",
)
@QUIET
def board(
    places: tuple[Path, ...], out: Path, keys: tuple[Path, ...], commitments: Path | None, title: str, on: dt.datetime | None
) -> None:
    """Write a static site over many runs and certificate bundles: vendors by rule and by fault, versions over time, badges.

    \b
    rtconform board runs/ certificates/ --out board --public-key certifier.pub
    rtconform board runs/nightly-* --out board --title "Nightly"

    A FOLDER is searched for run folders and for bundles (*.zip). Open board/index.html, or publish the folder as it is;
    board/board.json has the same content. When the board is built again, only what changed is read.

    What can't be read is named on the board and on standard error. Everything else is shown, and the exit code is 2.
    """
    known = [read_public_key(read_key_file(key), str(key)) for key in keys]
    day = on.date() if on else dt.datetime.now(dt.UTC).date()
    published = read_commitments(commitments) if commitments else frozenset()
    found = build_board(places, out, keys=known, on=day, title=title, progress=_told, commitments=published)
    say(out / "index.html")
    if found.unread:
        shown = "\n".join(f"{one_line(one.name)}: {one.why}" for one in found.unread[:20])
        raise UserError(f"{len(found.unread)} of these could not be read; the others are on the board:\n{shown}")


def _told(done: int, total: int) -> None:
    if sys.stderr.isatty() and not quiet():
        click.echo(f"\rread {done:,} of {total:,}", nl=done == total, err=True)
