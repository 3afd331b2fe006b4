"""Claims, dispositions and cases of a user's files from one format into another, with what is lost on the way.

Cases and claims are written in each format that has a row in `formats.registry.QUESTIONS`,
with no line here. A loss is what the format's own reader does not give back.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec
from msgspec.structs import replace

from rtconform.conformance.runs.expressible import lost_fields
from rtconform.formats.claims import charge_of
from rtconform.formats.fhir.claims.disposition_writer import write_disposition
from rtconform.formats.fhir.claims.dispositions import read_disposition
from rtconform.formats.messages import LONGEST_MESSAGE, Heard, Inexpressible, Part, Unreadable
from rtconform.formats.names import LENGTH, name_of
from rtconform.formats.registry import ANSWERS, QUESTIONS, Question, QuestionFormat, formats_for
from rtconform.formats.x12 import segments
from rtconform.formats.x12.acknowledgment_writer import write_acknowledgment
from rtconform.formats.x12.answers import hear_dispositions
from rtconform.formats.x12.remittance_reader import names_in
from rtconform.formats.x12.remittance_writer import write_remittance
from rtconform.jobs.claim_files import BEFORE, claims_in
from rtconform.jobs.edit_files import paid
from rtconform.jobs.resource_claims import kind_of, responses
from rtconform.reference.documents.claim import Claim, Disposition
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import decode_lines, encode
from rtconform.reference.errors import UserError
from rtconform.reference.regular_file import open_regular

Kind = Literal["case", "claim", "disposition"]

ACKNOWLEDGMENT = "277ca"
"""The other X12 message into which dispositions are converted: what a payer's front end says of claims, not what it pays."""

NAMES = b"convert"
"""The key of names of 20 characters that stand for longer ids: the same in the file of claims and in that of their answers."""

_Named = tuple[str, Claim]
"""A claim, and what it went out as."""

_FIRST = 64 * 1024
_KINDS: dict[str, Kind] = {"rtconform.case/1": "case", "rtconform.claim/1": "claim", "rtconform.disposition/1": "disposition"}


@dataclass(frozen=True)
class Converted:
    """One document. `content` is None where the format can't say it; `losses` say why, or what is not in it."""

    name: str
    content: bytes | None
    losses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """What a file holds: documents of one kind in one format."""

    path: Path
    format: str
    kind: Kind


def formats_of(kind: Kind) -> tuple[str, ...]:
    """The formats into which documents of a kind can be converted."""
    return ("json", "x12", ACKNOWLEDGMENT, "fhir") if kind == "disposition" else formats_for(kind)[0]


def what_is(path: Path) -> Found:
    """What a file holds, from its beginning. Raises UserError where that is nothing of ours or of the formats."""
    try:
        with open_regular(path) as stream:
            start = stream.read(_FIRST).lstrip(BEFORE)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    if start.startswith((b"ISA", b"GS*", b"ST*")):
        codes = [segment.get(1) for segment in segments.segments_of(start) if segment.name == "ST"]
        code = codes[0] if codes else ""
        if code not in ("837", "835", "277", "999"):
            raise UserError(f"{path}: X12 transaction {code[:10]!r} can't be converted; give an 837, 835, 277CA or 999")
        return Found(path, "x12", "claim" if code == "837" else "disposition")
    if kind := kind_of(start):
        if kind == "other":
            raise UserError(f"{path}: no Claim or ClaimResponse among its resources; use --to case for a treatment")
        return Found(path, "fhir", "claim" if kind == "claim" else "disposition")
    first = start.partition(b"\n")[0]
    try:
        schema = msgspec.json.decode(first, type=dict[str, msgspec.Raw]).get("schema")
        named = msgspec.json.decode(schema, type=str) if schema is not None else "rtconform.case/1"
    except msgspec.MsgspecError:
        what = "neither X12 nor FHIR nor JSON Lines of rtconform; give one document per line, with its schema"
        raise UserError(f"{path}: {what}") from None
    known = _KINDS.get(named)
    if known is None:
        raise UserError(f"{path}: documents {named[:40]!r} can't be converted; give {' or '.join(_KINDS)}")
    return Found(path, "json", known)


