"""The envelope of an X12 interchange, and what may stand in an element."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence

from rtconform.formats.messages import Inexpressible

SENDER, RECEIVER = "SUBMITTER", "RECEIVER"
"""ISA06 and ISA08: no name of ours, which would tell a test from the day's work."""

_SEPARATORS = frozenset("*:~^")


def control_number(name: str) -> int:
    """The nine-digit control number of the interchange about `name` (CLM01): the same for the same claim."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) % 999_999_999 + 1


def element(value: str, longest: int, what: str) -> str:
    """`value` as it may stand in an element. Raises Inexpressible where X12 can't carry it."""
    if not value or len(value) > longest:
        raise Inexpressible(f"{what} {value[:40]!r} has {len(value)} characters: X12 takes 1 to {longest}")
    if not (value.isascii() and value.isprintable()) or _SEPARATORS & set(value) or value != value.strip():
        raise Inexpressible(f"{what} {value[:40]!r} holds characters that X12 uses itself or does not have")
    return value


def amount(value: int) -> str:
    """Whole dollars as R-type elements write them."""
    return str(value)


def interchange(
    function: str, guide: str, transactions: Sequence[Sequence[str]], *, control: int, day: dt.date, code: str
) -> bytes:
    """One interchange of one functional group. `transactions`: segments without ST and SE; `code`: ST01."""
    group = str(control)
    lines = [
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{SENDER:15}*ZZ*{RECEIVER:15}*{day:%y%m%d}*0900*^*00501*{control:09}*0*T*:",
        f"GS*{function}*{SENDER}*{RECEIVER}*{day:%Y%m%d}*0900*{group}*X*{guide}",
    ]
    for number, body in enumerate(transactions, 1):
        third = "" if code == "835" else f"*{guide}"
        lines += [f"ST*{code}*{number:04}{third}", *body, f"SE*{len(body) + 2}*{number:04}"]
    lines += [f"GE*{len(transactions)}*{group}", f"IEA*1*{control:09}"]
    return _joined(lines)


def _joined(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}~\n" for line in lines).encode("ascii")
