"""The log of a run as JSON Lines, for machines that watch it (`--log-format json`): one `rtconform.log/1` a line.

Times are UTC. What each kind of line carries is in `docs/reference/logs.md`; results that are conformant are only counted.
"""

import time
from collections import Counter
from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from rtconform.conformance.records import Event, EventKind, Manifest, Result, UtcTime, now
from rtconform.conformance.verdicts import VERDICTS, FindingKind, Verdict
from rtconform.reference.documents.wire import encode

EVERY_S = 1.0
"""How often progress is reported at most."""


class LogLine(Struct, frozen=True, omit_defaults=True, tag_field="schema", tag="rtconform.log/1"):
    """One thing that happened. `cases`: the ids concerned; `asked` of `total` cases have a result, `counts` by verdict."""

    event: EventKind | Literal["started", "result", "progress", "remark", "error", "ended"]
    at: UtcTime
    detail: str = ""
    cases: tuple[str, ...] = ()
    finding: FindingKind | None = None
    suite: str | None = None
    verdict: Verdict | None = None
    rules: tuple[str, ...] = ()
    latency_ms: float | None = None
    asked: int | None = None
    total: int | None = None
    counts: dict[str, int] = {}
    folder: str | None = None
    exit_code: int | None = None


class RunLog:
    """Writes the log of one run, a line at a time, through `write`."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._counts: Counter[str] = Counter()
        self._told_at = time.monotonic()
        self._total = 0

    def started(self, manifest: Manifest, total: int, folder: str) -> None:
        """The run begins."""
        self._total = total
        names = ", ".join(suite.name for suite in manifest.suites)
        self.say(
            LogLine("started", now(), f"{manifest.vendor.name} {manifest.vendor.version}: {names}", total=total, folder=folder)
        )

    def event(self, event: Event) -> None:
        """Something beside the cases, or a finding."""
        self.say(LogLine(event.kind, event.at, event.detail, event.cases, event.finding))

    def result(self, result: Result) -> None:
        """A case has its result."""
        self._counts[result.verdict] += 1
        if not VERDICTS[result.verdict].conformant:
            verdict = result.verdict
            line = LogLine(
                "result", now(), result.explanation, (result.id,), None, result.suite, verdict, result.rules, result.latency_ms
            )
            self.say(line)
        if time.monotonic() - self._told_at >= EVERY_S:
            self._told_at = time.monotonic()
            self.say(LogLine("progress", now(), asked=self._counts.total(), total=self._total, counts=dict(self._counts)))

    def told(self, event: Literal["remark", "error"], detail: str, exit_code: int | None = None) -> None:
        """What is said to the person who gave the files, or why the run could not go on."""
        self.say(LogLine(event, now(), detail, exit_code=exit_code))

    def ended(self, exit_code: int, folder: str) -> None:
        """The run is over."""
        counts = dict(self._counts)
        self.say(
            LogLine(
                "ended", now(), asked=self._counts.total(), total=self._total, counts=counts, folder=folder, exit_code=exit_code
            )
        )

    def say(self, line: LogLine) -> None:
        """Write a line."""
        self._write(encode(line) + b"\n")