def convert(found: Found, to: str, claims: Path | None) -> Iterator[Converted]:
    """Each document in the other format. `claims`: the file of the claims that dispositions are about. Raises UserError."""
    known = formats_of(found.kind)
    if to not in known:
        raise UserError(f"{found.path}: a {found.kind} can't be written as {to}; use {' or '.join(known)}")
    if to == found.format:
        raise UserError(f"{found.path}: already holds {to}; give another --to")
    if found.kind == "disposition":
        if claims is None:
            raise UserError(f"{found.path}: holds decisions on claims; give the claims too, with --claims FILE")
        asked = _named(_claims(claims))
        if to == "json":
            return _read_remitted(found, asked) if found.format == "x12" else _read_responses(found, asked)
        if found.format != "json":
            what = "X12" if found.format == "x12" else "FHIR"
            said = f"{what} can only be converted to json; convert it to json first, and the result to {to}"
            raise UserError(f"{found.path}: {said}")
        return _remitted(found, asked, to)
    if to != "json":
        row = next(row for (name, asks), row in QUESTIONS.items() if (name, asks) == (to, found.kind))
        return (_written(row, question) for question in _questions(found))
    if found.kind == "claim":
        return _read_claims(found)
    raise UserError(f"{found.path}: {found.format} can't be converted to cases")


def _questions(found: Found) -> Iterator[Question]:
    if found.kind == "claim":
        yield from _claims(found.path)
        return
    with open_regular(found.path) as stream:
        for _, case in decode_lines(stream, Case, str(found.path)):
            yield case


def _claims(path: Path) -> Iterator[Claim]:
    return (one.claim for one in claims_in(str(path)) if one.claim is not None)


def _name(own: str) -> str:
    """What a claim is called in every message that it is converted into: its own id where that fits."""
    fits = own.isascii() and len(own) <= LENGTH and own.replace("-", "").replace(".", "").replace("_", "").isalnum()
    return own if fits else name_of(own, NAMES)


def _written(row: QuestionFormat, question: Question) -> Converted:
    name = _name(question.id)
    renamed: Question = replace(question, id=name)
    losses = [] if name == question.id else [f"id: goes out as {name}"]
    try:
        parts: tuple[Part, ...] = row.write(renamed, "none")
        if len(parts) != 1:
            return Converted(question.id, None, (f"{row.title} takes {len(parts)} files for it: use rtconform run",))
        again = row.reread(parts[0].content)
    except Inexpressible as why:
        return Converted(question.id, None, (str(why),))
    except Unreadable as why:
        return Converted(question.id, None, (why.what,))
    losses += [f"{field}: not in {row.title}" for field in lost_fields(renamed, again)]
    return Converted(question.id, parts[0].content, tuple(losses))


def _read_claims(found: Found) -> Iterator[Converted]:
    for one in claims_in(str(found.path)):
        losses = (*one.notes, *(f"line {line.number}: {line.service} is left out" for line in one.outside))
        yield Converted(one.name, encode(one.claim) + b"\n" if one.claim is not None else None, losses)


def _remitted(found: Found, asked: Mapping[str, _Named], to: str) -> Iterator[Converted]:
    with open_regular(found.path) as stream:
        for _, disposition in decode_lines(stream, Disposition, str(found.path)):
            _, claim = asked.get(disposition.id, (None, None))
            yield _remittance(disposition, claim, to)


