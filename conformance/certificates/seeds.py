"""Held-out cases: a secret seed is committed to before the vendor hands over its build, and revealed after the run.

An opening is one line of JSON. Its SHA-256 is the commitment, which is published first and says nothing about the cases; the
seed of the cases is another digest of the same bytes. Both can be recomputed with `sha256sum`.
"""

import datetime as dt
import hashlib
import secrets
from typing import Annotated

from msgspec import Meta, Struct

from rtconform.reference.documents.wire import decode, encode
from rtconform.reference.errors import DocumentError, UserError

LONGEST_OPENING = 4096
LONGEST_NAME = 200
_SEED_BITS = 53
"""So that a seed is a whole number in every reader of JSON."""


class Opening(Struct, frozen=True, forbid_unknown_fields=True, tag_field="schema", tag="rtconform.seed/1"):
    """What a commitment is the digest of: `secret` is 32 random bytes, hexadecimal; `date` the day of the commitment."""

    vendor: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
    date: dt.date
    secret: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


def draw(vendor: str, date: dt.date) -> bytes:
    """A new opening for `vendor`, as its document: a line of JSON. Secret until it is revealed."""
    return encode(Opening(vendor, date, secrets.token_hex(32))) + b"\n"


def read_opening(document: bytes, source: str) -> Opening:
    """The opening in `document`. Raises UserError where it is none, or not in the one form that its digest is taken of."""
    if len(document) > LONGEST_OPENING:
        raise UserError(f"{source}: too long for a seed; give a file that rtconform seed commit wrote")
    try:
        opening = decode(document, Opening, source)
    except DocumentError as error:
        faults = "; ".join(map(str, error.faults))
        raise UserError(f"{source}: not a seed: {faults}; give a file that rtconform seed commit wrote") from None
    if encode(opening) + b"\n" != document:
        raise UserError(f"{source}: not in the form in which rtconform seed commit wrote it: give the file unchanged")
    return opening


def commitment(document: bytes) -> str:
    """The commitment to an opening: the SHA-256 of its document, hexadecimal."""
    return hashlib.sha256(document).hexdigest()


def seed_of(document: bytes) -> int:
    """The seed of the cases: the first 53 bits of the SHA-256 of "rtconform.seed/1 cases", a newline and the document."""
    digest = hashlib.sha256(b"rtconform.seed/1 cases\n" + document).digest()
    return int.from_bytes(digest[:8]) >> (64 - _SEED_BITS)
