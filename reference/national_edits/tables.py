"""What CMS's tables say, as typed rows with their dates: one edition is one table of one setting from one day on.

Rows are of this family's codes alone, and none has a descriptor: those are the AMA's. Shipped editions stand in `snapshot/`;
users load their own (`rtconform tables load`), which come before them.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from msgspec import Struct

TableKind = Literal["ptp", "mue", "addendum_b", "fee_schedule"]
TableSetting = Literal["hospital", "practitioner"]
Indicator = Literal["0", "1", "9"]

OTHERS = ("77014", "G0339", "G0340", "G0562", "G0563", *(f"G60{number:02}" for number in range(1, 18)))


def in_family(code: str) -> bool:
    """Whether a code is of radiation oncology: the only ones of which rows are kept."""
    return code in OTHERS or (code.isdecimal() and "77261" <= code <= "77799")


class PtpRow(Struct, frozen=True):
    """A pair of codes of which column 2 is not paid beside column 1, from `effective` to `deletion`, that day among them.

    `indicator`: "0" no modifier separates them, "1" one may, "9" the pair is not applicable. `first_day_known` false: the pair
    was seen in force on `effective`, and may have been before.
    """

    column1: str
    column2: str
    effective: dt.date
    deletion: dt.date | None
    indicator: Indicator
    first_day_known: bool = True

    def in_force(self, day: dt.date) -> bool:
        """Whether the row governs that day."""
        return self.indicator != "9" and self.effective <= day and (self.deletion is None or day <= self.deletion)


class MueRow(Struct, frozen=True):
    """The most units of a code: of a line (`mai` 1) or of a date (2 by policy, 3 unless documented otherwise)."""

    code: str
    units: int
    mai: int


class StatusRow(Struct, frozen=True):
    """How a hospital outpatient service is paid: status indicator, payment class, rate in dollars (None: none of its own)."""

    code: str
    status: str
    apc: str | None
    rate: float | None


class FeeRow(Struct, frozen=True):
    """Relative value units of a service: `modifier` "", "26" or "TC"; totals outside a facility and in one."""

    code: str
    modifier: str
    status: str
    nonfacility: float
    facility: float


class Edition(Struct, frozen=True):
    """One table as it was published: `effective` is the first day that it is published for, `sources` the files it was read from.

    `provenance` says where a shipped edition comes from; `conversion_factor`: dollars for a relative value unit (fee schedule).
    """

    kind: TableKind
    setting: TableSetting
    edition: str
    effective: dt.date
    sources: tuple[str, ...]
    provenance: str = ""
    conversion_factor: float | None = None
    ptp: tuple[PtpRow, ...] = ()
    mue: tuple[MueRow, ...] = ()
    status: tuple[StatusRow, ...] = ()
    fees: tuple[FeeRow, ...] = ()

    @property
    def title(self) -> str:
        """The table and its edition, for people: `NCCI PTP, hospital, v32.3 (2026 Q4)`."""
        return f"{TITLES[self.kind]}, {self.setting}, {self.edition}"

    @property
    def size(self) -> int:
        """How many rows it has."""
        return len(self.ptp) + len(self.mue) + len(self.status) + len(self.fees)

    def merged(self, other: "Edition") -> "Edition":
        """Both parts of one edition: a row of `other` stands for the row of the same key here."""
        return Edition(
            self.kind,
            self.setting,
            self.edition,
            self.effective,
            tuple(dict.fromkeys((*self.sources, *other.sources))),
            other.provenance or self.provenance,
            other.conversion_factor or self.conversion_factor,
            tuple({(r.column1, r.column2, r.effective): r for r in (*self.ptp, *other.ptp)}.values()),
            tuple({r.code: r for r in (*self.mue, *other.mue)}.values()),
            tuple({r.code: r for r in (*self.status, *other.status)}.values()),
            tuple({(r.code, r.modifier): r for r in (*self.fees, *other.fees)}.values()),
        )


TITLES: dict[TableKind, str] = {
    "ptp": "NCCI PTP edits",
    "mue": "NCCI MUE",
    "addendum_b": "OPPS Addendum B",
    "fee_schedule": "MPFS relative values",
}


@dataclass(frozen=True)
class Tables:
    """Editions that hold together; of two of one kind and setting the later one that has begun governs a day."""

    editions: tuple[Edition, ...] = field(default_factory=tuple)

    def edition(self, kind: TableKind, setting: TableSetting, day: dt.date) -> Edition | None:
        """The edition that governs a day; before the first one, none."""
        begun = [one for one in self._of(kind, setting) if one.effective <= day]
        return max(begun, key=lambda one: one.effective, default=None)

    def pair(self, setting: TableSetting, column1: str, column2: str, day: dt.date) -> tuple[PtpRow, Edition, bool] | None:
        """The row of a pair for a day with its edition, and whether it is known to be in force then; None: there is none.

        Before the first edition that there is, the dates of its own rows decide: a published table has its history.
        """
        found = self.edition("ptp", setting, day) or min(self._of("ptp", setting), key=lambda one: one.effective, default=None)
        if found is None:
            return None
        for row in self._pairs[setting, found.effective].get((column1, column2), ()):
            if row.in_force(day):
                return row, found, True
            if not row.first_day_known and day < row.effective and row.indicator != "9":
                return row, found, False
        return None

    def most_units(self, setting: TableSetting, code: str, day: dt.date) -> tuple[MueRow, Edition] | None:
        """The most units of a code on a day; None: the table, or the code in it, is not there, which is not "no limit"."""
        found = self.edition("mue", setting, day)
        row = next((row for row in found.mue if row.code == code), None) if found else None
        return (row, found) if row and found else None

    def _of(self, kind: TableKind, setting: TableSetting) -> Iterator[Edition]:
        return (one for one in self.editions if (one.kind, one.setting) == (kind, setting))

    @cached_property
    def _pairs(self) -> dict[tuple[TableSetting, dt.date], dict[tuple[str, str], list[PtpRow]]]:
        index: dict[tuple[TableSetting, dt.date], dict[tuple[str, str], list[PtpRow]]] = {}
        for edition in self.editions:
            if edition.kind == "ptp":
                pairs = index.setdefault((edition.setting, edition.effective), {})
                for row in edition.ptp:
                    pairs.setdefault((row.column1, row.column2), []).append(row)
        return index


def merged(editions: Iterable[Edition]) -> tuple[Edition, ...]:
    """Each edition once: parts of one, such as the four files of a PTP table, are put together."""
    found: dict[tuple[TableKind, TableSetting, dt.date], Edition] = {}
    for one in editions:
        key = (one.kind, one.setting, one.effective)
        found[key] = found[key].merged(one) if key in found else one
    return tuple(found.values())
