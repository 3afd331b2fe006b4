"""Claims, and payers' answers to them, in a user's own files of FHIR: a resource a line, or one resource for the file."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from rtconform.formats.claims import Said
from rtconform.formats.fhir.bundles import Document, Resources
from rtconform.formats.fhir.claims.claim_reader import ClaimRead, read_claims
from rtconform.formats.fhir.claims.dispositions import names_of_claims, said_of
from rtconform.formats.messages import Unreadable
from rtconform.reference.documents.claim import Claim, Disposition, DispositionLine
from rtconform.reference.errors import UserError
from rtconform.reference.regular_file import open_regular

LONGEST = 64 * 1024 * 1024
"""How long one resource of a file may be, in bytes."""

_FIRST = 64 * 1024
_TYPES = re.compile(rb'"resourceType"\s*:\s*"([A-Za-z]+)"')
_OURS = re.compile(rb'"schema"\s*:\s*"rtconform\.')
_ANSWERS = (b"ClaimResponse", b"OperationOutcome")
_ADVICE = "; it says what becomes of claims: rtconform edit CLAIMS --decided FILE, or rtconform convert FILE --claims CLAIMS"


@dataclass(frozen=True)
class Response:
    """What a file says of one claim. `disposition` is None where it can't be known, and `why` says why."""

    name: str
    disposition: Disposition | None
    why: str = ""


def kind_of(start: bytes) -> str:
    """What a file that begins so holds in FHIR: "claim", "disposition" or "other"; empty where it is no FHIR of this kind."""
    if not start.lstrip().startswith(b"{"):
        return ""
    found, ours = _TYPES.search(start), _OURS.search(start)
    if found is None or (ours is not None and ours.start() < found.start()):
        return ""
    types = _TYPES.findall(start)
    if b"Claim" in types:
        return "claim"
    return "disposition" if any(kind in types for kind in _ANSWERS) else "other"


def holds_claims(path: Path) -> bool:
    """Whether a file begins like FHIR with claims, or with answers to claims."""
    try:
        with open_regular(path) as stream:
            return kind_of(stream.read(_FIRST)) in ("claim", "disposition")
    except OSError:
        return False


def resource_claims(start: bytes, stream: BinaryIO, source: str) -> Iterator[ClaimRead]:
    """The claims of a stream of which `start` was read already. Raises UserError where there is none."""
    any_claim, kinds = False, dict[str, None]()
    for document in resources_in(start, stream, source):
        kinds |= dict.fromkeys(str(one.get("resourceType"))[:40] for one in _every(document, source))
        for read in read_claims(document):
            any_claim = True
            yield read
    if not any_claim:
        advice = _ADVICE if kinds.keys() & {"ClaimResponse", "OperationOutcome"} else "; give resources of type Claim"
        raise UserError(f"{source}: no Claim is among its resources ({', '.join([*kinds][:12])}){advice}")


def responses(path: Path, asked: Mapping[str, tuple[str, Claim]]) -> Iterator[Response]:
    """What a file of ClaimResponses and OperationOutcomes says of claims, each once. Raises UserError.

    `asked`: for each name that a claim may go under in the file, the claim's own name in its message, and the claim.
    """
    said: dict[str, dict[int, Said]] = {}
    claims: dict[str, Claim] = {}
    with open_regular(path) as stream:
        for document in resources_in(b"", stream, str(path)):
            for one in _every(document, str(path)):
                names = list(names_of_claims(one))
                about = next((asked[name] for name in names if name in asked), None)
                if about is None:
                    kind = str(one.get("resourceType"))
                    if kind in ("ClaimResponse", "OperationOutcome"):
                        yield Response(next(iter(names), kind), None, "its claim is not among those of --claims")
                    continue
                name, claim = about
                try:
                    said[name] = said.get(name, {}) | said_of(one, claim)
                except Unreadable as why:
                    yield Response(claim.id, None, why.what)
                    continue
                claims[name] = claim
    for name, lines in said.items():
        kept = [DispositionLine(number, lines[number][0], carc=lines[number][1]) for number in sorted(lines)]
        yield Response(claims[name].id, Disposition(claims[name].id, tuple(kept)))


def resources_in(start: bytes, stream: BinaryIO, source: str) -> Iterator[Document]:
    """The resources of a stream of which `start` was read already. Raises UserError."""
    first = start
    while not first.strip():
        line = stream.readline(LONGEST)
        if not line:
            return
        first = line
    if not first.endswith(b"\n"):
        first += stream.readline(LONGEST)
    if (found := _parsed(first)) is None:
        rest = stream.read(LONGEST + 1)
        if len(rest) > LONGEST:
            raise UserError(f"{source}: longer than {LONGEST >> 20} MiB; give one resource per line")
        yield _resource(_parsed(first + rest), source)
        return
    yield _resource(found, f"{source}:1")
    for number, line in enumerate(iter(lambda: stream.readline(LONGEST), b""), 2):
        if line.strip():
            yield _resource(_parsed(line), f"{source}:{number}")


def _every(document: Document, source: str) -> tuple[Document, ...]:
    try:
        return Resources(document).every()
    except Unreadable as why:
        raise UserError(f"{source}: {why.what}; give smaller Bundles") from None


def _parsed(text: bytes) -> Any:  # noqa: ANN401 - whatever a file holds
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _resource(document: Any, where: str) -> Document:  # noqa: ANN401 - whatever a file holds
    if not isinstance(document, dict) or not isinstance(document.get("resourceType"), str):
        raise UserError(f"{where}: not a FHIR resource in JSON; give one resource, or a resource on each line")
    return document
