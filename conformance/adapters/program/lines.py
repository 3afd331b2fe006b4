"""Lines from a program that may send anything: bounded in length, whatever comes."""

import asyncio

from msgspec import Struct
from msgspec.structs import replace

from rtconform.conformance.adapters.answers import LONGEST_ANSWER
from rtconform.formats.messages import Cut

_CHUNK = 256 * 1024


class Line(Struct, frozen=True, gc=False):
    """One line without its newline.

    `dropped`: it was longer than allowed, and only its beginning is here. `torn`: the output ended before its newline.
    """

    data: bytes
    dropped: bool = False
    torn: bool = False


class LineReader:
    """Reads lines in batches, blank ones passed over; a line that is too long is dropped up to its newline."""

    def __init__(self, stream: asyncio.StreamReader) -> None:
        self.consumed = 0
        self._stream = stream
        self._partial = bytearray()
        self._dropping = False

    async def batch(self) -> list[Line] | None:
        """The next whole lines, perhaps none; None at the end. A last line may lack its newline."""
        chunk = await self._stream.read(_CHUNK)
        self.consumed += len(chunk)
        if not chunk:
            return self._last()
        first, *more = chunk.split(b"\n")
        if not more:
            self._extend(first)
            return []
        *whole, rest = more
        lines = [self._finished(first), *map(Line, filter(None, whole))]  # a chunk is shorter than the longest answer
        self._extend(rest)
        return lines

    def _last(self) -> list[Line] | None:
        if not self._partial and not self._dropping:
            return None
        return [replace(self._finished(b""), torn=True)]

    def _finished(self, part: bytes) -> Line:
        self._extend(part)
        line = Line(bytes(self._partial), self._dropping)
        self._partial.clear()
        self._dropping = False
        return line

    def _extend(self, part: bytes) -> None:
        room = LONGEST_ANSWER - len(self._partial)
        if len(part) > room:
            self._dropping = True
        self._partial += part[:room]


class MessageReader:
    """Reads messages in batches, each ending where `cut` says; one that is too long is dropped up to the next that begins."""

    def __init__(self, stream: asyncio.StreamReader, cut: Cut) -> None:
        self.consumed = 0
        self._stream = stream
        self._cut = cut
        self._buffer = bytearray()
        self._searched = 0

    async def batch(self) -> list[Line] | None:
        """The next whole messages, perhaps none; None at the end. What is left at the end is a torn one."""
        chunk = await self._stream.read(_CHUNK)
        self.consumed += len(chunk)
        if not chunk:
            return self._last()
        self._buffer += chunk
        found: list[Line] = []
        while (end := self._cut(self._buffer, self._searched)) > 0:
            self._searched = 0
            message = bytes(self._buffer[: min(end, LONGEST_ANSWER)]).lstrip()  # a message is the same wherever it stands
            found.append(Line(message, dropped=end > LONGEST_ANSWER))
            del self._buffer[:end]
        self._searched = len(self._buffer)
        if len(self._buffer) > LONGEST_ANSWER:
            found.append(Line(bytes(self._buffer[:LONGEST_ANSWER]), dropped=True))
            self._buffer.clear()
            self._searched = 0
        return found

    def _last(self) -> list[Line] | None:
        if not self._buffer.strip():
            return None
        data = bytes(self._buffer)
        self._buffer.clear()
        end = self._cut(bytearray(data), 0)
        return [Line(data, torn=end == 0)]
