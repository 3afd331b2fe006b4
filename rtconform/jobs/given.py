"""What a Python program hands over: cases, claims and answers, each as a document, as a dict or as JSON text."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import msgspec

from rtconform.conformance.adapters import Reply
from rtconform.conformance.protocol import GivenAnswer, Json, Returned
from rtconform.conformance.roles import role_asked
from rtconform.generators.suites.suite import SuiteCase, SuiteClaim, SuiteItem
from rtconform.reference.documents.claim import Claim, claim_faults
from rtconform.reference.documents.treatment import Case, duplicate_ids
from rtconform.reference.documents.wire import decode
from rtconform.reference.errors import DocumentError, Fault, UserError

Document = TypeVar("Document", Case, Claim)

CLAIM = "rtconform.claim/1"

LONGEST_SHOWN = 4000
"""Characters kept of what was no answer."""


def case_of(given: Case | Mapping[str, Json] | str | bytes) -> Case:
    """The case. Raises DocumentError with every fault and its place."""
    return _document(given, Case, duplicate_ids)


def claim_of(given: Claim | Mapping[str, Json] | str | bytes) -> Claim:
    """The claim. Raises DocumentError with every fault and its place."""
    return _document(given, Claim, claim_faults)


def item_of(given: Case | Claim | Mapping[str, Json] | str | bytes) -> SuiteItem:
    """The item that asks a case or a claim, whichever it is. Raises DocumentError with every fault and its place."""
    if isinstance(given, Claim) or _says_claim(given):  # a user's program may hand over either, ready made
        return SuiteClaim(_document(given, Claim, claim_faults))
    return SuiteCase(_document(given, Case, duplicate_ids))


def _says_claim(given: object) -> bool:
    """Whether a document says that it is a claim (`schema`); one that does not say is a claim where it has lines."""
    plain = _plain(given) if isinstance(given, Mapping | str | bytes) else None
    return isinstance(plain, dict) and plain.get("schema", CLAIM if "lines" in plain else "") == CLAIM


def reply_of(item: SuiteItem, answer: GivenAnswer) -> Reply:
    """An answer as if a vendor had given it: what is not an answer in the agreed form is invalid, and never an error of ours."""
    role = role_asked(item)
    kind: type[Returned] = role.wire.answer
    try:
        plain = msgspec.json.decode(answer) if isinstance(answer, str | bytes) else answer
        if isinstance(plain, dict) and "error" in plain:
            return Reply("error", detail=f"the {role.noun} says: {_text_of(plain['error'], str)}", refused=True)
        value = plain if isinstance(plain, kind) else msgspec.convert(plain, kind)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
        return Reply("invalid", detail=f"not an answer in the agreed form: {error}", received=_shown(answer))
    if value.id != item.id:
        return Reply("invalid", detail=f"the answer's id is {value.id!r}, the {item.asks}'s {item.id!r}", received=_shown(answer))
    return Reply("answered", value)


def _shown(answer: object) -> str:
    return _text_of(answer, repr)[:LONGEST_SHOWN]


def _text_of(value: object, written: Callable[[object], str]) -> str:
    """The value as text, by `written`; where it is too deep or too long for Python to write, its type."""
    try:
        return written(value)
    except (RecursionError, ValueError):
        return f"<a {type(value).__name__} that is nested too deep, or holds too long a number, to be shown>"


def _document(given: object, kind: type[Document], faults_of: Callable[[Document], Iterable[Fault]]) -> Document:
    noun = kind.__name__.lower()
    if isinstance(given, kind):
        document = given
    elif isinstance(given, Mapping | str | bytes):
        document = decode(_text(given, noun), kind, f"<{noun}>")
    else:
        raise UserError(f"{type(given).__name__} is not a {noun}: give a {kind.__name__}, a dict or JSON text")
    if faults := tuple(faults_of(document)):
        raise DocumentError(f"<{noun}>", None, faults)
    return document


def _text(given: Mapping[object, object] | str | bytes, noun: str) -> bytes:
    if isinstance(given, bytes):
        return given
    try:
        return given.encode() if isinstance(given, str) else msgspec.json.encode(given)
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError) as error:
        raise UserError(f"<{noun}>: JSON can't hold it: {error}") from None


def _plain(given: Mapping[str, Json] | str | bytes) -> object:
    if isinstance(given, Mapping):
        return dict(given)
    try:
        return msgspec.json.decode(given)
    except (msgspec.MsgspecError, ValueError, RecursionError, TypeError):
        return None  # the caller, who reads it as a case, says what is wrong
