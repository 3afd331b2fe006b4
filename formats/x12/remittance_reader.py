"""835 remittances and 277CA and 999 acknowledgments read, into what they say of each claim and service.

Nothing here knows the claim that was asked about: `answers` lays what was read over its lines.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from rtconform.formats.messages import Unreadable, refuse_longer
from rtconform.formats.x12.elements import amount, whole
from rtconform.formats.x12.nesting import Nesting
from rtconform.formats.x12.segments import Segment, segments_of

MOST_CLAIMS = 10_000
"""How many claims a vendor's message may speak of."""


@dataclass
class Service:
    """What was said of one service. `reasons`: CARCs with the sign of their amount taken off, in order; `status`: of a 277CA."""

    position: int
    code: str
    modifiers: tuple[str, ...]
    reference: int | None = None
    charge: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    reasons: list[str] = field(default_factory=list)
    status: str = ""


@dataclass
class ClaimSaid:
    """What one loop said of one claim. `source`: 835, 277 or 999; `status`: CLP02, or the claim's own category of STC."""

    name: str
    source: str
    position: int
    status: str = ""
    reasons: list[str] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)


@dataclass
class Reading:
    """A message, read. `acknowledged`: for each group's control number (AK102), whether a 999 rejects it."""

    claims: list[ClaimSaid] = field(default_factory=list)
    acknowledged: dict[int, bool] = field(default_factory=dict)


def read_message(document: bytes, *, own: bool = False) -> Reading:
    """What a message of any number of interchanges and transactions says. Raises Unreadable, with the segment at fault.

    `own`: it is a file of the user's, a month of remittances perhaps, and of any length.
    """
    if own:
        return _read(document, None)
    refuse_longer(document)
    return _read_once(document, MOST_CLAIMS)


def _read(document: bytes, most_claims: int | None) -> Reading:
    reader = _Reader(most_claims)
    for segment in segments_of(document):
        if segment.fault and (segment.position > 1 or segment.name == "ISA"):
            raise Unreadable(f"{segment} {segment.fault}", reader.name)
        reader.take(segment)
    reader.finish()
    return reader.reading


_read_once = lru_cache(1)(_read)  # a vendor's message is asked for its names, then for what it says


