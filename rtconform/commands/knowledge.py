"""`rtconform rules`, `rtconform schema`, `rtconform suites`: what there is."""

import difflib
import json
from typing import Any

import click

from rtconform.commands.options import FORMAT, print_rows
from rtconform.conformance.certificates.statement import Statement
from rtconform.conformance.records import Manifest, Result
from rtconform.conformance.runlog import LogLine
from rtconform.conformance.strength.document import Strength
from rtconform.generators.suites import SUITES, any_suite, digest
from rtconform.lock import DEFAULT_SEED
from rtconform.reference.errors import UserError
from rtconform.reference.rules import RULES, Rule
from rtconform.reference.wire import WIRE_TYPES
from rtconform.reference.wire import schema as schema_of
from rtconform.reports.compare import Comparison
from rtconform.reports.json_report import Report

SCHEMAS: dict[str, type[Any]] = {
    **WIRE_TYPES,
    "result": Result,
    "manifest": Manifest,
    "certificate": Statement,
    "report": Report,
    "comparison": Comparison,
    "log": LogLine,
    "strength": Strength,
}


@click.command()
@click.argument("rule_id", required=False, metavar="[ID]")
@FORMAT
def rules(rule_id: str | None, form: str) -> None:
    """Print the coding rules, or the one with ID: what it says, its standing and its source."""
    if rule_id is not None and rule_id not in RULES:
        raise UserError(f"no rule {rule_id!r}{_nearest(rule_id.upper(), RULES)}; `rtconform rules` lists them")
    chosen = [RULES[rule_id]] if rule_id else list(RULES.values())
    if rule_id and form == "table":
        click.echo(_in_full(chosen[0]))
        return
    rows = [
        {"id": r.id, "section": r.section, "says": r.says, "standing": r.standing, "note": r.note, "source": r.heading}
        for r in chosen
    ]
    print_rows(rows, form, ("id", "standing", "says", "source"), (None, None, 70, 30))


@click.command()
@click.argument("name", required=False)
def schema(name: str | None) -> None:
    """Print the JSON Schema (draft 2020-12) of wire document NAME, or the names there are.

    \b
    rtconform schema case > case.schema.json
    """
    if name is None:
        for known, kind in SCHEMAS.items():
            click.echo(f"{known:13} {(kind.__doc__ or '').splitlines()[0]}")
        return
    if name not in SCHEMAS:
        raise UserError(f"no schema {name!r}{_nearest(name, SCHEMAS)}; there are: {', '.join(SCHEMAS)}")
    click.echo(json.dumps(schema_of(SCHEMAS[name], f"rtconform.{name}/1"), indent=2, ensure_ascii=False))


@click.command()
@FORMAT
def suites(form: str) -> None:
    """List the suites: what each is for, how many cases it has, its version; as JSON with its digest at the default seed."""
    rows = []
    for name in SUITES:
        found = any_suite(name)
        row = {"suite": name, "version": found.version, "asks": found.asks, "cases": found.size(None), "about": found.about}
        # a digest is made of thousands of cases: a person who looks what there is does not wait for it
        rows.append({**row, "digest": digest(found, DEFAULT_SEED)} if form == "json" else row)
    print_rows(rows, form, ("suite", "asks", "version", "cases", "about"), (None, None, None, None, 80))


def _in_full(rule: Rule) -> str:
    note = f" ({rule.note})" if rule.note else ""
    says = click.wrap_text(rule.says, 90)
    return f"{rule.id}   {rule.section}\n\n{says}\n\nstanding: {rule.standing}{note}\nsource:   {rule.heading}"


def _nearest(name: str, known: dict[str, Any]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""
