"""The manual page, rtconform(1), made from the commands: `man rtconform` where the wheel is installed.

click-man was looked at: it writes a file per command and escapes nothing (a line of help that begins with a dot becomes a macro).
It knows neither groups that import their commands late nor click's own mark for lines that stay as they are.
"""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click

from rtconform._version import __version__
from rtconform.cli.main import cli
from tools.pages.command_tree import commands_of

_AS_IT_STANDS = "\b"
_CHANGES = Path(__file__).resolve().parents[2] / "CHANGELOG.md"


def man_page() -> str:
    """The page in the man macros of roff, in ASCII."""
    lines = [
        '.\\" Made from the commands by `make docs`; not edited by hand.',
        f'.TH RTCONFORM 1 {_released()} "rtconform {__version__}" "User Commands"',
        ".SH NAME",
        f"rtconform \\- {_escaped((cli.help or '').split('.')[0])}",
        ".SH SYNOPSIS",
        "\\fBrtconform\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]",
        ".SH DESCRIPTION",
        *_paragraphs(cli.help or ""),
        ".SH COMMANDS",
    ]
    for path, command in commands_of(("rtconform",), cli):
        if len(path) > 1:
            context = click.Context(command, info_name=" ".join(path), **cli.context_settings)
            lines += [f".SS {_escaped(' '.join([*path, *command.collect_usage_pieces(context)]))}", *_command(command, context)]
    return "\n".join(lines) + "\n"


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    yield from _paragraphs(command.help or "")
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and record[1] and "--help" not in parameter.opts:
            yield from (".TP", f"\\fB{_escaped(record[0])}\\fR", _escaped(" ".join(record[1].split())))


def _released() -> str:
    """The day of the last release, which a manual page shows at its foot."""
    (day, *_) = re.findall(r"^## \[[^]]+\] - (\d{4}-\d\d-\d\d)$", _CHANGES.read_text(encoding="utf-8"), re.MULTILINE)
    return str(day)


def _paragraphs(text: str) -> Iterator[str]:
    """Paragraphs are filled, but for those that click leaves as they stand. The first one follows its heading without a mark."""
    for number, paragraph in enumerate(inspect.cleandoc(text.replace("\f", "")).split("\n\n")):
        if number:
            yield ".PP"
        first, *rest = paragraph.splitlines()
        if first.strip() == _AS_IT_STANDS:
            yield from (".nf", *map(_escaped, rest), ".fi")
        else:
            yield _escaped(" ".join(paragraph.split()))


def _escaped(text: str) -> str:
    """Text that roff prints as it is: no escape, no macro at its beginning, hyphens that can be copied."""
    safe = text.replace("\\", "\\e").replace("-", "\\-")
    ascii_only = "".join(letter if letter.isascii() else f"\\[u{ord(letter):04X}]" for letter in safe)
    return f"\\&{ascii_only}" if ascii_only.startswith((".", "'")) else ascii_only
