"""`rtconform generate`: the cases or claims of a suite."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click
from msgspec.structs import replace

from rtconform.cli.options import shard_of
from rtconform.cli.words import completes
from rtconform.formats.fhir.case_writer import write_bundle
from rtconform.formats.fhir.claims.claim_writer import write_claim
from rtconform.formats.hl7.treatment.question import write_case
from rtconform.formats.messages import Inexpressible
from rtconform.formats.names import name_of
from rtconform.formats.x12.claim_writer import write_claims
from rtconform.generators.suites.registry import SUITES, any_suite, suite_of_id
from rtconform.generators.suites.suite import SuiteItem, part_of
from rtconform.jobs.treatments.written import write_treatments
from rtconform.reference.documents.claim import Claim
from rtconform.reference.documents.treatment import Case
from rtconform.reference.errors import UserError


@click.command()
@click.argument("suite", required=False, shell_complete=completes(SUITES, or_file=True))
@click.option("--id", "case_id", help="Print only the case with this id; give SUITE only if it is a file.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed, for suites that use one.")
@click.option("--count", type=click.IntRange(min=1), help="Number of cases, for suites of any length.")
@click.option("--shard", metavar="I/N", help="Print only part I of N, in order; the parts together are the suite.")
@click.option("--out", type=click.Path(path_type=Path), help="Write here instead of standard output; a folder with --as dicom.")
@click.option(
    "--as",
    "written",
    type=click.Choice(["837", "dicom", "fhir", "hl7v2"]),
    help="Instead of JSON: each claim as 837, each case as HL7 v2 messages or DICOM RT files, either as a FHIR Bundle.",
)
def generate(
    suite: str | None,
    case_id: str | None,
    seed: int,
    count: int | None,
    shard: str | None,
    out: Path | None,
    written: str | None,
) -> None:
    """Print the cases (rtconform.case/1) or claims (rtconform.claim/1) of SUITE as JSON Lines, one per line.

    \b
    rtconform generate boundaries --out cases.jsonl
    rtconform generate --id boundaries:approval-a-minute-before
    rtconform generate edits-claim --as 837 --out claims.837
    rtconform generate clinic --as dicom --out treatments --count 100
    rtconform generate clinic --as hl7v2 --out visits.hl7 --count 100
    rtconform generate clinic --as fhir --out bundles.ndjson --count 100
    rtconform generate edits-claim --as fhir --out claims.ndjson

    What a format can't say is named on standard error, with the reason. With --as dicom each case becomes a folder of its own,
    with a companion.json for what no DICOM object has a place for. With --as fhir each case or claim is a Bundle, one per line.
    """
    if suite is None and case_id is None:
        raise click.UsageError("give a SUITE, or --id with a case's id")
    found = _one(suite, case_id) if case_id is not None else _many(str(suite), seed, count, shard)
    if written == "dicom":
        if out is None:
            raise click.UsageError("--as dicom writes folders: give --out with the folder that they go into")
        write_treatments(found, out, lambda said: click.echo(said, err=True))
        return
    write = {"837": _as_837, "fhir": _as_fhir, "hl7v2": _as_hl7}.get(written or "")
    wires = write(found) if write else (item.wire + b"\n" for item in found)
    if out is None:
        _write(sys.stdout.buffer, wires)
        return
    temporary = out.with_name(f"{out.name}.tmp")
    try:
        if out.exists() and not out.is_file():  # a device or a pipe: written to, never replaced by a file
            with out.open("wb") as stream:
                _write(stream, wires)
            return
        with temporary.open("wb") as stream:
            _write(stream, wires)
        temporary.replace(out)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UserError(f"--out {out}: {error.strerror}") from None


def _one(name: str | None, case_id: str) -> Iterator[SuiteItem]:
    suite = suite_of_id(case_id) if name is None else any_suite(name)
    index, seed = suite.index_of(case_id)
    yield suite.case(index, seed)


def _many(name: str, seed: int, count: int | None, shard: str | None) -> Iterator[SuiteItem]:
    suite = any_suite(name)
    size = suite.size(count)
    part, parts = shard_of(shard) if shard else (1, 1)
    for index in part_of(size, part, parts):
        yield suite.case(index, seed)


def _as_837(found: Iterator[SuiteItem]) -> Iterator[bytes]:
    """Each claim as an interchange of its own, under a name that an 837 can carry."""
    for item in found:
        claim = item.question
        if not isinstance(claim, Claim):
            raise UserError(
                f"{claim.id} is a case: only claims are written as 837; give a suite of claims, for instance edits-claim"
            )
        try:
            yield write_claims([replace(claim, id=name_of(claim.id, _PUBLIC))])
        except Inexpressible as why:
            click.echo(f"{claim.id}: not written: {why}", err=True)


def _cases(found: Iterator[SuiteItem], what: str) -> Iterator[Case]:
    for item in found:
        case = item.question
        if not isinstance(case, Case):
            raise UserError(f"{case.id} is a claim: only cases are written as {what}; give a suite of cases, for instance clinic")
        yield case


def _as_hl7(found: Iterator[SuiteItem]) -> Iterator[bytes]:
    """The messages of each case in their frames, under a name that they can carry."""
    for case in _cases(found, "HL7 v2"):
        yield from (part.content for part in write_case(replace(case, id=name_of(case.id, _PUBLIC))))


def _as_fhir(found: Iterator[SuiteItem]) -> Iterator[bytes]:
    """Each case or claim as a Bundle on a line of its own."""
    for item in found:
        question = item.question
        name = name_of(question.id, _PUBLIC)
        try:
            if isinstance(question, Claim):
                yield write_claim(replace(question, id=name))
            else:
                yield write_bundle(replace(question, id=name))
        except Inexpressible as why:
            click.echo(f"{question.id}: not written: {why}", err=True)


_PUBLIC = b"generate"
"""The key of the names in files that anyone may make again."""


def _write(stream: BinaryIO, wires: Iterator[bytes]) -> None:
    for wire in wires:
        stream.write(wire)
    stream.flush()
