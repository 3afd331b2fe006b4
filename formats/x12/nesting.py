"""Interchanges, groups and transactions within each other: what opens, what closes, and whether the counts are right."""

from rtconform.formats.messages import Unreadable
from rtconform.formats.x12.segments import Segment

_CLOSES = {"SE": "ST", "GE": "GS", "IEA": "ISA"}
_ENDINGS = {begin: end for end, begin in _CLOSES.items()}
_OUTER: dict[str, list[str]] = {"ISA": [], "GS": ["ISA"], "ST": ["ISA", "GS"]}


class Nesting:
    """Holds the segments of one message to the envelopes of X12. `transactions`: those that may come, `named` in words."""

    def __init__(self, transactions: tuple[str, ...], named: str) -> None:
        self.transaction = ""
        self._transactions = transactions
        self._named = named
        self._first = True
        self._begun = 0
        self._open: list[str] = []

    def take(self, segment: Segment, name: str | None = None) -> bool:
        """Whether the segment belongs to the envelope. Raises Unreadable, about the question `name`, where it is out of place."""
        identifier = segment.name
        if self._first and identifier != "ISA":
            shown = identifier[:40]
            raise Unreadable(f"no ISA: the message begins with {shown!r} where an X12 interchange (ISA … IEA) is due")
        self._first = False
        if identifier in _OUTER:
            self._begin(segment, name)
        elif identifier in _CLOSES:
            self._end(segment, name)
        else:
            return False
        return True

    def finish(self, name: str | None = None) -> None:
        """Raises Unreadable where something is still open, or nothing came."""
        if self._first:
            raise Unreadable("nothing came where an X12 interchange is due")
        if self._open:
            raise Unreadable(f"the message ends within its {self._open[-1]}: {_ENDINGS[self._open[-1]]} is missing", name)

    def _begin(self, segment: Segment, name: str | None) -> None:
        if self._open != _OUTER[segment.name]:
            raise Unreadable(f"{segment} where {_ENDINGS[self._open[-1]] if self._open else 'ISA'} is due", name)
        self._open.append(segment.name)
        if segment.name == "ST":
            self.transaction, self._begun = segment.get(1), segment.position
            if self.transaction not in self._transactions:
                raise Unreadable(f"{segment}: transaction {self.transaction[:10]!r} where {self._named} is due")

    def _end(self, segment: Segment, name: str | None) -> None:
        opens = _CLOSES[segment.name]
        if not self._open or self._open[-1] != opens:
            raise Unreadable(f"{segment} without its {opens}", name)
        self._open.pop()
        if segment.name == "SE":
            counted = segment.position - self._begun + 1
            if segment.get(1) != str(counted):
                raise Unreadable(f"{segment}: SE01 says {segment.get(1)[:10]!r} segments, the transaction has {counted}", name)
            self.transaction = ""
