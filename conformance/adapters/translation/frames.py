"""What goes between the translator's process and its parent.

Frames, both ways: four bytes of length (big-endian, of what follows), one byte of kind, the payload.
"""

import struct
from collections.abc import Callable

import msgspec

HEAD = struct.Struct(">Ic")
HELLO, CONFIGURE, RENDER, READ, NAMES = b"H", b"C", b"R", b"A", b"N"
BATCH, HEAR = b"B", b"E"
GOOD, FAULTY = b"+", b"-"

Handler = Callable[[bytes], bytes]


class Refusal(msgspec.Struct, frozen=True):
    """Why something could not be translated. `line` is the template's, `case_id` the id that an unreadable answer carries."""

    what: str
    line: int | None = None
    case_id: str | None = None


class Refused(Exception):
    """Carries a Refusal out of a translation."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.what)
        self.refusal = refusal
