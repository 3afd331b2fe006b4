"""`vendor check`: a few cases (or claims) put to a vendor, and what came of each in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass

from rtconform.conformance.adapters import Reply
from rtconform.conformance.adapters.opening import open_adapter
from rtconform.conformance.printable import printable
from rtconform.conformance.protocol import Question
from rtconform.conformance.records import Event
from rtconform.conformance.role import Role
from rtconform.conformance.roles import ROLES
from rtconform.conformance.runs.as_sent import exchanged
from rtconform.conformance.vendors.file import Vendor
from rtconform.reference.errors import VendorUnreachable


@dataclass(frozen=True)
class Checked:
    """One thing looked at. `details` shows what came where it was wrong."""

    good: bool
    what: str
    details: tuple[str, ...] = ()


async def check_vendor(vendor: Vendor, questions: Sequence[Question]) -> list[Checked]:
    """Ask the questions, one after the other. Raises VendorUnreachable where nothing can be asked at all."""
    events: list[Event] = []
    adapter = open_adapter(vendor, events.append, workers=1)
    try:
        await adapter.start()
        checked = [_checked(vendor, question, await adapter.ask(question)) for question in questions]
    finally:
        await adapter.close()
    unmatched = [event.detail for event in events if event.kind == "stray_output"]
    if unmatched:
        details = tuple(_shown(detail) for detail in unmatched[:3])
        checked.append(Checked(good=False, what="prints more to standard output than one answer per line", details=details))
    return checked


async def check_sandbox(vendor: Vendor, question: Question) -> None:
    """Ask one question in the sandbox: a program that ends at once there misses something. Raises VendorUnreachable."""
    adapter = open_adapter(vendor, lambda _: None, workers=1)
    try:
        await adapter.start()
        reply = await adapter.ask(question)
    finally:
        await adapter.close()
    if reply.status == "error":
        said = next((line for line in reversed(reply.stderr.splitlines()) if line.strip()), "")
        raise VendorUnreachable(
            f"in the sandbox {_shown(reply.detail)}{': ' if said else ''}{_shown(said)}; show it the files that it needs with "
            "--readable PATH, or do without the sandbox: --no-sandbox"
        )


def _checked(vendor: Vendor, question: Question, reply: Reply) -> Checked:
    role: Role = ROLES[vendor.role]
    details = list(exchanged(vendor, reply))
    if reply.answer is None:
        if not details and reply.received.strip():
            details = [f"received: {_shown(reply.received)}"]
        details += [f"stderr: {_shown(line)}" for line in reply.stderr.strip().splitlines()[-3:]]
        return Checked(good=False, what=f"{question.id}: {reply.status}: {_shown(reply.detail)}", details=tuple(details))
    what = f"{question.id}: {role.answered(reply.answer)} ({reply.latency_ms or 0:.0f} ms)"
    return Checked(good=True, what=what, details=tuple(details))


_LONGEST_SHOWN = 400


def _shown(text: str) -> str:
    """A vendor's text on one line of a terminal: no control characters, which could move the cursor or worse."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= _LONGEST_SHOWN else f"{line[:_LONGEST_SHOWN]} …"
