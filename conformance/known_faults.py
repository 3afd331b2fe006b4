"""Which known faults are behind what was found: as few as explain it, each cause by one of them."""

from collections.abc import Callable, Mapping

from rtconform.conformance.hunting.targets import Answers, KnownFault


def suspects(
    alone: Mapping[str, Answers], stood: Answers, fitting: Callable[[Answers], tuple[KnownFault, ...]]
) -> dict[str, KnownFault]:
    """For each cause that a known fault explains, that fault.

    `alone`: by cause, the answers that show nothing else; `stood`: answers that are right. Of the faults that fit, the one that
    fits the most causes is behind them all; of several such, the one that explains no more than it must.
    """
    fits = {cause: fitting([*answers, *stood]) for cause, answers in alone.items()}
    found: dict[str, KnownFault] = {}
    while left := [cause for cause in fits if cause not in found and fits[cause]]:
        explained: dict[str, list[str]] = {}
        for cause in left:
            for fault in fits[cause]:
                explained.setdefault(fault.id, []).append(cause)
        best = max(explained, key=lambda name: len(explained[name]))  # the first of several: the narrowest of the first cause's
        found |= {cause: next(fault for fault in fits[cause] if fault.id == best) for cause in explained[best]}
    return found