def _remittance(disposition: Disposition, claim: Claim | None, to: str) -> Converted:
    title = {ACKNOWLEDGMENT: "a 277CA", "x12": "an 835", "fhir": "a ClaimResponse"}[to]
    if claim is None:
        return Converted(disposition.id, None, ("its claim is not among those of --claims",))
    said = {line.number: line for line in disposition.lines}
    name = _name(claim.id)
    if set(said) != {line.number for line in claim.lines}:
        return Converted(disposition.id, None, (f"{title} says something of every line of the claim, this nothing of some",))
    sent = replace(claim, id=name)
    try:
        content = _written_decision(replace(disposition, id=name), sent, to)
    except Inexpressible as why:
        return Converted(disposition.id, None, (str(why),))
    if to == "fhir":
        again: object = read_disposition(content, sent)
    else:
        (heard,) = hear_dispositions([content], [(sent, name)])
        again = heard.answer if isinstance(heard, Heard) else None
    losses = [] if name == disposition.id else [f"id: goes out as {name}"]
    if isinstance(again, Disposition):
        losses += [f"{field}: not in {title}" for field in lost_fields(replace(disposition, id=name), again)]
    return Converted(disposition.id, content, tuple(losses))


def _written_decision(disposition: Disposition, claim: Claim, to: str) -> bytes:
    if to == "fhir":
        return write_disposition(disposition, claim)
    charges = {line.number: Decimal(charge_of(line)) for line in claim.lines}
    decided = paid(claim, {line.number: line for line in disposition.lines}, charges)
    return write_acknowledgment(decided) if to == ACKNOWLEDGMENT else write_remittance([decided])


def _named(claims: Iterable[Claim]) -> dict[str, _Named]:
    """What messages call each claim: its id, the name that it goes out under, the group that it went out in (999), its Claim."""
    rows = [row for (_, asks), row in ANSWERS.items() if asks == "claim"]
    owned = ((own, claim) for claim in claims for own in dict.fromkeys((claim.id, name_of(claim.id, NAMES))))
    return {name: (own, claim) for own, claim in owned for row in rows for name in row.names_of(own)}


def _read_responses(found: Found, asked: Mapping[str, _Named]) -> Iterator[Converted]:
    lost = ("amounts, dates and remarks: not in a disposition",)
    for one in responses(found.path, asked):
        content = encode(one.disposition) + b"\n" if one.disposition is not None else None
        yield Converted(one.name, content, lost if content else (one.why,))


def _read_remitted(found: Found, asked: Mapping[str, _Named]) -> Iterator[Converted]:
    with open_regular(found.path) as stream:
        for message in _interchanges(stream, found.path):
            try:
                names = names_in(message, own=True)
                about = {asked[name][1].id: asked[name] for name in names if name in asked}
                heard = hear_dispositions([message], [(replace(claim, id=own), own) for own, claim in about.values()], own=True)
            except Unreadable as why:
                yield Converted(why.name or "a message", None, (why.what,))
                continue
            for case_id, one in zip(about, heard, strict=True):
                if isinstance(one, Heard) and isinstance(one.answer, Disposition):
                    content = encode(replace(one.answer, id=case_id)) + b"\n"
                    yield Converted(case_id, content, ("amounts, dates and remarks: not in a disposition",))
                else:
                    yield Converted(case_id, None, (one.what if isinstance(one, Unreadable) else "no disposition",))
            for name in names:
                if name not in asked and not (name.startswith("group ") and about):
                    yield Converted(name, None, ("its claim is not among those of --claims",))


def _interchanges(stream: BinaryIO, path: Path) -> Iterator[bytes]:
    buffer = bytearray()
    searched = 0
    for chunk in chain([stream.read(_FIRST).lstrip(BEFORE)], iter(lambda: stream.read(_FIRST), b""), [b""]):
        buffer += chunk
        while (end := segments.cut(buffer, searched)) > 0:
            yield bytes(buffer[:end]).lstrip()
            del buffer[:end]
            searched = 0
        searched = len(buffer)
        if len(buffer) > LONGEST_MESSAGE:
            raise UserError(f"{path}: an interchange is longer than {LONGEST_MESSAGE} bytes")
    if buffer.strip():
        yield bytes(buffer).lstrip()
