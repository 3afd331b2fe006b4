"""What every format shares: the parts of a message, how messages follow each other in a stream, and why one can't be used."""

from collections.abc import Callable
from dataclasses import dataclass

from msgspec import Struct

LONGEST_MESSAGE = 1024 * 1024
"""Longest message that is written for one question or read as its answer, in bytes."""


class Unreadable(Exception):
    """Why a message is not an answer: what is wrong, and where in the message. `id`: whom it is about, where it says so."""

    def __init__(self, what: str, name: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.name = name


class Inexpressible(Exception):
    """Why a format can't carry a question, as a sentence."""


@dataclass(frozen=True)
class Heard:
    """What messages say of one question: an answer, as a document.

    `last`: nothing more is to come of it, as far as the messages tell. `message_refused`: the message with the question was
    refused as a whole, whatever else was in it.
    """

    answer: Struct
    last: bool = True
    message_refused: bool = False


@dataclass(frozen=True)
class Part:
    """One file or body of a message.

    `suffix`: how the name of a file of it ends, without the dot. `name`: all of the name, where it matters.
    """

    suffix: str
    content: bytes
    name: str = ""


@dataclass(frozen=True)
class Field:
    """A place in a message, by the standard's name for it, and what is read there."""

    place: str
    holds: str


BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""What programs of Windows put before a text: it is none of it."""

Cut = Callable[[bytearray, int], int]
"""Where the first message of a buffer ends: its length with what comes before it, 0 where the end has not come yet.

The second argument says how much of the buffer held no end when it was last looked at: what comes drop by drop is searched once.
"""


def refuse_longer(document: bytes) -> None:
    """Raises Unreadable where a message is longer than any answer."""
    if len(document) > LONGEST_MESSAGE:
        raise Unreadable(f"the message is longer than {LONGEST_MESSAGE} bytes")
