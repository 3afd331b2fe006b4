"""What the pages of a board set side by side: vendors by rule and by fault, what stands for each, its certificates."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rtconform.conformance.protocol import RoleName
from rtconform.conformance.verdicts import FindingKind
from rtconform.reports.board.document import WEIGHT, Board, CertificateSeen, RunSeen, SuiteSeen, VendorSeen
from rtconform.reports.board.history import whole
from rtconform.reports.figures.failure import RuleText, rule_text
from rtconform.reports.figures.summary import RuleCount

COLUMNS = 6
"""Vendors beside each other in one table: more of them stand in tables of their own, below, on paper and on a screen."""

SOON_DAYS = 60
"""A certificate that expires within so many days is said to expire soon: a new one takes a build, a seed and a run."""


@dataclass(frozen=True)
class Stands:
    """The last whole run of a suite, and what it showed of it. Other suites of that run may have been asked again since."""

    run: RunSeen
    suite: SuiteSeen


@dataclass(frozen=True)
class Group:
    """Vendors of one role whose columns stand in one table, by their places on the board; `number` of `of` tables."""

    role: RoleName
    places: tuple[int, ...]
    number: int
    of: int


@dataclass(frozen=True)
class RuleRow:
    """A rule with its counts by vendor, in the vendors' order; None: not at work in what was asked of that vendor."""

    rule: RuleText
    counts: tuple[RuleCount | None, ...]

    def at_work(self, places: Iterable[int]) -> bool:
        """Whether it is at work in what any of these vendors was asked."""
        return any(self.counts[place] for place in places)

    def all_right(self, places: Iterable[int]) -> bool:
        """Whether each of these vendors has every case of it right."""
        return all(count is None or count.right == count.cases for count in (self.counts[place] for place in places))


@dataclass(frozen=True)
class FaultRow:
    """A fault with the number of cases by vendor, in the vendors' order, and the known faults that would answer just so."""

    cause: str
    says: str
    cases: tuple[int, ...]
    known: tuple[str, ...]

    def seen(self, places: Iterable[int]) -> bool:
        """Whether any of these vendors shows it."""
        return any(self.cases[place] for place in places)


@dataclass(frozen=True)
class VendorRow:
    """A vendor on the first page. `newest`: its last whole run; `days`: how long its certificate is still valid, where it is."""

    vendor: VendorSeen
    stands: tuple[Stands, ...]
    newest: RunSeen | None
    certificate: CertificateSeen | None
    days: int | None

    @property
    def conformant(self) -> bool:
        """Whether every suite that was asked is conformant, in the last run that asked it."""
        return all(one.suite.conformant for one in self.stands)

    @property
    def findings(self) -> tuple[FindingKind, ...]:
        """The findings of the runs that stand: a run without a wrong answer can be not conformant for one."""
        return tuple(dict.fromkeys(kind for one in self.stands for kind in one.run.findings))

    @property
    def soon(self) -> bool:
        """Whether its certificate expires soon."""
        return self.days is not None and self.days <= SOON_DAYS

    @property
    def other_version(self) -> bool:
        """Whether its certificate is about another version than its last run."""
        return self.newest is not None and self.certificate is not None and self.newest.version != self.certificate.version

    @property
    def groups(self) -> str:
        """The filters of the first page under which it is shown."""
        found: list[str] = [self.vendor.role]
        found += ["certified"] if self.days is not None else []
        found += ["soon"] if self.soon else []
        found += [] if self.days is not None else ["uncertified"]
        found += ["wrong"] if not self.conformant else []
        return " ".join(f"g-{one}" for one in found)


def vendor_rows(board: Board) -> tuple[VendorRow, ...]:
    """The vendors of the first page, coders before editors, by name."""
    rows = []
    for vendor in sorted(board.vendors, key=lambda one: (one.role, one.name.casefold(), one.name)):
        certificate = last_certificate(vendor)
        newest = next((run for run in reversed(vendor.runs) if whole(run)), None)
        days = days_left(certificate, board.on) if certificate else None
        rows.append(VendorRow(vendor, latest_of(vendor), newest, certificate, days))
    return tuple(rows)


def days_left(certificate: CertificateSeen, on: dt.date) -> int | None:
    """The days until a valid certificate expires; None for what is not valid."""
    return (certificate.valid_until.date() - on).days if certificate.standing == "valid" else None


def groups_of(board: Board) -> list[Group]:
    """The vendors of whom something stands, those of one role together, a few beside each other."""
    found = []
    for role in dict.fromkeys(vendor.role for vendor in board.vendors):
        places = [place for place, vendor in enumerate(board.vendors) if vendor.role == role and vendor.latest]
        starts = range(0, len(places), COLUMNS)
        found += [Group(role, tuple(places[at : at + COLUMNS]), number, len(starts)) for number, at in enumerate(starts, 1)]
    return found


def latest_of(vendor: VendorSeen) -> tuple[Stands, ...]:
    """What stands for a vendor now, the oldest run first."""
    runs = {run.id: (place, run) for place, run in enumerate(vendor.runs)}
    found = [(*runs[one.run], one.suite) for one in vendor.latest]
    return tuple(
        Stands(run, next(one for one in run.suites if one.name == suite))
        for _, run, suite in sorted(found, key=lambda it: it[::2])
    )


def last_certificate(vendor: VendorSeen) -> CertificateSeen | None:
    """The bundle that stands for a vendor: of those that prove most, the last. One that proves less can't push it aside."""
    return max(enumerate(vendor.certificates), key=lambda one: (WEIGHT[one[1].standing], one[0]), default=(0, None))[1]


def rule_rows(board: Board) -> tuple[RuleRow, ...]:
    """Every rule that is at work in the latest runs, in the order in which the runs name them."""
    by_vendor = [_rules(latest_of(vendor)) for vendor in board.vendors]
    met = dict.fromkeys(rule for rules in by_vendor for rule in rules)
    return tuple(RuleRow(rule_text(rule), tuple(rules.get(rule) for rules in by_vendor)) for rule in met)


def _rules(stands: Iterable[Stands]) -> dict[str, RuleCount]:
    whole_count: dict[str, RuleCount] = {}
    for one_suite in stands:
        for rule, one in one_suite.suite.rules.items():
            so_far = whole_count.get(rule, RuleCount(0, 0, 0))
            whole_count[rule] = RuleCount(so_far.cases + one.cases, so_far.right + one.right, so_far.broken + one.broken)
    return whole_count


def fault_rows(board: Board) -> list[FaultRow]:
    """Every fault of the latest runs: those that most vendors have first, then those of most cases."""
    cases: dict[str, Counter[int]] = {}
    says: dict[str, str] = {}
    known: dict[str, dict[str, None]] = {}
    for place, vendor in enumerate(board.vendors):
        for stands in latest_of(vendor):
            for fault in stands.suite.faults:
                cases.setdefault(fault.cause, Counter())[place] += fault.cases
                says.setdefault(fault.cause, fault.says)
                known.setdefault(fault.cause, {}).update(dict.fromkeys(fault.known))
    order = sorted(cases, key=lambda cause: (-len(cases[cause]), -cases[cause].total(), cause))
    places = range(len(board.vendors))
    return [FaultRow(one, says[one], tuple(cases[one][place] for place in places), tuple(known[one])) for one in order]
