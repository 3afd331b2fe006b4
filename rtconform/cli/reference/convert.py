"""`rtconform convert`: claims, dispositions and cases from one format into another."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, TextIO

import click

from rtconform.formats.registry import QUESTIONS
from rtconform.jobs.conversions import ACKNOWLEDGMENT, Converted, what_is
from rtconform.jobs.conversions import convert as converted
from rtconform.jobs.resource_claims import holds_claims
from rtconform.jobs.treatments.as_cases import TreatmentCase, cases_of
from rtconform.jobs.treatments.files import is_treatment
from rtconform.reference.errors import UserError
from rtconform.reports.text import one_line

_FILE = click.Path(dir_okay=False, path_type=Path)
_CASE = "case"
_OF_CASES = ("dicom", "hl7v2", "fhir")
_FORMATS = ("json", *dict.fromkeys(name for name, _ in QUESTIONS), ACKNOWLEDGMENT, _CASE)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--to", "target", type=click.Choice(_FORMATS), required=True, help="The format to write.")
@click.option("--claims", type=_FILE, metavar="FILE", help="The claims that dispositions are about, JSON, 837 or FHIR.")
@click.option("--losses", type=_FILE, metavar="FILE", help="Write what is lost here instead of standard error.")
@click.option("--out", type=_FILE, metavar="FILE", help="Write here instead of standard output.")
@click.option("--keep-identity", is_flag=True, help="Of a treatment: keep the patient's names and ids in the case.")
def convert(file: Path, target: str, claims: Path | None, losses: Path | None, out: Path | None, *, keep_identity: bool) -> None:
    """Write the claims, dispositions or cases of FILE in another format, and name what is lost.

    \b
    rtconform convert claims.jsonl --to x12 --out claims.837
    rtconform convert january.837 --to json
    rtconform convert january.835 --to json --claims january.837
    rtconform convert dispositions.jsonl --to x12 --claims claims.jsonl
    rtconform convert dispositions.jsonl --to 277ca --claims claims.jsonl
    rtconform convert claims.jsonl --to fhir --out claims.ndjson
    rtconform convert responses.ndjson --to json --claims claims.ndjson
    rtconform convert treatment/ --to case --out cases.jsonl

    The beginning of FILE shows what it holds. Claims are converted between JSON Lines, 837 and FHIR, dispositions between JSON
    Lines and 835, 277CA or FHIR (ClaimResponse); a 999 is read; cases go from JSON Lines to the other formats. A loss is
    something that the format can't say, found by reading back what was written. A document that can't be written is named with
    the reason; the others are written, and the exit code is then 2.

    FILE may also hold DICOM objects or FHIR resources, or be a folder of them, as for `rtconform code`. With --to json, or
    --to case, each day of a treatment becomes a case; what is missing in it is named, with what is supposed instead.
    """
    treatment = is_treatment(str(file)) and (target == _CASE or not holds_claims(file))
    if target == _CASE and not treatment:
        raise UserError(f"{file}: --to case converts DICOM objects or FHIR resources only")
    if treatment and target not in (_CASE, "json"):
        then = f", and the cases with --to {target}" if target in _OF_CASES else f": {target} holds no treatment"
        raise UserError(f"{file}: holds DICOM objects or FHIR resources: convert them with --to json{then}")
    found = None if treatment else what_is(file)
    for option, path in (("--out", out), ("--losses", losses)):
        if path is not None and path.exists():
            raise UserError(f"{option} {path}: exists already; give another name")
    documents = converted(found, target, claims) if found else iter(())
    with ExitStack() as stack:
        try:
            stream: BinaryIO = stack.enter_context(out.open("xb")) if out else sys.stdout.buffer
            told: TextIO = stack.enter_context(losses.open("x", encoding="utf-8")) if losses else sys.stderr
        except OSError as error:
            raise UserError(f"{error.filename}: {error.strerror}") from None
        if treatment:
            _write_cases(cases_of(str(file), keep_identity=keep_identity), stream, told)
        refused = _write(documents, str(file), stream, told)
    if refused:
        where = f"in {losses}" if losses else "above"
        raise UserError(f"{file}: {refused} could not be written as {target}; the reasons are {where}")


def _write_cases(cases: Iterator[TreatmentCase], stream: BinaryIO, told: TextIO) -> None:
    """Write each case, and say what is missing in it."""
    for case in cases:
        for sentence in case.missing:
            click.echo(one_line(f"{case.name}: missing: {sentence}"), file=told)
        for sentence in case.beside:
            click.echo(one_line(f"{case.name}: {sentence}"), file=told)
        stream.write(case.document + b"\n")
    stream.flush()


def _write(documents: Iterator[Converted], source: str, stream: BinaryIO, told: TextIO) -> int:
    """Write what can be written; how many could not. What is no document's own is said of the file, `source`."""
    refused = 0
    for document in documents:
        for loss in document.losses:
            what = "lost" if document.content is not None else "not written"
            click.echo(one_line(f"{document.name or source}: {what}: {loss}"), file=told)
        if document.content is None:
            refused += 1
        else:
            stream.write(document.content)
    stream.flush()
    return refused
