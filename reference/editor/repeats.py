"""Which sessions the lines of one service bill, and which of the lines bill a session again.

A second session on a date is right in any form that the payer takes: 59, 76 or XE on its line, one line of two units, or a line
of its own that names its session. What is more is one too many; which of two equal lines that is, is the payer's choice.
"""

from collections.abc import Sequence
from typing import Literal

from rtconform.reference.codes import GUIDANCE_CODE
from rtconform.reference.documents.adjudication import Category, Choice
from rtconform.reference.documents.claim import ClaimLine
from rtconform.reference.editor.lines import Stop
from rtconform.reference.editor.payers import Period

Homes = dict[int, tuple[str, ...]]
"""The sessions that a line bills, by its number: as many as its units, fewer where the record has no more."""

REPEAT_MODIFIERS = ("59", "76", "XE")

Found = Stop | Literal["tolerated"]


def homes_of(billed: Sequence[ClaimLine], delivered: tuple[str, ...] | None) -> Homes:
    """The sessions that each line bills; `delivered`: those of the record, None: there is no record.

    A line that names no session bills, by the record, the next one that no other line bills; without a record, a session of its
    own where a modifier says so, else the first. Further units bill further sessions.
    """
    taken = {line.session for line in billed if line.session is not None}
    free = [session for session in delivered or () if session not in taken]
    homes: Homes = {}
    for line in billed:
        if line.session is not None:
            first = line.session
        elif delivered is not None:
            first = free.pop(0) if free else next(iter(delivered), "the first")
        else:
            first = f"line {line.number}" if _marks(line) else "the first"
        homes[line.number] = (first,)
    for line in billed:
        for unit in range(2, line.units + 1):
            if delivered is None:
                homes[line.number] += (f"line {line.number}, unit {unit}",)
            elif free:
                homes[line.number] += (free.pop(0),)
    return homes


def repeats(
    right: Sequence[ClaimLine], homes: Homes, period: Period, *, documented: bool
) -> tuple[dict[int, Found], list[Choice]]:
    """Of lines that are right but for that: which are one too many, or doubtful, by number; and the choices among them."""
    found: dict[int, Found] = {}
    choices: list[Choice] = []
    groups: dict[str, list[ClaimLine]] = {}
    for line in right:
        if stop := _units(line, homes, period, documented=documented):
            found[line.number] = stop
        else:
            groups.setdefault(homes[line.number][0], []).append(line)
    for session, group in groups.items():
        category: Category = "guidance_repeated" if group[0].code == GUIDANCE_CODE else "delivery_repeated"
        rule = "IGRT-ONCE" if group[0].code == GUIDANCE_CODE else "ONCE"
        for line in group[1:]:
            where = "the same session" if session == "the first" else f"session {session}"
            found[line.number] = Stop(category, f"{line.code} again for {where}, billed on line {group[0].number}", (rule,))
        if len(group) > 1:
            same = len({line.code for line in group}) == 1
            choices.append(Choice(tuple(line.number for line in group), 1 if same else 0, 1, category))
    first_lines = [group[0] for group in groups.values()]
    choices += _forms(first_lines, period, found)
    total = sum(line.units for line in first_lines)
    for line in first_lines if not documented else ():
        named = line.session is not None and line.units > 1
        if named or total > period.most_sessions:
            found.setdefault(line.number, "tolerated")
    return found, choices


def _units(line: ClaimLine, homes: Homes, period: Period, *, documented: bool) -> Stop | None:
    if line.units == 1:
        return None
    rules = ("ONCE", "SESSIONS") if line.code != GUIDANCE_CODE else ("IGRT-ONCE",)
    category: Category = "units_exceed_sessions" if line.code != GUIDANCE_CODE else "guidance_repeated"
    if documented and line.units > len(homes[line.number]):
        return Stop(category, f"{line.units} units for {len(homes[line.number])} of the record's sessions", rules)
    if not documented and line.units > period.most_sessions:
        return Stop(category, f"{line.units} units on a day, and no record of more than {period.most_sessions} sessions", rules)
    if "units" not in period.second_session:
        reason = f"this payer takes a second session as a line of its own ({', '.join(period.second_session)})"
        return Stop("repeat_modifier", reason, ("SESSIONS",))
    return None


def _forms(lines: Sequence[ClaimLine], period: Period, found: dict[int, Found]) -> list[Choice]:
    """Notes lines of further sessions that are not written as the payer asks: all but one have to be."""
    if len(lines) < 2:
        return []
    asked = ", ".join(form for form in period.second_session if form != "plain")
    for line in lines:
        if any(mark not in period.second_session for mark in _marks(line)):
            found[line.number] = Stop("repeat_modifier", f"this payer asks for {asked} on a second session", ("SESSIONS",))
    unmarked = [line for line in lines if not _marks(line)]
    if "plain" in period.second_session or len(unmarked) < 2:
        return []
    for line in unmarked[1:]:
        found[line.number] = Stop("repeat_modifier", f"this payer asks for {asked} on a second session", ("SESSIONS",))
    return [Choice(tuple(line.number for line in unmarked), 1, 1, "repeat_modifier")]


def _marks(line: ClaimLine) -> list[str]:
    return [modifier for modifier in line.modifiers if modifier in REPEAT_MODIFIERS]
