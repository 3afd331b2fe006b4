"""How reports say that a known fault is behind results: in a sentence that holds, whatever the vendor's program is made of."""

from rtconform.conformance.records import FaultNamed, KnownFaults, Recognised
from rtconform.reports.text import one_line


def hint(found: Recognised, known: KnownFaults, noun: str) -> str:
    """What a vendor does that would have given exactly these answers, and which other faults can't be told from it.

    `noun`: what the vendor is, as in "coder".
    """
    first = found.faults[0]
    return (
        f"{_named(first)} A {noun} with this fault would have given exactly these answers{_held_against(known)}.{_others(found)}"
    )


def hint_of_all(known: KnownFaults, noun: str) -> str:
    """The one fault that gives every answer of the run; empty where there is none."""
    if not known.whole:
        return ""
    first = known.whole[0]
    seen = f" Seen: {one_line(first.seen)}." if first.seen else ""
    return (
        f"{_named(first)} A {noun} with this fault alone would have given every answer of this run{_held_against(known)}.{seen}"
    )


def _named(fault: FaultNamed) -> str:
    return f"{one_line(fault.id)}: {one_line(fault.says)}"


def _held_against(known: KnownFaults) -> str:
    """Empty where every answer was looked at."""
    if known.compared >= known.answered:
        return ""
    return f" in the {known.compared:,} of {known.answered:,} answered cases that were compared"


def _others(found: Recognised) -> str:
    others = [one_line(fault.id) for fault in found.faults[1:]]
    if not others:
        return ""
    more = f" and {found.of - len(found.faults)} more" if found.of > len(found.faults) else ""
    return f" These cases can't tell it from: {', '.join(others)}{more}."
