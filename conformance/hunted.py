"""What a hunt has come to: the kinds of fault found, each with its smallest case or claim."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from rtconform.conformance.cause import Cause
from rtconform.conformance.protocol import Question
from rtconform.conformance.records import Result

Ended = Literal["nothing_new", "unstable", "no_answers", "interrupted"]


class KnownFault(Protocol):
    """A fault with a name, and what it does in a sentence."""

    @property
    def id(self) -> str:
        """Its name."""
        ...

    @property
    def says(self) -> str:
        """What is done wrong."""
        ...


@dataclass(frozen=True)
class Found:
    """A kind of fault. `result` is that of its smallest case or claim, `shown` those of all asked that show it.

    `question`: the smallest, under the id that it has in the suite of those found. `stable`: asked again, the vendor answered the
    smallest in the same way; None: it was not asked again. `fault`: the known fault that answers what shows this cause alone as
    the vendor did, and rightly what the vendor answered rightly.
    """

    cause: Cause
    result: Result
    question: Question
    shown: tuple[Result, ...]
    stable: bool | None
    fault: KnownFault | None = None


@dataclass(frozen=True)
class Hunted:
    """What a hunt has come to: how many questions were asked, what they showed, and why it ended.

    Causes that one known fault explains stand together; otherwise they stand in order of discovery.
    """

    asked: int
    found: tuple[Found, ...]
    ended: Ended

    @property
    def faults(self) -> tuple[tuple[Found, ...], ...]:
        """The causes by what is wrong: those that look like one known fault are one, each of the others is one of its own."""
        return by_fault(self.found)


def by_fault(found: Iterable[Found]) -> tuple[tuple[Found, ...], ...]:
    """The kinds of fault, those that look like one known fault together."""
    groups: dict[str, list[Found]] = {}
    for one in found:
        groups.setdefault(f"fault {one.fault.id}" if one.fault else one.cause.id, []).append(one)
    return tuple(map(tuple, groups.values()))
