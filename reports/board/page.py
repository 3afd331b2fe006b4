"""The board as files: a first page, a page and a badge for each vendor. No script, no network; everything is escaped."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rtconform.conformance.protocol import RoleName
from rtconform.conformance.verdicts import FINDINGS
from rtconform.reference import RULE_SET
from rtconform.reports.board.document import STANDINGS, WEIGHT, Board, CertificateSeen, RunSeen, SuiteSeen, VendorSeen
from rtconform.reports.figures.failure import RuleText, rule_text
from rtconform.reports.figures.summary import RuleCount
from rtconform.reports.page.page import asset, environment, policy
from rtconform.reports.text import clip, one_line
from rtconform.reports.writers.badge import BAD, GOOD, OPEN, badge

FIRST_PAGE = "index.html"
FAULTS_SHOWN = 200
"""Faults in the table of the first page, those of most vendors and cases first; all are on the vendors' pages and in the JSON."""

LONGEST_NAME = 80

COLUMNS = 6
"""Vendors beside each other in one table: more of them stand in tables of their own, below, on paper and on a screen."""


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


def file_names(vendor: str, role: RoleName) -> tuple[str, str]:
    """The page and the badge of a vendor: of two vendors never the same, whatever they are called."""
    readable = re.sub(r"[^a-z0-9]+", "-", vendor.lower()).strip("-")[:40].strip("-") or "vendor"
    name = f"{readable}-{hashlib.sha256(f'{role} {vendor}'.encode()).hexdigest()[:10]}"
    return f"vendor-{name}.html", f"badge-{name}.svg"


def reads_as(name: str) -> str:
    """What a reader takes a name for: two that give the same here are told apart by how they are written."""
    return unicodedata.normalize("NFKC", one_line(name)).casefold()


def files_of(board: Board) -> dict[str, bytes]:
    """The files of the board by name. The same board gives the same bytes."""
    style = asset("report.css")
    shared = {"style": style, "policy": policy(style), "board": board, "standings": STANDINGS, "rule_set": RULE_SET}
    latest = {vendor.page: latest_of(vendor) for vendor in board.vendors}
    faults = fault_rows(board)
    pages = {
        FIRST_PAGE: environment()
        .get_template("board.html.j2")
        .render(
            **shared,
            groups=_groups(board),
            latest=latest,
            certificates={vendor.page: last_certificate(vendor) for vendor in board.vendors},
            rules=rule_rows(board),
            faults=faults[:FAULTS_SHOWN],
            more_faults=len(faults) - FAULTS_SHOWN,
        )
    }
    of_vendor = environment().get_template("board-vendor.html.j2")
    for vendor in board.vendors:
        pages[vendor.page] = of_vendor.render(
            **shared, vendor=vendor, latest=latest[vendor.page], says=_says(vendor), findings=FINDINGS
        )
        pages[vendor.badge] = badge_of(vendor)
    return {name: f"{page}\n".encode() if name.endswith(".html") else page.encode() for name, page in pages.items()}


def _groups(board: Board) -> list[Group]:
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
    whole: dict[str, RuleCount] = {}
    for one_suite in stands:
        for rule, one in one_suite.suite.rules.items():
            so_far = whole.get(rule, RuleCount(0, 0, 0))
            whole[rule] = RuleCount(so_far.cases + one.cases, so_far.right + one.right, so_far.broken + one.broken)
    return whole


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


def badge_of(vendor: VendorSeen) -> str:
    """A badge: of the certificate where there is one that says anything, or else of the latest runs."""
    label = clip(one_line(vendor.name), LONGEST_NAME) or "a vendor"
    found = last_certificate(vendor)
    if found is not None:
        words, colour = {
            "valid": (f"{found.level.replace('_', ' ')} certificate until {found.valid_until:%Y-%m-%d}", GOOD),
            "expired": (f"certificate expired {found.valid_until:%Y-%m-%d}", OPEN),
            "refused": ("not certified", BAD),
            "not_valid": ("certificate not valid", BAD),
            "not_checked": ("certificate not checked", OPEN),
            "rehearsal": ("rehearsal, proves nothing", OPEN),
        }[found.standing]
        return badge(label, words, colour)
    stands = latest_of(vendor)
    if not stands:
        return badge(label, "nothing shown", OPEN)
    good = all(one.suite.conformant for one in stands)
    return badge(label, "conformant in practice" if good else "not conformant", GOOD if good else BAD)


def _says(vendor: VendorSeen) -> dict[str, str]:
    """What each cause of the vendor's runs says, for those that are named by id alone."""
    return {fault.cause: fault.says for run in vendor.runs for fault in run.faults}
