"""`rtconform schema`: the JSON Schemas of all documents."""

import json
from typing import Any

import click

from rtconform.cli.options import nearest
from rtconform.cli.words import completes
from rtconform.conformance.certificates.statement import Statement
from rtconform.conformance.records import KnownFaults, Manifest, Result
from rtconform.conformance.runs.log import LogLine
from rtconform.conformance.strength.document import EditorStrength, Strength
from rtconform.reference.coder.decision_table import DecisionTable
from rtconform.reference.documents.claim import Claim
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import WIRE_TYPES
from rtconform.reference.documents.wire import schema as schema_of
from rtconform.reference.errors import UserError
from rtconform.reports.board.document import Board
from rtconform.reports.comparison.compare import Comparison
from rtconform.reports.writers.json import Report

SCHEMAS: dict[str, type[Any]] = {
    **WIRE_TYPES,
    "result": Result,
    "manifest": Manifest,
    "certificate": Statement,
    "report": Report,
    "comparison": Comparison,
    "board": Board,
    "known-faults": KnownFaults,
    "log": LogLine,
    "strength": Strength,
    "editor-strength": EditorStrength,
    "rules": DecisionTable,
}

CLOSED: dict[str, type[Any]] = {"case-closed": Case, "claim-closed": Claim}
"""The same documents with the closed vocabulary: a technique, radiation or method that we don't know is a fault there."""


@click.command()
@click.argument("name", required=False, shell_complete=completes((*SCHEMAS, *CLOSED)))
def schema(name: str | None) -> None:
    """Print the JSON Schema (draft 2020-12) of wire document NAME, or without NAME the list of names.

    `case` and `claim` are what a vendor may be sent: a technique, radiation or method in them can be an unknown one.
    `case-closed` and `claim-closed` allow only the known ones.

    \b
    rtconform schema case > case.schema.json
    """
    if name is None:
        for known, kind in SCHEMAS.items():
            click.echo(f"{known:15} {(kind.__doc__ or '').splitlines()[0]}")
        for known in CLOSED:
            click.echo(
                f"{known:15} The same as {known.removesuffix('-closed')}, with known techniques, radiations and methods only."
            )
        return
    kinds = SCHEMAS | CLOSED
    if name not in kinds:
        raise UserError(f"no schema {name!r}{nearest(name, kinds)}; there are: {', '.join(kinds)}")
    title = f"rtconform.{name.removesuffix('-closed')}/1"
    click.echo(json.dumps(schema_of(kinds[name], title, closed=name in CLOSED), indent=2, ensure_ascii=False))
