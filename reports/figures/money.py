"""What a fault costs or overpays, in national amounts or by the user's own table: beside the verdicts, never part of one.

Only cases in which a fault is the only one are weighed. A coder's line with a code that is not valid on the day is paid nothing;
one that an editor pays all the same is worth what the table says. A case with a line that the table does not cover is left out,
and a fault of which no case is left has no weight.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from rtconform.conformance.editor.judge import slips_of
from rtconform.conformance.records import Result
from rtconform.reference.codes import DELIVERY_CODES, PROFESSIONAL, TECHNICAL, notation, status
from rtconform.reference.documents.claim import Claim, ClaimLine
from rtconform.reference.documents.coding import AnswerLine, Line
from rtconform.reference.documents.treatment import Setting
from rtconform.reference.editor.lines import whose_claim
from rtconform.reference.relative_values import RelativeValues, period_of, relative_value

_SIGN = {"miss": 1, "false_denial": -1}


@dataclass(frozen=True)
class Weight:
    """What a fault weighs in 1,000 sessions: above zero it bills or pays too much. `cases`: of how many cases it is the mean.

    `by_setting`: the same for the cases of each setting alone.
    """

    per_thousand: float
    unit: str
    source: str
    cases: int
    paid: bool
    by_setting: tuple[tuple[Setting, float], ...] = ()

    @property
    def words(self) -> str:
        """`bills 7,980 dollars too much in 1,000 sessions (freestanding 6,100, hospital outpatient 9,200)`."""
        amount = f"{abs(self.per_thousand):,.0f} {self.unit}"
        each = ", ".join(f"{setting.replace('_', ' ')} {abs(value):,.0f}" for setting, value in self.by_setting)
        where = f" ({each})" if each else ""
        if self.paid:
            return f"{'overpays' if self.per_thousand > 0 else 'withholds'} {amount} in 1,000 sessions{where}"
        return f"bills {amount} too {'much' if self.per_thousand > 0 else 'little'} in 1,000 sessions{where}"


@dataclass
class MoneyTally:
    """Sums, for each cause, what its cases weigh; `values` empty: nothing is weighed."""

    values: RelativeValues
    _totals: dict[str, tuple[float, int, int]] = field(default_factory=dict)
    _by_setting: dict[str, dict[Setting, tuple[float, int]]] = field(default_factory=dict)
    _terms: dict[str, tuple[str, str, bool]] = field(default_factory=dict)

    def add(self, result: Result, cause: str) -> None:
        """One result of which this cause is the only one."""
        day = _day(result)
        period = period_of(day, self.values) if day else None
        found = _weighed(result, self.values) if period else None
        if period is None or found is None:
            return
        difference, sessions = found
        total, of, cases = self._totals.get(cause, (0.0, 0, 0))
        self._totals[cause] = (total + difference, of + sessions, cases + 1)
        here = self._by_setting.setdefault(cause, {})
        setting = _setting(result)
        before, sessions_before = here.get(setting, (0.0, 0))
        here[setting] = (before + difference, sessions_before + sessions)
        self._terms.setdefault(cause, (period.unit, period.source, result.claim is not None))

    def weight(self, cause: str) -> Weight | None:
        """What the cause weighs; None: nothing of it could be weighed, or it changes no payment."""
        total, sessions, cases = self._totals.get(cause, (0.0, 0, 0))
        per_thousand = 1000 * total / sessions if sessions else 0.0
        if not round(per_thousand):
            return None
        unit, source, paid = self._terms[cause]
        settings = sorted(self._by_setting[cause].items())
        each = tuple((setting, 1000 * total / sessions) for setting, (total, sessions) in settings if sessions)
        return Weight(per_thousand, unit, source, cases, paid, each if len(each) > 1 else ())


def _setting(result: Result) -> Setting:
    if result.claim is not None:
        return whose_claim(result.claim)[0]
    return result.case.billing.setting if result.case is not None else "hospital_outpatient"


def _day(result: Result) -> dt.date | None:
    """The date of service of what was asked, where the result keeps it."""
    if result.case is not None:
        return result.case.billing.date_of_service
    return result.claim.lines[0].date_of_service if result.claim is not None and result.claim.lines else None


def _weighed(result: Result, values: RelativeValues) -> tuple[float, int] | None:
    """How much too much was billed or paid, and in how many sessions; None: it is not known."""
    if result.claim is not None:
        return _paid(result, values)
    case, expected, answer = result.case, result.coding, result.coded
    if case is None or expected is None or answer is None or (expected.outcome, answer.outcome) != ("coded", "coded"):
        return None
    day, setting = case.billing.date_of_service, case.billing.setting
    billed = _sum((line for line in answer.lines if line.payment == "separate"), day, setting, values)
    due = _sum(expected.lines, day, setting, values)
    return None if billed is None or due is None else (billed - due, len(case.sessions))


def _paid(result: Result, values: RelativeValues) -> tuple[float, int] | None:
    """Lines wrongly paid count for, lines wrongly denied against."""
    claim, adjudication, disposition = result.claim, result.adjudication, result.disposition
    if claim is None or adjudication is None or disposition is None:
        return None
    setting, _ = whose_claim(claim)
    lines = {line.number: line for line in claim.lines}
    total = 0.0
    for slip in slips_of(adjudication, disposition):
        line = lines[slip.due.number]
        value = _value(line, line.date_of_service, setting, values)
        if value is None:
            return None
        total += _SIGN.get(slip.kind, 0) * value
    return total, _sessions(claim)


def _sessions(claim: Claim) -> int:
    """How many sessions a claim bills: those that its lines name; where none does, the most units of one service."""
    if named := {line.session for line in claim.lines if line.session}:
        return len(named)
    units = Counter[str]()
    for line in claim.lines:
        units["delivery" if line.code in DELIVERY_CODES else line.code] += line.units
    return max(units.values())


def _sum(lines: Iterable[AnswerLine | Line], day: dt.date, setting: Setting, values: RelativeValues) -> float | None:
    found = [_value(line, day, setting, values) if status(line.code, day) == "valid" else 0.0 for line in lines]
    return None if None in found else sum(value for value in found if value is not None)


def _value(line: ClaimLine | Line, day: dt.date, setting: Setting, values: RelativeValues) -> float | None:
    component = next((modifier for modifier in line.modifiers if modifier in (PROFESSIONAL, TECHNICAL)), None)
    value = relative_value(notation(line.code, (component,) if component else ()), day, setting, values)
    return None if value is None else value * line.units
