"""Where messages end in a stream that has no framing of its own: at a blank line, which in CSV stands outside quotes."""

import re

_BLANKS = re.compile(rb"[ \t\r\n]*")
_BLANK_LINE = re.compile(rb"(?>\r\n?|\n)[ \t]*(?:\r\n?|\n)")
_QUOTE_OR_BLANK_LINE = re.compile(rb'"|(?>\r\n?|\n)[ \t]*(?:\r\n?|\n)')
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
    begin = begins(buffer)
    start = max(begin, searched - _LOOKED_BACK)
    quoted = bool(buffer.count(b'"', begin, start) % 2)
    for found in _QUOTE_OR_BLANK_LINE.finditer(buffer, start):
        if found[0] == b'"':
            quoted = not quoted
        elif not quoted:
            return found.end()
    return 0
