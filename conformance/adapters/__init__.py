"""Adapters: the ways to put a case to a vendor's coder, or a claim to its editor, and get the answer back.

Whatever a vendor does comes back as a `Reply`; only a vendor that can't be started or reached at all raises.
"""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol, runtime_checkable

from msgspec import Struct

from rtconform.conformance.protocol import Question, Returned, Writing
from rtconform.conformance.records import Event, StderrOf

__all__ = ["SILENT", "Adapter", "BatchAdapter", "Log", "Reply", "Stderr"]

Log = Callable[[Event], None]


class Stderr(Struct, frozen=True, gc=False):
    """What a program wrote on standard error between a question and its answer, without secrets, and whose it is."""

    text: str = ""
    of: StderrOf = ""


SILENT = Stderr()


class Reply(Struct, frozen=True, gc=False):
    """What came of asking one case.

    `status`: answered (then `answer` is there) | invalid (something came, no answer to this case) | error (crash, 5xx) |
    timeout. `refused`: the vendor said clearly that it can't read what it was sent (HTTP 4xx, an exit code with
    words on standard error, an answer with an `error`). `answers_another`: what came is an answer to another case, or
    the rest of one.
    `detail`: one sentence that says why it is not answered.
    `received`: what came, as text; `sent`: what was asked, where that is not our own JSON written plainly; `stderr`: the vendor's
    between the two, and `stderr_of` whose it is. Each is at most 4 kB, and secrets are already replaced.
    `digest`: the SHA-256 of what came, byte for byte (empty: nothing came, or not all of it was read). `alone`: it was asked
    with others in one message, of which nothing better came; ask it alone.
    """

    status: Literal["answered", "invalid", "error", "timeout"]
    answer: Returned | None = None
    detail: str = ""
    received: str = ""
    stderr: str = ""
    latency_ms: float | None = None
    refused: bool = False
    answers_another: bool = False
    digest: str = ""
    alone: bool = False
    sent: str = ""
    stderr_of: StderrOf = ""


class Adapter(Protocol):
    """One open connection to a vendor. `window`: how many cases may be asked at the same time."""

    window: int

    async def start(self) -> None:
        """Make ready. Raises VendorUnreachable where the program can't be started or the service reached."""
        ...

    async def ask(self, question: Question, writing: Writing | None = None) -> Reply:
        """Put one case or claim to the vendor, in the bytes that `writing` makes of it where the plain ones are not meant.

        Never raises for anything that the vendor does.
        """
        ...

    async def close(self) -> None:
        """End every process and connection; nothing of the vendor's is left running."""
        ...


@runtime_checkable
class BatchAdapter(Adapter, Protocol):
    """An adapter that can put several questions in one message."""

    async def ask_many(self, questions: Sequence[Question]) -> Sequence[Reply]:
        """Put the questions, all of which fit in one message, to the vendor; the replies in their order. Never raises."""
        ...
