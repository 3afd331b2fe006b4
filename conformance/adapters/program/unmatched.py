"""Output that answers no case in flight: a bounded part of it is logged, the rest is counted."""

from collections import OrderedDict

from rtconform.conformance.adapters.answers import Received
from rtconform.conformance.adapters.exchange import Exchange
from rtconform.conformance.printable import printable

LOGGED = 20
ANSWERED_REMEMBERED = 10_000
SHOWN = 200

_LOOKED_AT = 8192


class Unmatched:
    """The unmatched lines of one worker, and the ids of the cases that it answered last.

    An answer to one of these comes too late for the case's verdict, so the first is a finding.
    """

    def __init__(self, worker: str, exchange: Exchange) -> None:
        self._worker = worker
        self._exchange = exchange
        self._answered: OrderedDict[str, None] = OrderedDict()
        self._count = 0
        self._found_again = False

    def answered(self, case_id: str) -> None:
        """Remember that a case has its answer."""
        self._answered[case_id] = None
        self._answered.move_to_end(case_id)
        if len(self._answered) > ANSWERED_REMEMBERED:
            self._answered.popitem(last=False)

    def note(self, received: Received, raw: bytes) -> str:
        """Log a line. Its beginning, where it may have been meant as the answer to a case in flight; else nothing."""
        shown = printable(self._exchange.shown(raw[:_LOOKED_AT], SHOWN)).strip()  # it ends up in an explanation, on one line
        if received.id is None:
            self._log(f"{received.fault}: {shown}")
            return shown
        if received.id not in self._answered:
            self._log(f"answers case {received.id!r}, which was not asked: {shown}")
            return shown
        what = f"another answer to case {received.id!r}, which was answered already"
        if not self._found_again:
            self._found_again = True
            self._exchange.finding("answered_again", f"{self._worker}: {what}: {shown}", (received.id,))
        self._log(f"{what}: {shown}", received.id)
        return ""

    def finish(self) -> None:
        """Log how many more there were."""
        if self._count > LOGGED:
            self._exchange.event("stray_output", f"{self._worker}: {self._count - LOGGED} more lines that answer no case")

    def _log(self, what: str, *cases: str) -> None:
        self._count += 1
        if self._count <= LOGGED:
            what = self._exchange.shown(what.encode(errors="replace"), 3 * SHOWN)
            self._exchange.event("stray_output", f"{self._worker}: {what}", cases)
