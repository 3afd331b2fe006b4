"""Options and printing that commands share."""

import difflib
import json
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from rtconform.generators.space.space import SPACE
from rtconform.reference.editor.payers import PayerProfile, load_profile, profile_of
from rtconform.reference.errors import UserError
from rtconform.reference.regular_file import open_regular

T = TypeVar("T")

FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="A table for a person, or JSON.",
)


_QUIET = "rtconform.quiet"


def _remember(context: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001 - as click calls it
    context.meta[_QUIET] = value or context.meta.get(_QUIET, False)


QUIET = click.option(
    "--quiet",
    "-q",
    is_flag=True,
    expose_value=False,
    callback=_remember,
    help="Leave out progress, summary and next steps; files, JSON, findings, warnings and the exit code remain.",
)
"""For each command that says what it does or did beside what it was asked for; `quiet` tells, `say` obeys."""


def quiet() -> bool:
    """Whether the command under way was given --quiet."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(_QUIET, False))


def say(text: object, *, err: bool = False) -> None:
    """Print what a person is told beside the result: nothing with --quiet."""
    if not quiet():
        click.echo(text, err=err)


OWN_PROFILES = click.option(
    "--payer-profile",
    "own",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A payer profile of your own, used for claims to the payers that it names; may be given again.",
)


def profiles_in(paths: tuple[Path, ...]) -> tuple[PayerProfile, ...]:
    """The profiles in the user's files. Raises UserError where two are for one payer."""
    found: dict[str, Path] = {}
    loaded = []
    for path in paths:
        profile = load_profile(path)
        for payer in profile.payers:
            if payer in found:
                raise UserError(f"{path}: payer {payer!r} has a profile already, in {found[payer]}: give one of the two")
            found[payer] = path
        loaded.append(profile)
    return tuple(loaded)


def asked_of(profiles: tuple[PayerProfile, ...]) -> tuple[PayerProfile, ...]:
    """The profiles, for suites of claims. Raises UserError for one that names none of the payers that suites send claims to."""
    asked = SPACE.parameters["payer"]
    for profile in profiles:
        if not any(profile_of(payer, (profile,)) is profile for payer in asked):
            known = ", ".join(asked)
            what = (
                f"payer profile {profile.name!r} is for {', '.join(profile.payers)}: no claim of a suite is sent to any of them"
            )
            raise UserError(f"{what}; add to its payers one of {known}, whose claims are then judged by it")
    return profiles


def names(text: str) -> tuple[str, ...]:
    """The names in a comma-separated option."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def all_names(texts: Iterable[str]) -> tuple[str, ...]:
    """The names in all that a comma-separated option was given, when it may be given again; each once."""
    return tuple(dict.fromkeys(name for text in texts for name in names(text)))


def shard_of(text: str) -> tuple[int, int]:
    """The part and the number of parts that I/N names."""
    part, slash, parts = text.partition("/")
    if slash and part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts):
        return int(part), int(parts)
    raise click.BadParameter(f"{text!r}: write I/N with 1 ≤ I ≤ N, for instance 3/8", param_hint="--shard")


def pasted(*words: str | Path) -> str:
    """A command that a shell takes as it stands."""
    return shlex.join(str(word) for word in words)


def given(**options: object) -> Iterator[str]:
    """The options that were given, as they are written."""
    for name, value in options.items():
        for each in value if isinstance(value, tuple) else () if value is None else (value,):
            yield from (f"--{name}", str(each))


def slug(name: str) -> str:
    """A name of somebody's, for use in a file's name."""
    return "".join(c if c.isalnum() else "-" for c in name.lower()).strip("-")[:40]


def print_rows(rows: Iterable[dict[str, Any]], form: str, columns: Sequence[str], widths: Sequence[int | None]) -> None:
    """Print rows: as JSON whole, as a table the named columns, wrapped to widths."""
    rows = list(rows)
    if form == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    cells = [[row[column] for column in columns] for row in rows]
    from tabulate import tabulate  # noqa: PLC0415 - dear to import, and not every command prints a table

    click.echo(tabulate(cells, headers=list(columns), maxcolwidths=list(widths), tablefmt="simple"))


def documents_of(name: str, decode: Callable[[Iterable[bytes], str], Iterator[tuple[int, T]]]) -> Iterator[tuple[int, T]]:
    """The documents in a file, or in standard input where `name` is `-`, each with its line, as `decode` reads them."""
    if name == "-":
        yield from decode(sys.stdin.buffer, "<stdin>")
        return
    try:
        with open_regular(Path(name)) as stream:
            yield from decode(stream, name)
    except OSError as error:
        raise UserError(f"{name}: {error.strerror}") from None


def nearest(name: str, known: dict[str, Any]) -> str:
    """A hint at the name that was probably meant; empty where none is near."""
    close = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""
