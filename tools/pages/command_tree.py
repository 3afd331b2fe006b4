"""Every command of the command line, with its path."""

from collections.abc import Iterator

import click


def commands_of(path: tuple[str, ...], command: click.Command) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """The command, and where it is a group all commands in it, in their order."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            if (found := command.get_command(context, name)) is not None:
                yield from commands_of((*path, name), found)
