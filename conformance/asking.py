"""A vendor as a pure function from treatments to causes, for whoever searches: each treatment is asked once, its result kept."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from msgspec.structs import replace

from rtconform.conformance.adapters import Adapter
from rtconform.conformance.adapters.opening import open_adapter
from rtconform.conformance.causes import Cause, causes_of
from rtconform.conformance.fairness import signature
from rtconform.conformance.records import Event, Result
from rtconform.conformance.roles import CODER, Signature
from rtconform.conformance.runner import result_of
from rtconform.conformance.vendor import Vendor
from rtconform.generators.suite import SuiteCase
from rtconform.reference.coding import Answer
from rtconform.reference.treatment import Case, duplicate_ids
from rtconform.reference.wire import encode

SUITE = "hunt"
"""The name of the suite that found cases make up."""

PATIENCE = 25
"""A vendor that lets so many cases run into its time-out is not asked any more; nor one that has answered none of so many."""

AGAIN = 3
"""How often a case is asked again, of a fresh connection."""

STOOD = 200
"""How many answers that stand are kept."""

_LETTERS = 20


@dataclass
class Sightings:
    """A cause, and the results that show it, in the order of asking."""

    cause: Cause
    results: list[Result] = field(default_factory=list)


class Asker:
    """A context: connected to the vendor, a coder, while it is entered. Entering raises VendorUnreachable.

    `seen`: the causes shown so far, by their ids; `stood`: the first cases whose answers stand; `asked`: how many treatments
    the vendor was sent. `watch` is called after each.
    """

    def __init__(self, vendor: Vendor, watch: Callable[[], None]) -> None:
        self._vendor = vendor
        self._watch = watch
        self._runner = asyncio.Runner()
        self._adapter: Adapter | None = None
        self._known: dict[str, tuple[str, ...]] = {}
        self._signatures: dict[str, Signature] = {}
        self._timeouts = 0
        self._answers = 0
        self.seen: dict[str, Sightings] = {}
        self.stood: list[tuple[Case, Answer]] = []
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

    def causes(self, case: Case) -> tuple[str, ...]:
        """The ids of the causes that the answer to this treatment shows; none for one that is not put to the vendor."""
        case = anonymous(case)
        known = self._known.get(case.id)
        if known is None:
            known = self._known[case.id] = self._asked(case)
        return known

    def same_again(self, case: Case, name: str) -> bool:
        """Whether the vendor gives this case, asked before, the same answer again: each time, and under another `name`."""
        adapter = self._opened()
        try:
            replies = [self._runner.run(adapter.ask(replace(case, id=name))) for _ in range(AGAIN)]
        finally:
            self._runner.run(adapter.close())
        return {signature(CODER, case, reply) for reply in replies} == {self._signatures[anonymous(case).id]}

    def _asked(self, case: Case) -> tuple[str, ...]:
        if self.given_up or CODER.unsupported(self._vendor.supports, case) is not None or any(duplicate_ids(case)):
            return ()
        assert self._adapter is not None  # noqa: S101 - open between enter and exit
        reply = self._runner.run(self._adapter.ask(case))
        self.asked += 1
        self._timeouts += reply.status == "timeout"
        self._answers += reply.status == "answered"
        result = result_of(SUITE, SuiteCase(case), reply)
        causes = causes_of(result)
        for cause in causes:
            self.seen.setdefault(cause.id, Sightings(cause)).results.append(result)
        if causes:
            self._signatures[case.id] = signature(CODER, case, reply)
        elif isinstance(reply.answer, Answer) and len(self.stood) < STOOD:
            self.stood.append((case, reply.answer))
        self._watch()
        return tuple(cause.id for cause in causes)

    def _opened(self) -> Adapter:
        adapter = open_adapter(self._vendor, _unheard, workers=1, brisk=True)
        try:
            self._runner.run(adapter.start())
        except BaseException:
            self._runner.run(adapter.close())
            raise
        return adapter


def anonymous(case: Case) -> Case:
    """The case under an id that says nothing but which treatment it is: the same for the same, and in no vendor's list."""
    name = hashlib.sha256(encode(replace(case, id=SUITE))).hexdigest()
    return replace(case, id=name[:_LETTERS])


def _unheard(event: Event) -> None:
    """What happens beside the cases has no place in a hunt: `rtconform run` on what was found records it."""
    del event
