"""`rtconform completion`: tab completion for the shell."""

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for SHELL.

    \b
    bash:  rtconform completion bash > ~/.local/share/bash-completion/completions/rtconform
    zsh:   rtconform completion zsh > ~/.zfunc/_rtconform        (with ~/.zfunc in $fpath)
    fish:  rtconform completion fish > ~/.config/fish/completions/rtconform.fish
    """
    from rtconform.cli.main import cli  # noqa: PLC0415 - the group imports this file

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"click has no completion for {shell}")
    # click's bash class asks the installed bash for its version before it prints anything; the script itself does not need that
    script = found(cli, {}, "rtconform", "_RTCONFORM_COMPLETE")
    text = script.source_template % script.source_vars()
    # click's script for fish cuts each line at every comma, and a list of suites has commas
    click.echo(text.replace('string split "," ', 'string split --max 1 "," '))
