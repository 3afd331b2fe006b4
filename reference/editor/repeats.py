"""Which sessions the lines of one service bill, and which of the lines bill a session again.

A second session on a date is right in any form that the payer takes: 59, 76, 77 or XE on its line (59, XE, XS, XP or XU where it
is of another level), one line of two units, or a line of its own. Which session a line bills, only a record says: without it each
line may bill one of its own, and a service again that nothing separates may be allowed or stopped. Which of two equal lines is
one too many is the payer's choice.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rtconform.reference.codes import GUIDANCE_CODE, level
from rtconform.reference.documents.adjudication import Category, Choice
from rtconform.reference.documents.claim import ClaimLine
from rtconform.reference.editor.lines import Stop
from rtconform.reference.editor.payers import Period

Homes = dict[int, tuple[str, ...]]
"""The sessions that a line bills, by its number: as many as its units, fewer where the record has no more."""

REPEAT_MODIFIERS = ("59", "76", "77", "XE")
"""What may stand on the line of a second session of the same code."""

LEVEL_MODIFIERS = ("59", "XE", "XS", "XP", "XU")
"""What may stand on the line of a second session of another level: 76 and 77 don't separate different codes."""

UNSEEN = ("SESSION-UNSEEN",)


@dataclass(frozen=True)
class Tolerance:
    """A line is allowed, and to stop it is as right, by these rules."""

    rules: tuple[str, ...] = ()


Found = Stop | Tolerance


def homes_of(billed: Sequence[ClaimLine], delivered: tuple[str, ...] | None) -> Homes:
    """The sessions that each line bills; `delivered`: those of the record, None: there is no record.

    A line that names no session bills, by the record, the next one that no other line bills; without a record, one of its own.
    Further units bill further sessions.
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
            first = f"line {line.number}"
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
    by_code: dict[str, list[ClaimLine]] = {}
    for line in first_lines:
        by_code.setdefault(line.code, []).append(line)
    _levels(by_code, period, found, documented=documented)
    for lines in by_code.values():
        choices += _forms(lines, period, found, documented=documented)
    total = sum(line.units for line in first_lines)
    for line in first_lines if not documented else ():
        named = line.session is not None and line.units > 1
        if named or total > period.most_sessions:
            found.setdefault(line.number, Tolerance())
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


def _forms(lines: Sequence[ClaimLine], period: Period, found: dict[int, Found], *, documented: bool) -> Iterator[Choice]:
    """Notes lines of further sessions of one code that are not written as the payer asks: all but one have to be."""
    if len(lines) < 2:
        return
    asked = ", ".join(form for form in period.second_session if form != "plain")
    stop = Stop("repeat_modifier", f"this payer asks for {asked} on a second session", ("SESSIONS",))
    for line in lines:
        if any(mark not in period.second_session for mark in _marks(line, REPEAT_MODIFIERS)):
            found.setdefault(line.number, stop)
    unmarked = [line for line in lines if not _marks(line, REPEAT_MODIFIERS)]
    numbers = tuple(line.number for line in unmarked)
    if len(unmarked) < 2:
        return
    if "plain" not in period.second_session:
        for number in numbers[1:]:
            found[number] = stop
        yield Choice(numbers, 1, 1, "repeat_modifier")
    elif not documented and not any(line.session for line in unmarked):
        for number in numbers:
            found.setdefault(number, Tolerance(UNSEEN))
        yield Choice(numbers, 1, len(numbers), "repeat_modifier")


def _levels(by_code: dict[str, list[ClaimLine]], period: Period, found: dict[int, Found], *, documented: bool) -> None:
    """Notes lines of further sessions of another level that nothing separates from the others: all but one level's have to be."""
    if len(by_code) < 2:
        return
    bare = {code: [line for line in lines if not _separated(line, period)] for code, lines in by_code.items()}
    bare = {code: lines for code, lines in bare.items() if lines}
    if len(bare) < 2:
        return
    highest = max(bare, key=lambda code: level(code) or 0)
    asked = ", ".join(form for form in period.two_levels if form != "plain")
    for code, lines in bare.items():
        for line in lines:
            if "plain" not in period.two_levels and code != highest:
                reason = f"this payer asks for {asked} on a second session of another level"
                found.setdefault(line.number, Stop("repeat_modifier", reason, ("SESSIONS",)))
            elif documented or line.session or code == highest:
                found.setdefault(line.number, Tolerance(() if documented else UNSEEN))
            else:
                reason = f"nothing on the claim separates {code} from {highest}"
                stop = Stop("delivery_repeated", reason, ("ONCE", *UNSEEN), tolerates=("allow", "bundle"))
                found.setdefault(line.number, stop)


def _separated(line: ClaimLine, period: Period) -> bool:
    return any(mark in period.two_levels for mark in _marks(line, LEVEL_MODIFIERS))


def _marks(line: ClaimLine, among: Iterable[str]) -> list[str]:
    return [modifier for modifier in line.modifiers if modifier in among]
