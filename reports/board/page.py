"""The board as files: its pages, and a page and a badge for each vendor. No script, no network; everything is escaped."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from rtconform.conformance.protocol import RoleName
from rtconform.conformance.verdicts import FINDINGS
from rtconform.reference import RULE_SET
from rtconform.reports.board.charts import over_time
from rtconform.reports.board.document import STANDINGS, Board, CertificateSeen, VendorSeen
from rtconform.reports.board.tables import (
    SOON_DAYS,
    VendorRow,
    days_left,
    fault_rows,
    groups_of,
    last_certificate,
    latest_of,
    rule_rows,
    vendor_rows,
)
from rtconform.reports.page.page import asset, environment, policy
from rtconform.reports.text import clip, one_line
from rtconform.reports.writers.badge import BAD, GOOD, OPEN, badge

FIRST_PAGE = "index.html"
PAGES = {FIRST_PAGE: "Vendors", "certificates.html": "Certificates", "rules.html": "By rule", "faults.html": "By fault"}
"""The pages of the whole board, with what links to them say."""

FAULTS_SHOWN = 200
"""Faults in the table, those of most vendors and cases first; all are on the vendors' pages and in the JSON."""

RUNS_OPEN = 20
"""Runs of a vendor that are shown at once, the newest; the others unfold."""

LIVES_SHOWN = 100
CAUSES_SHOWN = 3
UNREAD_SHOWN = 50

LONGEST_NAME = 80


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
    style = asset("report.css") + asset("board.css")
    shared = {
        "style": style, "policy": policy(style), "board": board, "pages": PAGES, "standings": STANDINGS, "rule_set": RULE_SET,
        "soon_days": SOON_DAYS,
    }  # fmt: skip
    rows = vendor_rows(board)
    faults = fault_rows(board)
    groups = groups_of(board)
    shown: dict[str, tuple[str, Mapping[str, Any]]] = {
        FIRST_PAGE: (
            "board.html.j2",
            {"rows": rows, "glance": _glance(board, rows), "shown": _filters(rows), "most_unread": UNREAD_SHOWN},
        ),
        "certificates.html": ("board-certificates.html.j2", {"found": _certificates(board)}),
        "rules.html": ("board-rules.html.j2", {"groups": groups, "rules": rule_rows(board)}),
        "faults.html": (
            "board-faults.html.j2",
            {"groups": groups, "faults": faults[:FAULTS_SHOWN], "more_faults": len(faults) - FAULTS_SHOWN},
        ),
        **{row.vendor.page: ("board-vendor.html.j2", _of_vendor(board, row)) for row in rows},
    }
    made = {
        name: environment().get_template(template).render(**shared, **about, here=name)
        for name, (template, about) in shown.items()
    }
    files = {name: f"{page}\n".encode() for name, page in made.items()}
    return files | {vendor.badge: badge_of(vendor).encode() for vendor in board.vendors}


def _glance(board: Board, rows: tuple[VendorRow, ...]) -> list[tuple[int, str, str]]:
    """The figures at the top of the first page: how many, of what, and how it is shown."""
    standings = [row.certificate.standing for row in rows if row.certificate]
    return [
        (len(rows), "vendors", ""),
        (sum(len(row.vendor.runs) for row in rows), "runs", ""),
        (standings.count("valid"), "with a valid certificate", "good-number"),
        (sum(row.soon for row in rows), f"expire within {SOON_DAYS} days", "warn-number"),
        (standings.count("expired"), "expired", "warn-number"),
        (standings.count("refused"), "refused", "bad-number"),
        (sum(bool(row.stands) and not row.conformant for row in rows), "not conformant in the last runs", "bad-number"),
        *([(len(board.unread), "could not be read", "warn-number")] if board.unread else []),
    ]


def _filters(rows: tuple[VendorRow, ...]) -> list[tuple[str, str, int]]:
    """The choices of the first page, with how many vendors each shows: those that show some and not all."""
    words = {
        "coder": "coders", "editor": "editors", "certified": "with a valid certificate", "soon": "that expires soon",
        "uncertified": "without one", "wrong": "not conformant",
    }  # fmt: skip
    counted = [(key, name, sum(f"g-{key}" in row.groups.split() for row in rows)) for key, name in words.items()]
    return [("all", "all", len(rows)), *(one for one in counted if 0 < one[2] < len(rows))]


def _certificates(board: Board) -> list[tuple[VendorSeen, CertificateSeen, int | None]]:
    """Every bundle with its vendor and the days until it expires: valid ones first, the next to expire at the top."""
    found = [(vendor, one, days_left(one, board.on)) for vendor in board.vendors for one in vendor.certificates]
    valid = sorted((one for one in found if one[2] is not None), key=lambda one: (one[1].valid_until, one[1].id))
    others = sorted((one for one in found if one[2] is None), key=lambda one: (one[1].issued_at, one[1].id), reverse=True)
    return valid + others


def _of_vendor(board: Board, row: VendorRow) -> dict[str, Any]:
    vendor = row.vendor
    newest = tuple(reversed(vendor.runs))
    here, gone = (sum(life.standing == standing for life in vendor.lives) for standing in ("there", "gone"))
    more = f"; the first {LIVES_SHOWN} are shown, all are in board.json" if len(vendor.lives) > LIVES_SHOWN else ""
    return {
        "row": row,
        "vendor": vendor,
        "now": [(one, over_time(vendor.runs, one.suite.name, one.suite.version)) for one in reversed(row.stands)],
        "certificates": [(one, days_left(one, board.on)) for one in reversed(vendor.certificates)],
        "runs": {run.id: run for run in vendor.runs},
        "newest_runs": newest[:RUNS_OPEN],
        "earlier_runs": newest[RUNS_OPEN:],
        "lives_shown": f"{here:,} still there, {gone:,} gone{more}",
        "most_lives": LIVES_SHOWN,
        "most_causes": CAUSES_SHOWN,
        "findings": FINDINGS,
        "badge": Markup(badge_of(vendor)),  # noqa: S704 - our own drawing, its texts escaped
    }


def badge_of(vendor: VendorSeen) -> str:
    """A badge: of the certificate where there is one that says anything, or else of the latest runs."""
    label = clip(one_line(vendor.name), LONGEST_NAME) or "a vendor"
    found = last_certificate(vendor)
    if found is not None:
        version = clip(one_line(found.version), 20)
        words, colour = {
            "valid": (f"version {version}: {found.level.replace('_', ' ')} certificate until {found.valid_until:%Y-%m-%d}", GOOD),
            "expired": (f"version {version}: certificate expired {found.valid_until:%Y-%m-%d}", OPEN),
            "refused": (f"version {version}: not certified", BAD),
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
