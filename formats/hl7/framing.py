"""Where HL7 v2 answers end in a stream: at the end of an MLLP frame, or at a blank line; perhaps only after the ACK."""

import re

from rtconform.formats.framing import begins, end_of_block
from rtconform.formats.hl7.segments import FS, VT
from rtconform.formats.messages import BYTE_ORDER_MARK

MOST_MESSAGES = 1000
"""How many messages an answer that ends with its ACK may hold."""

_HEADERS = (b"MSH", b"FHS", b"BHS")
_HEADER = re.compile(rb"MSH|FHS|BHS|\x0b")
_ACK = re.compile(rb"[\r\n]MSA")


def cut_message(buffer: bytearray, searched: int) -> int:
    """Where the first message ends (see `messages.Cut`): after its MLLP frame, or the blank line that follows it.

    What begins as no message ends at its line, so that a word of a program among the messages costs only itself.
    """
    return _end_of_message(buffer, _begins(buffer), searched)


def cut_to_ack(buffer: bytearray, searched: int) -> int:
    """Where the first answer ends: after the message that holds an MSA segment, with the messages before it."""
    del searched  # which message that end is in is not known
    end = 0
    for _ in range(MOST_MESSAGES):
        begin = _begins(buffer, end)
        end = _end_of_message(buffer, begin, begin)
        if end == 0 or not _is_message(buffer, begin) or _ACK.search(buffer, begin, end):
            return end
    return end


def _begins(buffer: bytearray, at: int = 0) -> int:
    begin = begins(buffer, at)
    return begin + len(BYTE_ORDER_MARK) if buffer.startswith(BYTE_ORDER_MARK, begin) else begin


def _end_of_message(buffer: bytearray, begin: int, searched: int) -> int:
    if begin < len(buffer) and buffer[begin] == VT:
        return _before_next_frame(buffer, begin, buffer.find(FS, max(begin, searched - 1)) + 1)
    if _is_message(buffer, begin):
        return _before_next_frame(buffer, begin, end_of_block(buffer, begin, searched))
    start = bytes(buffer[begin : begin + 3])
    if any(header.startswith(start) for header in _HEADERS):
        return 0  # the rest of the name is yet to come
    line, header = buffer.find(b"\n", begin) + 1, _HEADER.search(buffer, begin + 1)
    ends = (line, header.start() if header else 0)
    return min((end for end in ends if end > begin), default=0)


def _before_next_frame(buffer: bytearray, begin: int, end: int) -> int:
    """`end`, unless a frame begins before it: what began before that was left without its end."""
    another = buffer.find(VT, begin + 1, end or len(buffer))
    return another if another > 0 else end


def _is_message(buffer: bytearray, begin: int) -> bool:
    return buffer[begin : begin + 1] == bytes([VT]) or bytes(buffer[begin : begin + 3]) in _HEADERS
