"""Reading and writing the wire format: JSON in, typed values out, every fault with its place.

msgspec decodes and stops at the first fault. Only then is the document checked against our own published schema, which
finds all faults.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from rtconform.reference.documents.adjudication import Adjudication
from rtconform.reference.documents.claim import Claim, Disposition, claim_faults
from rtconform.reference.documents.coding import Answer, Coding
from rtconform.reference.documents.treatment import OPEN_TERMS, Case, duplicate_ids, unknown_terms
from rtconform.reference.errors import DocumentError, Fault

if TYPE_CHECKING:
    import jsonschema

T = TypeVar("T")
D = TypeVar("D", Case, Claim)

MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
"""Longest document (or line of a file) that is read."""

LONGEST_LISTED = 256 * 1024
"""Longest document of which all faults are listed: of a longer one the first is enough, and quick."""

DRAFT = "https://json-schema.org/draft/2020-12/schema"

encode = msgspec.json.Encoder(order=None).encode
"""One value as compact JSON, UTF-8, without a newline."""


_decoders: dict[type, msgspec.json.Decoder[Any]] = {}


def decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    """The decoder of documents of type `kind`: msgspec's own, with its own errors."""
    found = _decoders.get(kind)
    if found is None:
        found = _decoders[kind] = msgspec.json.Decoder(kind)
    return found


def decode(document: bytes, kind: type[T], source: str = "<document>", line: int | None = None) -> T:
    """One document of type `kind`. Raises DocumentError with all faults and their places."""
    if len(document) > MAX_DOCUMENT_BYTES:
        fault = Fault(f"longer than {MAX_DOCUMENT_BYTES} bytes")
        raise DocumentError(source, line, (fault,), _advice(kind, document))
    try:
        return decoder(kind).decode(document)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentError(source, line, _all_faults(document, kind, error), _advice(kind, document)) from None


def documents_in(lines: Iterable[bytes], source: str) -> Iterator[tuple[int, bytes]]:
    """The documents of a file, each with the line that it begins on: JSON Lines, or one JSON object or array laid out on lines.

    A file of JSON Lines is read line by line, however long it is. Raises DocumentError for an array or a laid-out object that
    is longer than 16 MiB together, or not JSON.
    """
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    begun = next(numbered, None)
    if begun is None:
        return
    number, first = begun
    first = first.removeprefix(codecs.BOM_UTF8)  # editors and spreadsheets on Windows begin a file with it
    text = first.strip()
    if not (text.startswith(b"[") or (text.startswith(b"{") and not text.endswith(b"}"))):
        yield number, first
        yield from numbered
        return
    whole = bytearray(first)
    for _, line in numbered:
        whole += line
        if len(whole) > MAX_DOCUMENT_BYTES:
            what = f"an array, or an object on several lines, of more than {MAX_DOCUMENT_BYTES} bytes: write one document a line"
            raise DocumentError(source, number, (Fault(what),))
    yield from _laid_out(bytes(whole), number, source)


