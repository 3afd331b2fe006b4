"""The command line. Standard output carries results, standard error everything else; nothing prompts.

Each command has a file of its name in the folders beside this one, and is imported only when it is called: `--help` is quick.
"""

import difflib
import importlib
import os
import signal
import sys

import click

from rtconform._version import __version__
from rtconform.reference import RULE_SET

COMMANDS = {
    "demo": ("running.demo", "Run a sample vendor that has known faults, to see what a report is like."),
    "run": ("running.run", "Run suites against a vendor's coder, judge the answers, write a report."),
    "merge": ("running.merge", "Join the shards of a run (run --shard) into one run."),
    "report": (
        "reporting.report",
        "Render a finished or interrupted run: HTML, JUnit XML, JSON, Markdown, TAP, badge, CSV.",
    ),
    "hunt": ("running.hunt", "Find a coder's faults, each with its smallest case."),
    "compare": ("reporting.compare", "Compare two runs: what broke, what was fixed, what is new."),
    "board": ("reporting.board", "Write a site over many runs and certificates: vendors, rules, faults, versions, badges."),
    "replay": ("running.replay", "Ask the failed cases of a run again, and only those."),
    "generate": ("reference.generate", "Print the cases or claims of a suite, as JSON Lines or in another format."),
    "export": ("reference.export", "Write a suite as plain files, with the expected answers."),
    "convert": ("reference.convert", "Write claims, dispositions or cases in another format, and name what is lost."),
    "code": ("reference.code", "Print the reference's coding of cases, with the rules behind every line."),
    "edit": ("reference.edit", "Print the reference's dispositions of claims, with the rules behind every line."),
    "payer": ("reference.payer", "Show which answers of the suites a payer profile of your own changes."),
    "tables": ("reference.tables", "Load CMS's national tables, and look up codes in them."),
    "rules": ("reference.rules", "Print the coding rules with their sources."),
    "explore": ("reference.explore", "Write a page on which you set the facts of a session and see its codes and rules."),
    "schema": ("reference.schema", "Print the JSON Schema of a wire document."),
    "suites": ("reference.suites", "List the suites."),
    "space": ("reference.space", "Print the space of treatments: dimensions, constraints, exact counts."),
    "strength": ("certifying.strength", "Show how strong suites are: which faulty coders and editors they stop."),
    "vendor": ("running.vendor", "Begin a vendor file, and check that it works."),
    "certify": ("certifying.certify", "Make a certifying run, and write the signed bundle that proves its outcome."),
    "verify": (
        "certifying.verify",
        "Check a bundle offline: verify the signature, make the cases again, judge the answers again.",
    ),
    "seed": ("certifying.seed", "Commit to a secret seed before a certifying run, and reveal it after."),
    "about": ("reference.about", "Print the versions of rtconform, its rule set and dependencies, with their licences."),
    "completion": ("completion", "Print the shell completion script."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which a newcomer needs them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"rtconform.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from the table alone: nothing is imported for `--help`."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest command named where there is none."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            meant = f"did you mean {near[0]}? There are" if near else "there are"
            ctx.fail(f"no command {args[0]!r}; {meant}: {', '.join(COMMANDS)}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """As click does; interrupted while nothing is there to keep, it ends as it does where there is: with 130, not 1."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            from rtconform.conformance.verdicts import EXIT_INTERRUPTED  # noqa: PLC0415 - for this end only

            click.echo("rtconform: interrupted", err=True)
            ctx.exit(EXIT_INTERRUPTED)
        except BrokenPipeError:
            raise _ReaderGone from None  # click would end with 1, which says "not conformant"


class _ReaderGone(Exception):
    """Who read our standard output has gone (`| head`)."""


EXIT_READER_GONE = 141
"""As the shell says it of a program that SIGPIPE ended: neither conformant nor not, and nothing is wrong with us."""


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message=f"rtconform {__version__}, rule set {RULE_SET}")
def cli() -> None:
    """Certify software that codes radiation treatment delivery for dates of service in 2026.

    \b
    Begin here:
      rtconform vendor init --kind cli > vendor.toml     describe your coder
      rtconform vendor check vendor.toml                 prove that it can be reached
      rtconform run vendor.toml --suite published,boundaries

    Exit codes: 0 conformant, 1 not conformant, 2 the command or a file is wrong, 3 the vendor could not be reached,
    130 interrupted (continue with --resume).

    Progress is shown only at a terminal. Colours follow NO_COLOR. With --quiet only what was asked for remains: files, JSON,
    findings, warnings and the exit code.
    """


def main(args: list[str] | None = None) -> None:
    """Run the command line; errors that we raise on purpose become a message and an exit code, never a traceback."""
    from rtconform.reference.errors import RtconformError  # noqa: PLC0415 - after click, which must answer --help quickly

    # CI systems stop a job by SIGTERM: it ends as tidily as on Ctrl-C
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        try:
            cli.main(args=args, prog_name="rtconform")
        finally:
            sys.stdout.flush()  # what is left is written here, where a failure can still be told
    except RtconformError as error:
        from rtconform.reports.text import clean  # noqa: PLC0415 - for this end only

        click.echo(clean(f"rtconform: {error}"), err=True)  # it may quote a document, which may hold commands to a terminal
        sys.exit(error.exit_code)
    except (_ReaderGone, BrokenPipeError):
        _write_no_more()
        sys.exit(EXIT_READER_GONE)
    except OSError as error:  # a full disk under standard output, in the first place
        from rtconform.reference.regular_file import shown  # noqa: PLC0415 - for this end only

        _write_no_more()
        place = "standard output" if error.filename is None else shown(os.fsdecode(error.filename))
        click.echo(f"rtconform: {place}: {error.strerror or error}", err=True)
        sys.exit(2)


def _write_no_more() -> None:
    """Python writes what is left of standard output when it ends: to nowhere, from now on."""
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device
        os.dup2(nowhere.fileno(), 1)
