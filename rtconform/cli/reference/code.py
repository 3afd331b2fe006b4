"""`rtconform code`: what the reference makes of cases."""

import click

from rtconform.cli.options import documents_of
from rtconform.jobs.treatments.files import is_treatment
from rtconform.jobs.treatments.shown import shown_days
from rtconform.reference.coder.coder import code as reference_code
from rtconform.reference.coder.rules import RULES
from rtconform.reference.codes import notation
from rtconform.reference.documents.coding import Coding
from rtconform.reference.documents.treatment import unknown_terms
from rtconform.reference.documents.wire import decode_cases, encode


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--explain", is_flag=True, help="Explain in prose, with sources, why each line is there.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    help="How a treatment in DICOM or FHIR is shown: as text (the default), or as JSON, one line for each day.",
)
@click.option("--keep-identity", is_flag=True, help="Show the patient's names and ids, which are removed otherwise.")
def code(files: tuple[str, ...], form: str | None, *, explain: bool, keep_identity: bool) -> None:
    """Print the reference's coding of the cases in FILEs (JSON Lines, `-` or none: standard input), one per line.

    \b
    rtconform generate boundaries | rtconform code
    rtconform code cases.jsonl --explain
    rtconform code treatment/                 a folder of DICOM RT files, or of FHIR resources

    The coding (rtconform.coding/1) names the rules behind every line, and the alternatives where guidance is ambiguous.

    A FILE may be a DICOM object or a folder of them: RT plans, RT treatment records and related objects, of any system. Each
    day is coded. The report says for each fact whether it was read (from which file and attribute), derived, or missing, and
    what a missing fact would decide. A JSON file or HL7 v2 messages in the folder can say what the objects lack.

    A FILE may also hold FHIR R4 resources, or be a folder of such files: plans, phases, courses, fractions and sessions as in
    CodeX RT and mCODE. Each patient is coded.
    """
    for name in files or ("-",):
        if is_treatment(name):
            for shown in shown_days(name, form or "text", explain=explain, keep_identity=keep_identity):
                click.echo(shown)
            continue
        for line, case in documents_of(name, decode_cases):
            for fault in unknown_terms(case):
                click.echo(f"rtconform: {_shown(name)}:{line}: {fault}: coded as DOC-UNKNOWN says", err=True)
            coding = reference_code(case)
            click.echo(explanation(coding) if explain else encode(coding))


def explanation(coding: Coding) -> str:
    """A coding in prose: the outcome, the lines, why, and the rules with their sources."""
    lines = [f"{line.session}  {notation(line.code, line.modifiers)} × {line.units}" for line in coding.lines]
    parts = [f"{coding.id}: {coding.outcome}", *(f"  {line}" for line in lines or ["no line"]), "  because"]
    parts += [f"    {reason}" for reason in coding.reasons]
    for alternative in coding.alternatives:
        billed = " + ".join(notation(line.code, line.modifiers) for line in alternative.lines)
        where = alternative.session or "the whole case"
        parts.append(f"  accepted too, for {where}: {billed or alternative.outcome or 'no line'} ({alternative.rule})")
    parts.append("  rules")
    for rule_id in coding.rules:
        rule = RULES[rule_id]
        parts.append(f"    {rule_id} ({rule.standing}; {rule.source}): {rule.says}")
    return "\n".join(parts) + "\n"


def _shown(name: str) -> str:
    return "<stdin>" if name == "-" else name
