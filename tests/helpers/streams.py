"""A stream that comes in pieces, cut into messages as a run cuts it."""

from rtconform.formats.messages import Cut


def cuts(content: bytes, size: int, cut: Cut) -> list[bytes]:
    """What is cut off, one after the other, without blanks around it, where `content` comes in pieces of `size`."""
    buffer, searched, found = bytearray(), 0, []
    for at in range(0, len(content), size):
        buffer += content[at : at + size]
        while end := cut(buffer, searched):
            found.append(bytes(buffer[:end]).strip())
            del buffer[:end]
            searched = 0
        searched = len(buffer)
    return found
