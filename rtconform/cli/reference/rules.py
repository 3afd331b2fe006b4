"""`rtconform rules`: the coding rules."""

import click
import msgspec

from rtconform.cli.options import nearest, print_rows
from rtconform.cli.words import completes
from rtconform.reference.coder.decision_table import decision_table
from rtconform.reference.coder.dmn import as_dmn
from rtconform.reference.coder.rules import RULES, Rule, refinements_of
from rtconform.reference.errors import UserError


@click.command()
@click.argument("rule_id", required=False, metavar="[ID]", shell_complete=completes(RULES))
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "dmn"]),
    default="table",
    show_default=True,
    help="A table for a person, JSON, or DMN 1.3 (the whole book only).",
)
def rules(rule_id: str | None, form: str) -> None:
    """Print the coding rules, or the one with ID: what it says, its standing and its source.

    Without an ID, --format json prints the whole book as data (`rtconform schema rules`): rules, facts and decision tables, for
    software that loads rules into an engine of its own. DMN has the same facts and tables as an OMG Decision Model, with a
    decision `coding` that combines the tables.
    """
    if rule_id is not None and rule_id not in RULES:
        raise UserError(f"no rule {rule_id!r}{nearest(rule_id.upper(), RULES)}; `rtconform rules` lists them")
    if form == "dmn":
        if rule_id is not None:
            raise UserError(f"--format dmn: {rule_id} alone is not a decision model; leave out the rule, or give --format json")
        click.echo(as_dmn(decision_table()))
        return
    chosen = [RULES[rule_id]] if rule_id else list(RULES.values())
    if form == "json" and rule_id is None:
        click.echo(msgspec.json.format(msgspec.json.encode(decision_table()), indent=2))
        return
    if rule_id and form == "table":
        click.echo(_in_full(chosen[0]))
        return
    rows = [
        {"id": r.id, "section": r.section, "says": r.says, "standing": r.standing, "note": r.note, "source": r.source}
        for r in chosen
    ]
    print_rows(rows, form, ("id", "standing", "says", "source"), (None, None, 70, 30))


def _in_full(rule: Rule) -> str:
    note = f" ({rule.note})" if rule.note else ""
    says = click.wrap_text(rule.says, 90)
    refined_by = "".join(f"\n\n{row.id}: {click.wrap_text(row.says, 90)}" for row in refinements_of(rule.id))
    read_with = f"\n\nIt is read with:{refined_by}" if refined_by else ""
    return f"{rule.id}   {rule.section}\n\n{says}\n\nstanding: {rule.standing}{note}\nsource:   {rule.source}{read_with}"
