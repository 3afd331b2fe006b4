"""A bundle: one file with the sealed statement, the run's records as they were written, and what a person reads.

`read_bundle` takes any file. If it is not a bundle, a UserError says where. An altered bundle is returned, and says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rtconform.conformance.certificates.container import pack, unpack
from rtconform.conformance.certificates.envelope import Envelope, SigningKey, read_envelope, seal
from rtconform.conformance.certificates.statement import Statement, read_statement, statement_bytes
from rtconform.conformance.runs.folder import EVENTS, MANIFEST, RESULTS
from rtconform.reference.errors import UserError

ENVELOPE = "certificate.dsse.json"
TEXT = "certificate.txt"
SEED = "seed.json"
CASES = "cases.jsonl"
REPORT = "report.html"
RECORDS = (MANIFEST, RESULTS, EVENTS)
ORDER = (ENVELOPE, TEXT, SEED, CASES, *RECORDS, REPORT)
"""The files in the order in which they are packed; `seed.json` is there where the seed has a commitment."""

FILES = tuple(name for name in ORDER if name not in (ENVELOPE, SEED))
"""What every bundle holds beside the envelope."""


@dataclass(frozen=True)
class Bundle:
    """A bundle that could be read. `altered`: where its form is not the one that certify writes (empty: nowhere)."""

    source: str
    files: Mapping[str, bytes]
    envelope: Envelope
    statement: Statement
    altered: str


def write_bundle(files: Mapping[str, bytes], statement: Statement, key: SigningKey | None) -> bytes:
    """The bundle of these files (without the envelope) and the statement over them."""
    return pack({ENVELOPE: seal(statement_bytes(statement), key), **files})


def read_bundle(document: bytes, source: str) -> Bundle:
    """The bundle in `document`. Raises UserError where there is none to be read."""
    contents = unpack(document, source)
    files = dict(contents.files)
    if ENVELOPE not in files:
        raise UserError(f"{source}: no {ENVELOPE} in it: this is not a bundle of rtconform certify")
    envelope, canonical = read_envelope(files.pop(ENVELOPE), f"{source}: {ENVELOPE}")
    statement = read_statement(envelope.payload, f"{source}: {ENVELOPE}: payload")
    altered = contents.altered
    known = [name for name in contents.files if name in ORDER]
    if known != sorted(known, key=ORDER.index):
        altered = altered or "the files are not in the order in which they are packed"
    if not canonical:
        altered = altered or f"{ENVELOPE} is not in the form in which it is written"
    if statement_bytes(statement) != envelope.payload:
        altered = altered or f"{ENVELOPE}: the payload is not in the form in which it is written"
    return Bundle(source, files, envelope, statement, altered)
