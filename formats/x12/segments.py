"""X12 interchanges as segments: separators found in ISA, read as a stream, each segment with its position.

Nothing here knows a transaction. Reading is linear and holds one segment at a time, so that a month of claims needs no more
memory than a day of them.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

from msgspec import Struct

from rtconform.formats.messages import BYTE_ORDER_MARK

LONGEST_SEGMENT = 64 * 1024
"""Longest segment that is read, in bytes; X12's own elements come to a few thousand at most."""

_CHUNK = 64 * 1024
_BLANKS = re.compile(rb"[ \t\r\n\x00\x1a]+")
_OTHERWISE = re.compile(r"[0-9A-Z]{1,3}([:><|\\])")
"""How a composite element begins (HC:77412, ABK:C61, 22:B:1), and what separates its components where that is not ISA16."""

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""What segments begin with: looked at first, since a month of claims has millions of them."""

_I = _LETTERS[8]
_ISA_ELEMENTS = 16
_LONGEST_ISA = 400
_LONGEST_IEA = 64


@dataclass(frozen=True)
class Delimiters:
    """What separates elements, components and segments of an interchange."""

    element: str = "*"
    component: str = ":"
    segment: str = "~"


class Segment(Struct, frozen=True, gc=False):
    """One segment. `position` counts the segments of the whole file from 1; `fault`: why its content can't be trusted."""

    position: int
    elements: tuple[str, ...]
    component: str = ":"
    fault: str = ""

    @property
    def name(self) -> str:
        """The segment's identifier, as in CLM."""
        return self.elements[0]

    def get(self, number: int) -> str:
        """Element `number` (CLM01 is 1), empty where it is missing."""
        return self.elements[number].strip() if number < len(self.elements) else ""

    def parts(self, number: int) -> list[str]:
        """The components of element `number`, also where they are not separated by what ISA16 says, as in files made by hand."""
        text, separator = self.get(number), self.component
        if separator not in text and (found := _OTHERWISE.match(text)):
            separator = found[1]
        return [part.strip() for part in text.split(separator)]

    def part(self, number: int, index: int) -> str:
        """Component `index` (from 1) of element `number`, empty where it is missing."""
        parts = self.parts(number)
        return parts[index - 1] if index <= len(parts) else ""

    def __str__(self) -> str:
        return f"segment {self.position} ({self.name[:10]})"


def segments_of(document: bytes) -> Iterator[Segment]:
    """The segments of a document."""
    return stream_segments(io.BytesIO(document))


def stream_segments(stream: BinaryIO) -> Iterator[Segment]:
    """The segments of a stream. Each ISA sets the separators again; text before the first one is read with the usual ones."""
    reader = _Reader(stream)
    position = 0
    while (elements := reader.next()) is not None:
        position += 1
        fault = reader.fault
        yield Segment(position, elements, reader.delimiters.component, fault)


class _Reader:
    """Cuts a stream at its segment terminators."""

    def __init__(self, stream: BinaryIO) -> None:
        self.delimiters = Delimiters()
        self._terminator = b"~"
        self.fault = ""
        self._stream = stream
        self._buffer = bytearray()
        self._at = 0
        self._ended = False

    def next(self) -> tuple[str, ...] | None:
        """The elements of the next segment; None at the end."""
        self.fault = ""
        if self._at >= len(self._buffer) or self._buffer[self._at] not in _LETTERS:
            self._skip_blank()
        if self._at >= len(self._buffer):
            return None
        if self._buffer[self._at] == _I and self._starts_with(b"ISA"):
            self._read_delimiters()
        raw = self._until(self._terminator)
        text = raw.decode("utf-8", errors="replace")
        if not self.fault and "\ufffd" in text:
            self.fault = "holds bytes that are not text"
        return tuple(text.strip().split(self.delimiters.element))

    def _skip_blank(self) -> None:
        while True:
            if found := _BLANKS.match(self._buffer, self._at):
                self._at = found.end()
            if self._at < len(self._buffer):
                if self._buffer[self._at] != BYTE_ORDER_MARK[0] or not self._starts_with(BYTE_ORDER_MARK):
                    return
                self._at += len(BYTE_ORDER_MARK)
            elif not self._more():
                return

    def _starts_with(self, start: bytes) -> bool:
        while len(self._buffer) - self._at < len(start) and self._more():
            pass
        return self._buffer.startswith(start, self._at)

    def _more(self) -> bool:
        """Read on; what is read already is let go."""
        if self._ended:
            return False
        del self._buffer[: self._at]
        self._at = 0
        chunk = self._stream.read(_CHUNK)
        self._ended = not chunk
        self._buffer += chunk
        return bool(chunk)

    def _read_delimiters(self) -> None:
        """ISA is the one segment of fixed form: its 17th character after 16 elements is the component separator."""
        while len(self._buffer) - self._at < _LONGEST_ISA and self._more():
            pass
        found = delimiters_of(self._buffer[self._at : self._at + _LONGEST_ISA])
        if found is None:
            self.fault = "ISA has no 16 elements: separators can't be found, the usual ones are taken"
            return
        self.delimiters, self._terminator = found, found.segment.encode("latin-1")

    def _until(self, terminator: bytes) -> bytes:
        """What stands before the terminator. Of a segment that is too long the beginning, and a fault."""
        start = searched = self._at
        kept: bytes | None = None
        while (end := self._buffer.find(terminator, searched)) < 0:
            searched = len(self._buffer)
            if len(self._buffer) - start > LONGEST_SEGMENT:
                kept = kept if kept is not None else bytes(self._buffer[start : start + 1000])
                self._at = len(self._buffer)  # the rest of it is let go
            before = self._at
            if not self._more():
                raw = kept if kept is not None else bytes(self._buffer[self._at :])
                self._at = len(self._buffer)
                self.fault = self.fault or f"has no end: no segment terminator {terminator.decode('latin-1')!r} comes after it"
                return self._too_long(raw, kept)
            start, searched = self._at, max(0, searched - before)
        raw = kept if kept is not None else bytes(self._buffer[start:end])
        self._at = end + 1
        if len(raw) > LONGEST_SEGMENT:
            kept, raw = raw[:1000], raw[:1000]
        return self._too_long(raw, kept)

    def _too_long(self, raw: bytes, kept: bytes | None) -> bytes:
        if kept is not None:
            self.fault = f"is longer than {LONGEST_SEGMENT} bytes"
        return raw


