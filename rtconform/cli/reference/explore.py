"""`rtconform explore`: a page on which a person sets the facts of a session and sees codes and rules."""

from pathlib import Path

import click

from rtconform.cli.options import QUIET, say
from rtconform.reference.errors import UserError
from rtconform.reports.explorer.page import as_html


@click.command()
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("explore.html"),
    show_default=True,
    help="The page.",
)
@click.option("--replace", is_flag=True, help="Replace an existing file.")
@QUIET
def explore(out: Path, replace: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Write a page on which you set the facts of a session and see its codes, the rules behind them, and its documents.

    The page is one file that fetches nothing. Its rules are exported from the rule book (`rtconform rules --format json`).

    \b
    rtconform explore --out explore.html
    """
    try:
        with out.open("w" if replace else "x", encoding="utf-8") as stream:
            stream.write(as_html())
    except FileExistsError:
        raise UserError(f"{out} exists already: give another --out, or --replace") from None
    except OSError as error:
        raise UserError(f"--out {out}: {error.strerror}") from None
    say(out)
