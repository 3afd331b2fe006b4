"""Options and printing that commands share."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import click
from tabulate import tabulate

FORMAT = click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="For a person, or JSON."
)


def names(text: str) -> tuple[str, ...]:
    """The names in a comma-separated option."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def print_rows(rows: Iterable[dict[str, Any]], form: str, columns: Sequence[str], widths: Sequence[int | None]) -> None:
    """Print rows: as JSON whole, as a table the named columns, wrapped to widths."""
    rows = list(rows)
    if form == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    cells = [[row[column] for column in columns] for row in rows]
    click.echo(tabulate(cells, headers=list(columns), maxcolwidths=list(widths), tablefmt="simple"))
