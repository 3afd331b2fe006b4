"""Claims in a user's own files: our JSON Lines, 837 interchanges or FHIR, one file or a folder; read one claim at a time."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

from rtconform.formats.claims import PassedThrough, charge_of
from rtconform.formats.x12.claim_reader import read_claims
from rtconform.formats.x12.segments import stream_segments
from rtconform.jobs.resource_claims import holds_claims, kind_of, resource_claims
from rtconform.reference.documents.claim import Claim
from rtconform.reference.documents.wire import decode_claims
from rtconform.reference.errors import UserError
from rtconform.reference.regular_file import open_regular

X12_SUFFIXES = (".837", ".x12", ".edi")
SUFFIXES = (*X12_SUFFIXES, ".jsonl")
RESOURCE_SUFFIXES = (".json", ".ndjson")
"""How the names of the files end that are read of a folder; of the latter, those that hold claims in FHIR."""

_FIRST = 64 * 1024
_ANSWERS = "; it holds decisions on claims: use rtconform edit CLAIMS --decided FILE, or rtconform convert FILE --claims CLAIMS"
BEFORE = b"\xef\xbb\xbf \t\r\n\x00\x1a"
"""What may stand before the first segment of a file: the mark of UTF-8, blanks."""


@dataclass(frozen=True)
class FoundClaim:
    """One claim of a file. `claim` None: it could not be used, and `notes` say why. `charges`: by line number."""

    source: str
    name: str
    claim: Claim | None
    notes: tuple[str, ...] = ()
    outside: tuple[PassedThrough, ...] = ()
    charges: dict[int, Decimal] = field(default_factory=dict)

    @property
    def foreign(self) -> bool:
        """Whether the claim bills nothing of which edits could say anything; nothing is wrong with it."""
        return self.claim is None and bool(self.outside) and all(line.foreign for line in self.outside)


def claims_in(name: str) -> Iterator[FoundClaim]:
    """The claims of a file, of each file of a folder, or of standard input (`-`). Raises UserError, or DocumentError."""
    path = Path(name)
    if name != "-" and path.is_dir():
        files = sorted(one for one in path.iterdir() if one.is_file() and _is_read(one))
        if not files:
            raise UserError(f"{name}: no file of this folder ends in {', '.join(SUFFIXES)}, or holds claims in FHIR")
        for file in files:
            yield from claims_in(str(file))
        return
    with _opened(name) as stream:
        source = "<stdin>" if name == "-" else name
        first = _beginning(stream)
        if first.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise UserError(f"{source}: this is UTF-16 text; save it as UTF-8, or as plain ASCII")
        if is_x12(first):
            yield from _from_837(cast("BinaryIO", _Begun(first.lstrip(BEFORE), stream)), source)
            return
        begun = first.lstrip(BEFORE)
        whole = begun + (stream.read(_FIRST) if begun.strip() == b"{" else b"")
        if kind_of(whole):
            for one in resource_claims(whole, stream, source):
                yield FoundClaim(source, one.name, one.claim, one.notes, one.outside, one.charges)
        else:
            first += stream.readline() if len(first) == _FIRST else b""
            for _, claim in decode_claims(chain([first], stream), source):
                charges = {line.number: Decimal(charge_of(line)) for line in claim.lines}
                yield FoundClaim(source, claim.id, claim, charges=charges)


def _is_read(path: Path) -> bool:
    suffix = path.suffix.lower()
    return suffix in SUFFIXES or (suffix in RESOURCE_SUFFIXES and holds_claims(path))


def _beginning(stream: BinaryIO) -> bytes:
    """The first line that is not blank, with what comes before it."""
    first = line = stream.readline(_FIRST)
    while line and not line.strip(BEFORE) and len(first) < _FIRST:
        line = stream.readline(_FIRST)
        first += line
    return first


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        with open_regular(Path(name)) as stream:
            yield stream
    except OSError as error:
        raise UserError(f"{name}: {error.strerror}") from None


class _Begun(io.RawIOBase):
    """A stream of which the beginning was read already."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        self._start = start
        self._rest = rest

    def read(self, size: int = -1) -> bytes:
        start, self._start = self._start, b""
        return start or self._rest.read(size)


def is_x12(start: bytes) -> bool:
    """Whether a file that begins so is X12, by its envelope or a transaction of its own."""
    return start[:_FIRST].lstrip(BEFORE).startswith((b"ISA", b"GS*", b"ST*837"))


def _from_837(stream: BinaryIO, source: str) -> Iterator[FoundClaim]:
    any_claim, why = False, ""
    for read in read_claims(stream_segments(stream)):
        any_claim = any_claim or bool(read.name or read.claim)
        why = why or next((f"; {note}" for note in read.notes if "passed over" in note), "")
        yield FoundClaim(source, read.name, read.claim, read.notes, read.outside, read.charges)
    if not any_claim:
        what = f"{source}: no claim is in it: no CLM segment within an 837P or 837I of version 5010{why}"
        raise UserError(what + (_ANSWERS if any(f"transaction {code} " in why for code in ("835", "277", "999")) else ""))