def _laid_out(whole: bytes, number: int, source: str) -> Iterator[tuple[int, bytes]]:
    if not whole.lstrip().startswith(b"["):
        yield number, whole
        return
    try:
        parts = msgspec.json.decode(whole, type=list[msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentError(source, number, (Fault(str(error)),)) from None
    place = 0
    for part in map(bytes, parts):
        place = whole.index(part, place)
        yield number + whole.count(b"\n", 0, place), part
        place += len(part)


def decode_lines(lines: Iterable[bytes], kind: type[T], source: str) -> Iterator[tuple[int, T]]:
    """The documents of a JSON Lines stream with their line numbers; blank lines are passed over."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, decode(line, kind, source, number)


def decode_cases(lines: Iterable[bytes], source: str, *, strict: bool = False) -> Iterator[tuple[int, Case]]:
    """The cases of a user's file (`documents_in`).

    Two cases with one id, and two parts of a case with one id, are faults. `strict` refuses terms that the vocabulary
    lacks too; otherwise they are left to rule DOC-UNKNOWN.
    """

    def faults(case: Case) -> Iterator[Fault]:
        yield from duplicate_ids(case)
        if strict:
            yield from unknown_terms(case)

    return _distinct(lines, Case, source, faults)


def decode_claims(lines: Iterable[bytes], source: str) -> Iterator[tuple[int, Claim]]:
    """The claims of a user's file (`documents_in`). Two claims with one id, and two parts of a claim with one id, are faults."""
    return _distinct(lines, Claim, source, claim_faults)


def _distinct(
    lines: Iterable[bytes], kind: type[D], source: str, faults_of: Callable[[D], Iterable[Fault]]
) -> Iterator[tuple[int, D]]:
    first: dict[str, int] = {}
    for number, written in documents_in(lines, source):
        document = decode(written, kind, source, number)
        faults = list(faults_of(document))
        if document.id in first:
            faults.append(Fault(f"duplicate id {document.id!r}, first on line {first[document.id]}", "$.id"))
        if faults:
            raise DocumentError(source, number, tuple(faults))
        first[document.id] = number
        yield number, document


def schema(kind: type[Any], name: str, *, closed: bool = False) -> dict[str, Any]:
    """The JSON Schema (2020-12) of `kind`, self-contained, with `name` as its title. It has only keywords of that draft.

    The document need not say `schema`: where only one kind is due, readers take it without. `closed`: a technique, radiation
    or method that we don't know is a fault (`OPEN_TERMS`).
    """
    (root,), components = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    if required := components.get(kind.__name__, {}).get("required"):
        components[kind.__name__]["required"] = [field for field in required if field != "schema"]
    if closed:
        for (holder, field), terms in OPEN_TERMS.items():
            described = components[holder]["properties"][field]
            described["enum"] = list(terms)
            del described["examples"]
    for component in components.values():
        _drop_discriminators(component)
    return {"$schema": DRAFT, "title": name, **root, "$defs": components}


def _drop_discriminators(part: object) -> None:
    """Take OpenAPI's keyword `discriminator` out of a schema: a hint that strict validators of JSON Schema refuse."""
    if isinstance(part, dict):
        if "anyOf" in part:  # a property of that name would stand beside other properties
            part.pop("discriminator", None)
        for inner in part.values():
            _drop_discriminators(inner)
    elif isinstance(part, list):
        for inner in part:
            _drop_discriminators(inner)


_TABLE = re.compile(rb"PK\x03\x04|\xd0\xcf\x11\xe0|\s*[^\s{\[][^{\[\n]*[,;\t]")
"""How a spreadsheet begins (xlsx, xls), or its rows as text."""


def _advice(kind: type[Any], document: bytes) -> str:
    """Where to read what the document should be, for those that have a published schema of their own."""
    tag = getattr(getattr(kind, "__struct_config__", None), "tag", None)
    if not isinstance(tag, str):
        return ""
    name = tag.removeprefix("rtconform.").partition("/")[0]
    expected = f"Expected {tag} as one line of JSON; its fields: rtconform schema {name}"
    if name == "claim" and _TABLE.match(document):
        expected += "\nThis looks like a spreadsheet: export the claims as 837, or save it as CSV and write each claim as JSON"
    return expected


def _all_faults(document: bytes, kind: type[Any], error: Exception) -> tuple[Fault, ...]:
    import jsonschema  # noqa: PLC0415 - 130 ms, needed only where a document is wrong

    first = _fault(error)
    if len(document) > LONGEST_LISTED:
        return (first,)
    try:
        value = json.loads(document, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return (first,)
    validator = jsonschema.Draft202012Validator(schema(kind, kind.__name__), format_checker=jsonschema.FormatChecker())
    try:
        found = [_most_telling(fault) for fault in validator.iter_errors(value)]
    except RecursionError:
        return (first,)
    faults = {Fault(_short(fault.message), fault.json_path) for fault in found}
    # of an unknown value the schema's message is the better one: it says which values there are
    if not (faults and first.what.startswith("Invalid enum value")):
        faults = {first, *(fault for fault in faults if fault.path != first.path)}
    return tuple(sorted(faults, key=lambda fault: (fault.path, fault.what)))


def _most_telling(fault: "jsonschema.ValidationError") -> "jsonschema.ValidationError":
    """Of the branches of "this or null", the one that says what is wrong, not the one that says that it is not null."""
    branches = [branch for branch in fault.context or () if branch.validator_value != "null"]
    return _most_telling(branches[0]) if branches else fault


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _fault(error: Exception) -> Fault:
    what, _, path = str(error).partition(" - at `")
    return Fault(what, path.rstrip("`") or "$")


_LONGEST_MESSAGE = 300


def _short(message: str) -> str:
    return message if len(message) <= _LONGEST_MESSAGE else f"{message[:200]} … {message[-90:]}"


WIRE_TYPES: dict[str, type[Any]] = {
    "case": Case,
    "answer": Answer,
    "coding": Coding,
    "claim": Claim,
    "disposition": Disposition,
    "adjudication": Adjudication,
}
"""The documents of this floor by their short names; `conformance` adds result and manifest."""