def delimiters_of(start: bytes | bytearray) -> Delimiters | None:
    """The separators that an ISA segment at `start` sets; None where it has no 16 elements."""
    text = bytes(start).decode("latin-1")
    if len(text) < 4 or text[3].isalnum() or text[3].isspace():
        return None
    element = text[3]
    at = 3
    for _ in range(_ISA_ELEMENTS - 1):
        at = text.find(element, at + 1)
        if at < 0:
            return None
    if at + 2 >= len(text):
        return None
    return Delimiters(element, text[at + 1], text[at + 2])


@cache
def _next_isa(terminator: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"(?:[\r\n]|%b)[\r\n \t]*(?=(?:%b)?ISA[^0-9A-Za-z\s])" % (re.escape(terminator), BYTE_ORDER_MARK))


_NEXT_ISA = _next_isa(b"\n")


def _another(buffer: bytearray, begin: int, head: int, terminator: bytes) -> int:
    """Where the next interchange begins, after `head`; 0: not yet. One that begins where IEA is due was left without its end."""
    found = _next_isa(terminator).search(buffer, max(begin + 3, head))
    return found.end() if found else 0


def cut(buffer: bytearray, searched: int) -> int:
    """Where the first interchange of a buffer ends (see `messages.Cut`): after the terminator of its IEA.

    What begins with no ISA ends at its line, so that a word of a program among the interchanges costs only itself; one without
    its IEA ends where the next begins.
    """
    begin = 0
    while begin < len(buffer) and buffer[begin] in b" \t\r\n":
        begin += 1
    if buffer.startswith(BYTE_ORDER_MARK, begin):
        begin += len(BYTE_ORDER_MARK)
    if not buffer.startswith(b"ISA", begin):
        if len(buffer) - begin < 3 and b"ISA".startswith(bytes(buffer[begin:])):
            return 0
        line = buffer.find(b"\n", begin)
        isa = buffer.find(b"ISA", begin)
        ends = [end for end in (line + 1, isa) if end > begin]
        return min(ends, default=0)
    torn = _NEXT_ISA.search(buffer, begin + 3, begin + _LONGEST_ISA)
    found = delimiters_of(buffer[begin : torn.start() if torn else begin + _LONGEST_ISA])
    if found is None and torn is not None:
        return torn.end()
    if found is None:
        return 0 if len(buffer) - begin < _LONGEST_ISA else begin + _LONGEST_ISA
    terminator = found.segment.encode("latin-1")
    head = max(begin, searched - _LONGEST_IEA)
    another = _another(buffer, begin, head, terminator)
    while True:
        head = buffer.find(b"IEA" + found.element.encode("latin-1"), head, another or len(buffer))
        if head < 0:
            return another
        before = bytes(buffer[max(begin, head - 8) : head]).rstrip(b"\r\n \t")
        if terminator in (b"\r", b"\n") or before.endswith(terminator):
            end = buffer.find(terminator, head)
            return end + 1 if end >= 0 else 0
        head += 4
