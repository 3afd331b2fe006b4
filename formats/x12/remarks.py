"""What an acknowledgment says of the 837 itself, in words for the person who sets a vendor up: a rejection is not an edit."""

from collections.abc import Iterator

from rtconform.formats.x12.segments import segments_of

MOST_REMARKS = 10

_REJECTS = ("R", "M", "W", "X")


def remarks(document: bytes) -> list[str]:
    """What a 999, TA1 or 277CA finds wrong with what was sent; nothing of a message that finds nothing."""
    return [remark for remark, _ in zip(_remarks(document), range(MOST_REMARKS), strict=False)]


def _remarks(document: bytes) -> Iterator[str]:
    transaction = ""
    for segment in segments_of(document):
        if segment.name == "ST":
            transaction = segment.get(1)
        elif segment.name == "TA1" and segment.get(4) in ("E", "R"):
            yield f"a TA1 finds fault with the interchange: TA104 {segment.get(4)[:10]}, TA105 {segment.get(5)[:10]}"
        elif transaction == "999" and segment.name == "IK3":
            place = f"segment {segment.get(1)[:10]}, number {segment.get(2)[:10]} of its transaction"
            yield f"a 999 finds fault with {place} (IK304 {segment.get(4)[:10]})"
        elif transaction == "999" and segment.name == "IK4":
            yield f"a 999 finds fault with element {segment.part(1, 1)[:10]} of that segment (IK403 {segment.get(3)[:10]})"
        elif transaction == "999" and segment.name == "AK9" and segment.get(1) in _REJECTS:
            yield f"a 999 rejects what was sent (AK901 {segment.get(1)}): every line is read as denied"
        elif transaction == "277" and segment.name == "STC" and segment.part(1, 1).upper() in ("A3", "A7", "A8", "A6"):
            yield f"a 277CA rejects: STC01 {segment.get(1)[:30]}"
