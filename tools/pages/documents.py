"""Documents that are made from the code: `python -m tools.pages.documents [--check] FOLDER`, by `make docs`."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import click

from rtconform.cli.main import cli
from rtconform.conformance.verdicts import FINDINGS, VERDICTS
from rtconform.reference.errors import UserError
from tools.pages.answer_pages import csv_page, hl7_page, x12_page
from tools.pages.claim_fields_page import claim_fields_page
from tools.pages.command_tree import commands_of
from tools.pages.editor_rules import editor_rules
from tools.pages.fhir_claims_page import fhir_claims_page
from tools.pages.fhir_page import definition_files, fhir_page
from tools.pages.formats_page import formats_page
from tools.pages.hl7_questions_page import hl7_questions_page
from tools.pages.lock import lock_document, refuse_silent_change
from tools.pages.man_page import man_page
from tools.pages.mutation_page import mutation_figures
from tools.pages.one_case import one_case
from tools.pages.payer_profiles_page import payer_profiles_page
from tools.pages.requirements import requirements_table
from tools.pages.rule_book import rule_book
from tools.pages.space_page import space_page
from tools.pages.strength_page import strength_figures


def verdict_table() -> str:
    """Verdicts and findings with their meaning and effect."""
    parts = [
        "# Verdicts, findings and exit codes\n",
        "Made from `conformance/verdicts.py` by `make docs`; don't edit it by hand.\n",
        "| verdict | means | can the run be conformant? |\n|---|---|---|",
    ]
    parts += [f"| `{name}` | {v.means} | {'yes' if v.conformant else 'no'} |" for name, v in VERDICTS.items()]
    parts += ["\n| finding | means | can the run be conformant? |\n|---|---|---|"]
    parts += [f"| `{name}` | {f.means} | {'yes' if f.conformant else 'no'} |" for name, f in FINDINGS.items()]
    parts.append(
        "\n| exit code | means |\n|---|---|\n| 0 | conformant |\n| 1 | not conformant |\n"
        "| 2 | the command or a file given to it is wrong |\n| 3 | the vendor could not be reached |\n"
        "| 130 | interrupted; the run can be resumed |\n\nThey come from verdicts and findings, never from a report.\n"
    )
    return "\n".join(parts)


def command_help() -> str:
    """Every command's help, as it is printed."""
    parts = ["# Commands\n", "Made from the commands themselves by `make docs`; don't edit it by hand.\n"]
    for path, command in commands_of(("rtconform",), cli):
        context = click.Context(command, info_name=" ".join(path), terminal_width=100, **cli.context_settings)
        parts.append(f"## {' '.join(path)}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


LOCK = "suites.lock"

DOCUMENTS: dict[str, Callable[[], str]] = {
    "reference/rule-book.md": rule_book,
    "reference/editor-rules.md": editor_rules,
    "reference/claim-fields.md": claim_fields_page,
    "reference/payer-profiles.md": payer_profiles_page,
    "reference/formats.md": formats_page,
    "reference/format-csv.md": csv_page,
    "reference/format-hl7v2.md": hl7_page,
    "reference/format-hl7v2-questions.md": hl7_questions_page,
    "reference/format-x12.md": x12_page,
    "reference/format-fhir.md": fhir_page,
    "reference/format-fhir-claims.md": fhir_claims_page,
    **definition_files(),
    "reference/one-case.md": one_case,
    "reference/commands.md": command_help,
    "reference/verdicts.md": verdict_table,
    "reference/requirements.md": requirements_table,
    "measured/strength-figures.md": strength_figures,
    "reference/space.md": space_page,
    "measured/mutation.md": mutation_figures,
    "rtconform.1": man_page,
    LOCK: lock_document,
}
"""Every made document by its path in `docs/`."""


def main() -> None:
    """Write the documents, or with --check say which are out of step (exit code 1)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    refuse_silent_change(arguments.folder / LOCK)
    stale = []
    for name, make in DOCUMENTS.items():
        path = arguments.folder / name
        text = make()
        if arguments.check:
            stale += [] if path.exists() and path.read_text(encoding="utf-8") == text else [str(path)]
        else:
            path.write_text(text, encoding="utf-8")
    if stale:
        sys.exit(f"out of step with the code: {', '.join(stale)}; run `make docs` and commit")


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        sys.exit(str(error))
