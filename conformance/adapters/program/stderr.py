"""A program's standard error: the end of it for the case at hand, and a bounded part of all of it for the run's events."""

from rtconform.conformance.adapters.exchange import LONGEST_SHOWN, Exchange

KEPT_PER_PROCESS = 64 * 1024
"""How much of one process's standard error goes to the events, in bytes."""

KEPT_PER_ADAPTER = 1024 * 1024
"""The same for all processes of one adapter together."""

_AT_ONCE = 4096


class StderrLog:
    """Writes standard error to the events, until the adapter's share (`limit` bytes) is used up."""

    def __init__(self, exchange: Exchange, limit: int = KEPT_PER_ADAPTER) -> None:
        self.exchange = exchange
        self._left = limit

    def write(self, raw: bytes, *, cut: bool, cases: tuple[str, ...] = ()) -> None:
        """Log a piece; `cut` says that text around it is missing."""
        raw, self._left = raw[: self._left], max(0, self._left - len(raw))
        if raw:
            text = raw.decode(errors="replace")
            redactor = self.exchange.redactor
            cut = cut or self._left == 0
            self.exchange.event("stderr", redactor.piece(text) if cut else redactor.text(text), cases)


class StderrTail:
    """The standard error of one process. `total` counts its bytes: a mark to ask `since` by."""

    def __init__(self, log: StderrLog) -> None:
        self.total = 0
        self._log = log
        self._tail = b""
        self._unlogged = b""
        self._left = KEPT_PER_PROCESS

    def feed(self, data: bytes) -> None:
        """Take what came."""
        self.total += len(data)
        self._tail = (self._tail + data)[-LONGEST_SHOWN:]
        self._unlogged += data[: self._left]
        self._left = max(0, self._left - len(data))
        whole = len(self._unlogged) - self._log.exchange.redactor.longest
        if whole >= _AT_ONCE and (end := self._unlogged.rfind(b"\n", 0, whole) + 1) and not self._splits_secret(end):
            self._log.write(self._unlogged[:end], cut=False)
            self._unlogged = self._unlogged[end:]

    def _splits_secret(self, end: int) -> bool:
        """Whether a secret begins before `end` and ends after it: it is waited for a better place, or for the process's end."""
        text = self._log.exchange.redactor.text
        parts = (self._unlogged[:end], self._unlogged[end:])
        return "".join(text(part.decode(errors="replace")) for part in parts) != text(b"".join(parts).decode(errors="replace"))

    def since(self, mark: int) -> str:
        """The end of what came after `mark`, as text without secrets."""
        if self.total == mark:
            return ""
        length = min(self.total - mark, len(self._tail))
        tail = self._tail[len(self._tail) - length :]
        return self._log.exchange.shown_tail(tail, cut=length < self.total)

    def finish(self) -> None:
        """Log the rest: the process has ended."""
        if self._unlogged:
            self._log.write(self._unlogged, cut=self._left == 0)
            self._unlogged = b""
        if self._left == 0:
            self._log.exchange.event("stderr", f"… in all {self.total} bytes, the first {KEPT_PER_PROCESS} are kept")
