"""Where messages end in a stream that has no framing of its own: at a blank line, which in CSV stands outside quotes."""

import re

from rtconform.formats.messages import BYTE_ORDER_MARK

_BLANKS = re.compile(rb"[ \t\r\n]*")
_BLANK_LINE = re.compile(rb"(?>\r\n?|\n)[ \t]*(?:\r\n?|\n)")
_QUOTE_OR_BLANK_LINE = re.compile(rb'"|(?>\r\n?|\n)[ \t]*(?:\r\n?|\n)')
_FIRST_LINE = re.compile(rb"[^\r\n]+(?=[\r\n])")
_LOOKED_BACK = 64


def begins(buffer: bytearray, at: int = 0) -> int:
    """Where the first character from `at` on stands that is not blank."""
    found = _BLANKS.match(buffer, at)
    return found.end() if found else at


def end_of_block(buffer: bytearray, begin: int, searched: int) -> int:
    """Where the block that begins at `begin` ends: after the blank line that follows it; 0: that has not come yet."""
    found = _BLANK_LINE.search(buffer, max(begin, searched - _LOOKED_BACK))
    return found.end() if found else 0


def cut_quoted_block(buffer: bytearray, searched: int) -> int:
    """Where the first block of a buffer ends (see `messages.Cut`). A blank line within double quotes belongs to the block."""
    return _end_outside_quotes(buffer, begins(buffer), max(0, searched - _LOOKED_BACK), len(buffer))


def cut_headed_block(buffer: bytearray, searched: int) -> int:
    """Where the first block of a buffer ends that begins with the names of its columns.

    It also ends where its first line comes again, which no row is: an export with a quote that is never closed, or without its
    blank line, costs only itself.
    """
    begin = begins(buffer)
    head = _FIRST_LINE.match(buffer, begin)
    if head is None:
        return 0
    again = re.compile(rb"[\r\n]+(?=(?:%b)?%b[\r\n])" % (BYTE_ORDER_MARK, re.escape(head[0].removeprefix(BYTE_ORDER_MARK))))
    start = max(0, searched - _LOOKED_BACK - len(head[0]))
    found = again.search(buffer, max(begin, start))
    return _end_outside_quotes(buffer, begin, start, found.start() if found else len(buffer)) or (found.end() if found else 0)


def _end_outside_quotes(buffer: bytearray, begin: int, start: int, stop: int) -> int:
    """Where the first blank line between `start` and `stop` ends that is not within quotes opened since `begin`; 0: none."""
    start = max(begin, start)
    quoted = bool(buffer.count(b'"', begin, start) % 2)
    for found in _QUOTE_OR_BLANK_LINE.finditer(buffer, start, stop):
        if found[0] == b'"':
            quoted = not quoted
        elif not quoted:
            return found.end()
    return 0
