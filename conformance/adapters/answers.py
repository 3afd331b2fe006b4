"""What a vendor sent, read: an answer, or why it is none."""

import json
import re

import msgspec

from rtconform.conformance.protocol import AnyWire, Returned
from rtconform.reference.documents.wire import decode, decoder
from rtconform.reference.errors import DocumentError

LONGEST_ANSWER = 1024 * 1024
"""Longest answer (or line of output) that is read, in bytes."""

_ID_WITHIN = 64 * 1024
_EXAMINED = 8 * 1024  # looking for all faults of a longer document would keep other cases waiting
_FAULTS_SHOWN = 5
_LONGEST_ERROR = 500
_ID = re.compile(rb'"id"\s*:\s*("(?:[^"\\]|\\.){0,1000}")')


class Received(msgspec.Struct, frozen=True, gc=False):
    """One document from a vendor, or what several of them say of one question.

    `id`: the case id that it carries, None where there is none; `fault`: why it is not an answer; `refused`: it says `error`.
    `last`: no more is to come of this question; `message_refused`: all that went out with it was refused.
    """

    id: str | None
    answer: Returned | None = None
    fault: str = ""
    refused: bool = False
    last: bool = True
    message_refused: bool = False


def read_answer(document: bytes, wire: AnyWire) -> Received:
    """Read one document as the answer that is due on this `wire`."""
    try:
        answer = decoder(wire.answer).decode(document)
        return Received(answer.id, answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _faulty(document, wire)


def claimed_id(document: bytes) -> str | None:
    """The id that a document which is not even JSON seems to be about."""
    found = _ID.search(document[:_ID_WITHIN])
    if found is None:
        return None
    try:
        value = json.loads(found[1])
    except ValueError:
        return None
    return value if isinstance(value, str) else None


def _faulty(document: bytes, wire: AnyWire) -> Received:
    try:
        value = msgspec.json.decode(document)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        if _begins_with_json(document):
            return Received(claimed_id(document), None, "more than one JSON document came where one answer is due")
        return Received(claimed_id(document), None, f"not JSON: {error}")
    if not isinstance(value, dict):
        return Received(None, None, f"a JSON {_json_kind(value)} where an object {wire.answer_name} is due")
    case_id = value.get("id")
    if value.get("error"):
        named = case_id if isinstance(case_id, str) else None
        return Received(named, None, f"the vendor says: {str(value['error'])[:_LONGEST_ERROR]}", refused=True)
    if case_id is None:
        return Received(None, None, f"the answer has no id: it must carry the id of its {wire.question}")
    if not isinstance(case_id, str):
        return Received(
            None, None, f"the answer's id is a JSON {_json_kind(case_id)}; it must be the {wire.question}'s id, as text"
        )
    return Received(case_id, None, f"no {wire.answer_name}: {_faults(document, wire.answer)}")


def _faults(document: bytes, kind: type[Returned]) -> str:
    if len(document) > _EXAMINED:
        try:
            decoder(kind).decode(document)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            return str(error)
    try:
        decode(document, kind)
    except DocumentError as error:
        shown = [str(fault) for fault in error.faults[:_FAULTS_SHOWN]]
        more = len(error.faults) - len(shown)
        return "; ".join([*shown, f"and {more} more"] if more > 0 else shown)
    except RecursionError:
        return "nested too deep"
    return "nothing is wrong with it"


def _begins_with_json(document: bytes) -> bool:
    """Whether a whole JSON object stands at the beginning, with more after it that begins as one."""
    text = document.decode(errors="replace").lstrip()
    if not text.startswith("{"):
        return False
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return False
    return text[end:].lstrip().startswith("{")


def _json_kind(value: object) -> str:
    names = {list: "list", str: "string", bool: "boolean", int: "number", float: "number", dict: "object"}
    return "null" if value is None else names.get(type(value), "value")
