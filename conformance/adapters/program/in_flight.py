"""What a stream worker keeps track of: the program, its current process, the cases in flight, the answer held back."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rtconform.conformance.adapters import SILENT, Reply, Stderr
from rtconform.conformance.adapters.program.child import ChildProcess
from rtconform.conformance.adapters.program.lines import LineReader, MessageReader
from rtconform.conformance.adapters.program.stderr import StderrTail
from rtconform.conformance.protocol import Question, Returned
from rtconform.formats.messages import Cut


@dataclass(frozen=True)
class Program:
    """How the program is started, and how long a good answer of its is held back for a second one to be noticed.

    `settle_s`: how long the last word is waited for after one that need not be it. `cut`: where a message ends that it
    writes; None: at the end of its line. `ends`: the same in words.
    """

    command: Sequence[str]
    cwd: Path
    env: dict[str, str]
    timeout_s: float
    held_s: float
    settle_s: float
    cut: Cut | None = None
    ends: str = ""


@dataclass(eq=False)
class Pending:
    """A case that waits for its answer.

    `deaths`: how many processes died with it in flight; `unmatched`: the first line that came since it was sent and belongs
    to no case; `overtaken`: a case sent later has been answered; `nameless`: the question, where no reader can find an id in
    its document, so that an answer can't name it. `batch`: what it went out in with others, whose first one holds the document
    for all of them; `early`: the answer that was not the last word. `stderr_mark`: where standard error was when it was sent;
    `shared`: others have been in flight with it since.
    """

    id: str
    document: bytes
    reply: "asyncio.Future[Reply]"
    sent_at: float = 0.0
    stderr_mark: int = 0
    shared: bool = False
    deaths: int = 0
    unmatched: str = ""
    overtaken: bool = False
    nameless: Question | None = None
    batch: object | None = None
    early: "Held | None" = None


@dataclass
class Held:
    """An answer that waits for what may still come of its case. `stderr`: what was written until it came."""

    pending: Pending
    answer: Returned
    latency_ms: float
    raw: bytes
    stderr: Stderr = SILENT


@dataclass
class Life:
    """One process of the program, from start to end.

    `overdue`: the cases for whose silence it was killed; `over`: nothing is sent to it any more; `reading`: lines that came are
    being read.
    """

    child: ChildProcess
    lines: LineReader | MessageReader
    stderr: StderrTail
    answered: int = 0
    last_good: float = 0.0
    overdue: list[str] = field(default_factory=list)
    over: bool = False
    reading: bool = False
