"""`rtconform payer`: a payer profile of the user's own, looked at before anybody is judged by it."""

from collections import Counter
from pathlib import Path

import click

from rtconform.cli.options import FORMAT, asked_of, print_rows
from rtconform.generators.suites.registry import any_suite
from rtconform.generators.suites.suite import SuiteClaim
from rtconform.reference.documents.adjudication import AdjudicationLine
from rtconform.reference.editor.editor import adjudicate
from rtconform.reference.editor.payers import digest_of, load_profile, profile_of, shipped_profile_of

SUITES = ("edits-claim", "edits-documented", "edits-national")
_COLUMNS = ("suite", "lines", "shipped profile", "yours", "example")


@click.group()
def payer() -> None:
    """Look at a payer profile of your own.

    \b
    rtconform payer check our_payer.toml
    """


@payer.command()
@click.argument("profile", type=click.Path(path_type=Path), metavar="PROFILE.toml")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the suites.")
@FORMAT
def check(profile: Path, seed: int, form: str) -> None:
    """Show which answers of the suites PROFILE.toml changes, and how many claim lines have each change.

    Claims to the payers that the profile names are adjudicated twice: by the shipped profiles and by yours.
    """
    (own,) = asked_of((load_profile(profile),))
    met: Counter[tuple[str, str, str]] = Counter()
    examples: dict[tuple[str, str, str], str] = {}
    looked_at = 0
    for name in SUITES:
        suite = any_suite(name)
        for index in range(suite.size(None)):
            item = suite.case(index, seed)
            if not isinstance(item, SuiteClaim) or profile_of(item.claim.payer, (own,)) is not own:
                continue
            before, after = adjudicate(item.claim, shipped_profile_of(item.claim.payer)), adjudicate(item.claim, own)
            for was, now in zip(before.lines, after.lines, strict=True):
                looked_at += 1
                if (_due(was), _due(now)) != (_due(was), _due(was)):
                    change = (name, _due(was), _due(now))
                    met[change] += 1
                    examples.setdefault(change, item.id)
    rows = [
        {"suite": name, "lines": number, "shipped profile": was, "yours": now, "example": examples[name, was, now]}
        for (name, was, now), number in met.most_common()
    ]
    print_rows(rows, form, _COLUMNS, (None, None, 40, 40, None))
    changed = sum(met.values())
    said = f"{own.name} ({digest_of(own)[:16]}): {changed} of {looked_at} lines to {', '.join(own.payers)} have another answer"
    click.echo(said, err=True)


def _due(line: AdjudicationLine) -> str:
    """What is right for a line, in a few words."""
    why = f" ({line.category})" if line.category else ""
    either = ", may be stopped" if line.disposition == "allow" and line.accepted else ""
    return f"{line.disposition}{why}{either}"
