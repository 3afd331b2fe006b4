"""What goes to a vendor of a format of the trade, and what came of it, line by line, for a person to look at."""

from collections.abc import Iterator

from rtconform.conformance.adapters import Reply
from rtconform.conformance.printable import printable
from rtconform.conformance.roles import ROLES
from rtconform.conformance.vendors.settings import Vendor
from rtconform.formats.registry import ANSWERS
from rtconform.formats.x12.segments import delimiters_of
from rtconform.reference.codes import notation
from rtconform.reference.documents.claim import Disposition
from rtconform.reference.documents.coding import Answer

MOST_LINES = 40
"""How many lines of a message are shown."""

_LONGEST_LINE = 240


def exchanged(vendor: Vendor, reply: Reply) -> Iterator[str]:
    """The message as it was sent, what came, and what was read in it; nothing where only our own JSON goes both ways."""
    if vendor.format.plain:
        return
    yield "sent:" if reply.sent.strip() else "sent: nothing"
    yield from _indented(reply.sent)
    yield "came:" if reply.received.strip() else "came: nothing"
    yield from _indented(reply.received)
    if reply.answer is not None:
        yield "read:"
        yield from _indented("\n".join(_read(reply.answer)))
    row = ANSWERS.get((vendor.format.answer, ROLES[vendor.role].asks))
    yield from (f"note: {remark}" for remark in (row.remarks(reply.received.encode()) if row else ()))


def _read(answer: Answer | Disposition) -> Iterator[str]:
    """What an answer says, a line each."""
    if isinstance(answer, Disposition):
        for one in answer.lines:
            yield f"line {one.number}: {one.disposition}" + (f", CARC {one.carc}" if one.carc else "")
        return
    yield answer.outcome if answer.lines or answer.outcome != "coded" else "coded, nothing to bill"
    for line in answer.lines:
        yield f"{line.session}: {notation(line.code, line.modifiers)} × {line.units}"
    yield from (f"note: {note}" for note in answer.notes)


def _indented(text: str) -> Iterator[str]:
    """Lines of a message, whatever ends them, without what could move a terminal's cursor."""
    for frame in ("\x0b", "\x1c"):
        text = text.replace(frame, "\n")
    found = delimiters_of(text.lstrip()[:400].encode()) if text.lstrip().startswith("ISA") else None
    if found is not None:
        text = text.replace(found.segment, f"{found.segment}\n")
    lines = [line for line in text.splitlines() if line.strip()]
    for line in lines[:MOST_LINES]:
        plain = printable(line)
        yield "  " + (plain if len(plain) <= _LONGEST_LINE else f"{plain[:_LONGEST_LINE]} …")
    if len(lines) > MOST_LINES:
        yield f"  and {len(lines) - MOST_LINES} more lines"