class _Reader:
    def __init__(self, most_claims: int | None) -> None:
        self.reading = Reading()
        self._most_claims = most_claims
        self.name: str | None = None
        self._nesting = Nesting(("835", "277", "999"), "an 835, 277 or 999")
        self._claim: ClaimSaid | None = None
        self._service: Service | None = None
        self._group: int | None = None
        self._level = ""

    def take(self, segment: Segment) -> None:
        if self._nesting.take(segment, self.name):
            if segment.name == "ST":
                self._claim = self._service = self._group = None
        elif handler := _HANDLERS.get((self._nesting.transaction, segment.name)):
            handler(self, segment)

    def finish(self) -> None:
        self._nesting.finish(self.name)

    def clp(self, segment: Segment) -> None:
        self._claim = self._said(segment.get(1), segment)
        self._claim.status, self._service = segment.get(2), None

    def svc(self, segment: Segment) -> None:
        if self._claim is None:
            raise Unreadable(f"{segment} without the claim that it belongs to")
        at = 6 if segment.get(6) else 1  # SVC06: the code that was submitted, where another one was paid
        modifiers = tuple(part.upper() for part in segment.parts(at)[2:6] if part)
        self._service = Service(segment.position, segment.part(at, 2).upper(), modifiers)
        self._service.charge, self._service.paid = _money(segment, 2), _money(segment, 3)
        self._claim.services.append(self._service)

    def cas(self, segment: Segment) -> None:
        if self._claim is None:
            return
        reasons = [segment.get(at).upper() for at in range(2, len(segment.elements), 3)]
        amounts = [_money(segment, at + 1) for at in range(2, len(segment.elements), 3)]
        said = [reason.lstrip("0") or "0" for reason, amount in zip(reasons, amounts, strict=True) if reason and amount]
        wrong = next((reason for reason in said if not re.fullmatch(r"[0-9]{1,3}|[A-Z][0-9]{1,3}", reason)), None)
        if wrong is not None:
            raise Unreadable(f"{segment}: {wrong[:20]!r} is not a claim adjustment reason code", self.name)
        (self._service or self._claim).reasons.extend(said)

    def ref(self, segment: Segment) -> None:
        if self._service is not None and segment.get(1) in ("6R", "FJ"):
            self._service.reference = whole(segment.get(2))

    def hl(self, segment: Segment) -> None:
        self._level, self._service = segment.get(3), None
        self._claim = None

    def trn(self, segment: Segment) -> None:
        if self._level in ("PT", "23", "22"):
            self._claim, self._service = self._said(segment.get(2), segment), None

    def stc(self, segment: Segment) -> None:
        status = segment.part(1, 1).upper()
        if self._service is not None:
            self._service.status = status
        elif self._claim is not None:
            self._claim.status = status

    def svc_277(self, segment: Segment) -> None:
        if self._claim is None:
            raise Unreadable(f"{segment} without the claim that it belongs to")
        modifiers = tuple(part.upper() for part in segment.parts(1)[2:6] if part)
        self._service = Service(segment.position, segment.part(1, 2).upper(), modifiers)
        self._claim.services.append(self._service)

    def ak1(self, segment: Segment) -> None:
        number = segment.get(2)
        self._group = int(number) if re.fullmatch(r"[0-9]{1,9}", number) else None
        if self._group is None:
            raise Unreadable(f"{segment}: {number[:20]!r} is not a control number of a group (AK102)")
        self.reading.acknowledged.setdefault(self._group, False)

    def ak9(self, segment: Segment) -> None:
        if self._group is not None and segment.get(1) in ("R", "M", "W", "X"):
            self.reading.acknowledged[self._group] = True

    def ik5(self, segment: Segment) -> None:
        if self._group is not None and segment.get(1) in ("R", "M", "W", "X"):
            self.reading.acknowledged[self._group] = True

    def _said(self, name: str, segment: Segment) -> ClaimSaid:
        if not name:
            raise Unreadable(f"{segment}: no claim id")
        if self._most_claims is not None and len(self.reading.claims) >= self._most_claims:
            raise Unreadable(f"{segment}: more than {self._most_claims} claims in a message")
        self.name = self.name or name
        said = ClaimSaid(name, self._nesting.transaction, segment.position)
        self.reading.claims.append(said)
        return said


_HANDLERS = {
    ("835", "CLP"): _Reader.clp,
    ("835", "SVC"): _Reader.svc,
    ("835", "CAS"): _Reader.cas,
    ("835", "REF"): _Reader.ref,
    ("277", "HL"): _Reader.hl,
    ("277", "TRN"): _Reader.trn,
    ("277", "STC"): _Reader.stc,
    ("277", "SVC"): _Reader.svc_277,
    ("277", "REF"): _Reader.ref,
    ("999", "AK1"): _Reader.ak1,
    ("999", "IK5"): _Reader.ik5,
    ("999", "AK9"): _Reader.ak9,
}


def _money(segment: Segment, number: int) -> Decimal:
    text = segment.get(number) or "0"
    if (found := amount(text)) is None:
        raise Unreadable(f"{segment}: element {number} is {text[:20]!r}, not an amount")
    return found


def names_in(document: bytes, *, own: bool = False) -> list[str]:
    """The claims that a message speaks of, and `group NUMBER` for each group that it acknowledges, as far as it can be read.

    Raises Unreadable where it can be read so little that it names none.
    """
    try:
        return _names(read_message(document, own=own))
    except Unreadable:
        return _names_in_damaged(document, None if own else MOST_CLAIMS)


def _names_in_damaged(document: bytes, most_claims: int | None) -> list[str]:
    reader = _Reader(most_claims)
    fault: Unreadable | None = None
    try:
        for segment in segments_of(document):
            if not segment.fault or (segment.position == 1 and segment.name != "ISA"):
                reader.take(segment)
        reader.finish()
    except Unreadable as why:
        fault = why
    try:
        return _names(reader.reading)
    except Unreadable as none:
        raise fault or none from None


def _names(reading: Reading) -> list[str]:
    names = dict.fromkeys(said.name for said in reading.claims)
    names |= dict.fromkeys(f"group {number}" for number in reading.acknowledged)
    if not names:
        raise Unreadable("the message names no claim")
    return list(names)
