"""Utilisation: the share of each delivery level among the sessions that the vendor coded, beside what is expected of a clinic.

It is shown only of suites that are a realistic mix; in the others every rule stands as often as the next. It is not a rule for
any one claim.
"""

from collections import Counter
from dataclasses import dataclass, field

from rtconform.conformance.records import Result
from rtconform.reference.codes import DELIVERY_CODES
from rtconform.reports.figures.intervals import wilson

REALISTIC = frozenset({"clinic"})
"""The suites whose cases come as often as in a clinic."""

FEWEST = 100
"""Below this number of sessions a share says nothing."""

EXPECTED: dict[str, tuple[float, float, str]] = {
    "77402": (0.0, 0.15, "at most 15 % (reported elsewhere)"),
    "77407": (0.50, 1.0, "above 50 % (reported elsewhere)"),
    "77412": (0.35, 0.35, "35 % (the source, Surface Guidance)"),
}
"""The share expected of each code: from, to, and in words with where it is said."""


@dataclass(frozen=True)
class Share:
    """One code: the vendor's share with 95 % confidence interval, the reference's over the same cases, and the expectation."""

    code: str
    sessions: int
    share: float
    interval: tuple[float, float]
    reference: float
    expected: tuple[float, float, str]

    @property
    def agrees(self) -> bool:
        """Whether the interval reaches what is expected."""
        return self.interval[0] <= self.expected[1] and self.interval[1] >= self.expected[0]


@dataclass
class UtilisationTally:
    """Counts delivery codes in the results of realistic suites."""

    _billed: Counter[str] = field(default_factory=Counter)
    _due: Counter[str] = field(default_factory=Counter)

    def add(self, result: Result) -> None:
        """One result; what was not answered with codes is left out on both sides."""
        answer, coding = result.coded, result.coding
        if result.suite not in REALISTIC or answer is None or coding is None or answer.outcome != "coded":
            return
        for line in answer.lines:
            if line.code in EXPECTED:
                self._billed[line.code] += line.units
        for due in coding.lines:
            if due.code in EXPECTED:
                self._due[due.code] += due.units

    def shares(self) -> tuple[Share, ...]:
        """A share for each delivery code; empty where too few sessions were coded."""
        billed, due = self._billed.total(), self._due.total()
        if billed < FEWEST or not due:
            return ()
        return tuple(
            Share(
                code=code,
                sessions=self._billed[code],
                share=self._billed[code] / billed,
                interval=wilson(self._billed[code], billed),
                reference=self._due[code] / due,
                expected=EXPECTED[code],
            )
            for code in DELIVERY_CODES
        )
