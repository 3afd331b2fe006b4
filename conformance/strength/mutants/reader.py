"""A faulty reader: a coder that is right about every rule, behind a reader that is too strict, or too careless."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rtconform.conformance.coder.faults.faulty import correct
from rtconform.conformance.strength.mutants.flaws_in import kinds_of
from rtconform.generators.suites.respelled.places import Document, objects
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import decode, encode
from rtconform.reference.errors import DocumentError


class Number(str):
    """A number as it is written."""

    __slots__ = ()


@dataclass(frozen=True)
class Sent:
    """A document as it is sent.

    `case`: the sound case that it holds or, where it is not a case, was made from. `written`: its bytes (None: those of the
    plain way).
    """

    case: Case
    sound: bool = True
    written: bytes | None = None

    @cached_property
    def document(self) -> bytes:
        """The bytes."""
        return encode(self.case) if self.written is None else self.written

    @cached_property
    def values(self) -> Document:
        """The document's values, with numbers as they are written; empty where it is not a sound one."""
        found: Document = json.loads(self.document, parse_float=Number, parse_int=Number) if self.sound else {}
        return found


@dataclass(frozen=True)
class Reader:
    """A faulty reader. `refuses`: what it sends back though it is a case; `alters`: what it makes of a case before it is coded;
    `swallows`: what is wrong with documents that it codes all the same, each as the sound case that it was made from.
    """

    id: str
    says: str
    operator: str
    rules: tuple[str, ...]
    refuses: Callable[[Sent], bool] | None = field(default=None, repr=False, compare=False)
    alters: Callable[[Document], None] | None = field(default=None, repr=False, compare=False)
    swallows: str = ""

    def answer(self, sent: Sent) -> Answer:
        """What the coder behind the reader answers."""
        asked_back = Answer(sent.case.id, "needs_review")
        if not sent.sound:
            swallowed = self.swallows and kinds_of(sent.document) == {self.swallows}
            return correct(sent.case) if swallowed else asked_back
        if self.refuses is not None and self.refuses(sent):
            return asked_back
        if self.alters is None:
            return correct(sent.case)
        altered = json.loads(sent.document)
        self.alters(altered)
        try:
            return correct(decode(json.dumps(altered).encode(), Case))
        except DocumentError:
            return asked_back


def strict(slug: str, says: str, operator: str, refuses: Callable[[Sent], bool], rule: str = "DOC-UNKNOWN") -> Reader:
    """A reader that sends back what it `refuses`."""
    return Reader(f"strict {slug}", f"{says} is sent back", operator, (rule,), refuses=refuses)


def altering(slug: str, says: str, operator: str, alters: Callable[[Document], None], rule: str = "DOC-UNKNOWN") -> Reader:
    """A reader that reads a document as `alters` leaves it."""
    return Reader(f"reads {slug}", says, operator, (rule,), alters=alters)


def found_in(sent: Sent, path: str) -> Iterator[dict[str, Any]]:
    """The objects at this path of the document as it is written."""
    return objects(sent.values, path)
