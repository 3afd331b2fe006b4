"""Which of some known faults give certain answers: the same search for coders and for claim editors."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

Asked = TypeVar("Asked")
Given = TypeVar("Given")
Known = TypeVar("Known")


def fitting(
    answers: Sequence[tuple[Asked, Given]],
    faults: Iterable[Known],
    *,
    stands: Callable[[Asked, Given], bool],
    gives: Callable[[Known, Asked, Given], bool],
    explains: Callable[[Known], int],
) -> tuple[Known, ...]:
    """The faults that give all these answers; none where nothing is wrong with the answers.

    `stands`: whether an answer is right; `gives`: whether a fault gives that answer; `explains`: how much a fault makes wrong:
    the one that explains no more than it must comes first.
    """
    if all(stands(asked, given) for asked, given in answers):
        return ()
    found = [fault for fault in faults if all(gives(fault, asked, given) for asked, given in answers)]
    return tuple(sorted(found, key=explains)) if len(found) > 1 else tuple(found)  # to weigh faults is dear
