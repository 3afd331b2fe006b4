"""A vendor as a pure function from cases or claims to causes, for a search: each is asked once, and its result is kept."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from rtconform.conformance.adapters import Adapter
from rtconform.conformance.adapters.opening import open_adapter
from rtconform.conformance.cause import Cause
from rtconform.conformance.hunting.stop import Stop
from rtconform.conformance.protocol import Question, Returned
from rtconform.conformance.records import Event, Result
from rtconform.conformance.role import Signature
from rtconform.conformance.roles import ROLES
from rtconform.conformance.runs.fairness import signature
from rtconform.conformance.runs.runner import not_asked, result_of
from rtconform.conformance.vendors.file import Vendor
from rtconform.generators.suites.suite import SuiteItem
from rtconform.reference.documents.wire import encode

SUITE = "hunt"
"""The name of the suite that found cases or claims make up."""

PATIENCE = 25
"""After this many time-outs, or this many cases without any answer, the vendor is not asked any more."""

AGAIN = 3
"""How often a case or claim is asked again, of a fresh connection."""

STOOD = 1000
"""How many answers that stand are kept."""

_LETTERS = 20


@dataclass
class Sightings:
    """A cause, and the results that show it, in the order of asking."""

    cause: Cause
    results: list[Result] = field(default_factory=list)


class Asker:
    """A context: connected to the vendor while it is entered. Entering raises VendorUnreachable.

    `seen`: the causes shown so far, by their ids; `stood`: the first questions whose answers stand; `asked`: how many the
    vendor was sent. `watch` is called after each. Once `stop` is set, it asks no more: what would ask raises KeyboardInterrupt.
    """

    def __init__(self, vendor: Vendor, stop: Stop, watch: Callable[[], None]) -> None:
        self._vendor = vendor
        self._stop = stop
        self._role = ROLES[vendor.role]
        self._watch = watch
        self._runner = asyncio.Runner()
        self._adapter: Adapter | None = None
        self._known: dict[str, tuple[str, ...]] = {}
        self._signatures: dict[str, Signature] = {}
        self._timeouts = 0
        self._answers = 0
        self.seen: dict[str, Sightings] = {}
        self.stood: list[tuple[Question, Returned]] = []
        self.asked = 0

    def __enter__(self) -> Self:
        try:
            self._adapter = self._opened()
        except BaseException:
            self._runner.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if self._adapter is not None:
                self._runner.run(self._adapter.close())
        finally:
            self._runner.close()

    @property
    def given_up(self) -> bool:
        """Whether it is not asked any more: nothing new then comes of any treatment."""
        return self._timeouts >= PATIENCE or (self.asked >= PATIENCE and not self._answers)

    def causes(self, item: SuiteItem) -> tuple[str, ...]:
        """The ids of the causes that the answer to this shows; none for what is not put to the vendor."""
        item = anonymous(item)
        known = self._known.get(item.id)
        if known is None:
            known = self._known[item.id] = self._asked(item)
        return known

    def same_again(self, item: SuiteItem, name: str) -> bool:
        """Whether the vendor gives this item, asked before, the same answer again: each time, and under another `name`."""
        question = item.renamed(name).question
        adapter = self._opened()
        try:
            replies = [self._stop.wait(self._runner, adapter.ask(question)) for _ in range(AGAIN)]
        finally:
            self._runner.run(adapter.close())
        return {signature(self._role, question, reply) for reply in replies} == {self._signatures[anonymous(item).id]}

    def _asked(self, item: SuiteItem) -> tuple[str, ...]:
        if self._stop.told:
            raise KeyboardInterrupt
        question = item.question
        if self.given_up or not_asked(self._vendor, self._role, item) is not None or any(self._role.contradictions(question)):
            return ()
        assert self._adapter is not None  # noqa: S101 - open between enter and exit
        reply = self._stop.wait(self._runner, self._adapter.ask(question))
        self.asked += 1
        self._timeouts += reply.status == "timeout"
        self._answers += reply.status == "answered"
        result = result_of(SUITE, item, reply)
        for cause in result.causes:
            self.seen.setdefault(cause.id, Sightings(cause)).results.append(result)
        if result.causes:
            self._signatures[item.id] = signature(self._role, question, reply)
        elif reply.answer is not None and len(self.stood) < STOOD:
            self.stood.append((question, reply.answer))
        self._watch()
        return tuple(cause.id for cause in result.causes)

    def _opened(self) -> Adapter:
        adapter = open_adapter(self._vendor, _unheard, workers=1, brisk=True)
        try:
            self._stop.wait(self._runner, adapter.start())
        except BaseException:
            self._runner.run(adapter.close())
            raise
        return adapter


def anonymous(item: SuiteItem) -> SuiteItem:
    """The item under an id that says nothing but what is asked: the same for the same, and in no vendor's list."""
    name = hashlib.sha256(encode(item.renamed(SUITE).question)).hexdigest()
    return item.renamed(name[:_LETTERS])


def _unheard(event: Event) -> None:
    """What happens beside the cases has no place in a hunt: `rtconform run` on what was found records it."""
    del event
