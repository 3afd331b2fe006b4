"""Which of CMS's tables a sheet is, and its rows: found by its header, whatever stands before it and in whatever order.

Only rows of this family are kept; a row that is damaged is refused with its line and column.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar, cast

from rtconform.reference.national_edits.sheets import Row, Sheet, TableError, sheets
from rtconform.reference.national_edits.tables import (
    Edition,
    FeeRow,
    Indicator,
    MueRow,
    PtpRow,
    StatusRow,
    TableKind,
    TableSetting,
    in_family,
)

T = TypeVar("T")

PREAMBLE = 60
"""How many rows may stand before the header."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIRST_VERSION = 1994
"""NCCI's version 32 is that of 2026."""

_FIXED = {
    "code": (0, 5),
    "modifier": (5, 7),
    "status": (57, 58),
    "nonfacility": (89, 96),
    "facility": (96, 102),
    "factor": (133, 140),
}
"""Where the text of the fee schedule has its columns."""


def read_tables(path: Path) -> Iterator[Edition]:
    """The editions in a file as CMS publishes it. Raises TableError with file, line and column of what is wrong."""
    for sheet in sheets(path):
        name = str(path) if sheet.name == path.name else f"{path}!{sheet.name}"
        yield _Reader(name, sheet).edition()


class _Reader:
    """One sheet being read."""

    def __init__(self, file: str, sheet: Sheet) -> None:
        self.file = file
        self.name = sheet.name
        self.sheet = sheet
        self.rows = sheet.rows
        self.head: list[Row] = []

    def edition(self) -> Edition:
        if self.sheet.fixed:
            return self._fee_schedule_text()
        self.head = list(islice(self.rows, PREAMBLE))
        for place, row in enumerate(self.head):
            names = [_plain(cell) for cell in row.cells]
            rest = chain(self.head[place + 1 :], self.rows)
            if "column 1" in names and "column 2" in names:
                return self._ptp(names, row.line, rest)
            if any("mue value" in name for name in names):
                return self._mue(names, row.line, rest)
            if "hcpcs code" in names and "si" in names:
                return self._addendum_b(names, row.line, rest)
            if "hcpcs" in names and "mod" in names:
                return self._fee_schedule(self.head[: place + 1], rest)
        known = "PTP, MUE, Addendum B and the fee schedule's relative values"
        raise TableError(self.file, f"no header of a table that is known, in the first {PREAMBLE} rows; there are {known}", 1)

    def _ptp(self, names: list[str], line: int, rows: Iterator[Row]) -> Edition:
        at = self._columns(names, line, {"column1": "column 1", "column2": "column 2", "effective": "effective",
                                         "deletion": "deletion", "indicator": "modifier"})  # fmt: skip
        found = []
        for row, code in self._coded(rows, at, "column1"):
            other = self._code(row, at["column2"])
            if not other:
                raise self._fault(row, at["column2"], "no code of column 2")
            if in_family(code) and in_family(other):
                found.append(self._pair(row, at, code, other))
        version = re.search(r"v(\d{2})(\d)", self.name.lower())
        setting: TableSetting | None = (
            "hospital" if "ccioph" in self.name.lower() else "practitioner" if "ccipra" in self.name.lower() else None
        )
        if not version or not setting or version[2] not in "0123":
            what = "the name does not say setting and version; keep CMS's own, as in ccioph-v323r0-f1.TXT or ccipra-v323r0-f1.TXT"
            raise TableError(self.file, what)
        year, quarter = _FIRST_VERSION + int(version[1]), int(version[2])
        day = dt.date(year, 3 * quarter + 1, 1)
        return self._made("ptp", setting, f"v{version[1]}.{version[2]} ({year} Q{quarter + 1})", day, ptp=tuple(found))

    def _pair(self, row: Row, at: dict[str, int], code: str, other: str) -> PtpRow:
        effective = self._day(row, at["effective"])
        deletion = self._day(row, at["deletion"])
        indicator = _cell(row, at["indicator"])
        if indicator not in ("0", "1", "9"):
            raise self._fault(row, at["indicator"], f"{indicator!r} is not a modifier indicator: 0, 1 or 9")
        if effective is None:
            raise self._fault(row, at["effective"], "no effective date")
        if deletion is not None and deletion < effective:
            raise self._fault(row, at["deletion"], f"deleted on {deletion}, before {effective}")
        return PtpRow(code, other, effective, deletion, cast("Indicator", indicator))

    def _mue(self, names: list[str], line: int, rows: Iterator[Row]) -> Edition:
        values = next(name for name in names if "mue value" in name)
        indicators = next((name for name in names if "adjudication" in name), "mue adjudication indicator")
        code = next((name for name in names if "hcpcs" in name or "cpt code" in name), "hcpcs/ cpt code")
        at = self._columns(names, line, {"code": code, "units": values, "mai": indicators})
        setting: TableSetting
        if "practitioner" in values:
            setting = "practitioner"
        elif "hospital" in values:
            setting = "hospital"
        else:
            raise TableError(self.file, f"a table of {values!r}: practitioners' and hospitals' are read", line, at["units"] + 1)
        found = []
        for row, its in self._coded(rows, at, "code"):
            if not in_family(its):
                continue
            units, mai = _cell(row, at["units"]), _cell(row, at["mai"])[:1]
            if not units.isdecimal():
                raise self._fault(row, at["units"], f"{units!r} is not a number of units")
            if mai not in ("1", "2", "3"):
                raise self._fault(
                    row, at["mai"], f"{_cell(row, at['mai'])!r} is not an adjudication indicator: 1, 2 or 3 and its words"
                )
            found.append(MueRow(its, int(units), int(mai)))
        date = re.search(r"(\d{2})-(\d{2})-(\d{4})", self.name)
        if not date:
            raise TableError(self.file, "the name does not say from when; keep CMS's own, as in …_Eff_10-01-2026.csv")
        day = self._date(int(date[3]), int(date[1]), int(date[2]))
        return self._made("mue", setting, _quarter(day), day, mue=tuple(found))

    def _addendum_b(self, names: list[str], line: int, rows: Iterator[Row]) -> Edition:
        at = self._columns(names, line, {"code": "hcpcs code", "status": "si", "apc": "apc", "rate": "payment rate"})
        found = []
        for row, code in self._coded(rows, at, "code"):
            if in_family(code):
                status = _cell(row, at["status"])
                if not re.fullmatch(r"[A-Z][0-9]?", status):
                    raise self._fault(row, at["status"], f"{status!r} is not a status indicator")
                rate = _cell(row, at["rate"])
                paid = None if rate in ("", ".") else self._number(row, at["rate"])
                found.append(StatusRow(code, status, _cell(row, at["apc"]) or None, paid))
        day = self._month_of(self.name)
        return self._made("addendum_b", "hospital", day.strftime("%B %Y"), day, status=tuple(found))

    def _fee_schedule(self, head: Sequence[Row], rows: Iterator[Row]) -> Edition:
        """The names of its columns are spread over the lines before the rows: put together they are distinct."""
        width = max(len(row.cells) for row in head)
        first = next((n for n, row in enumerate(head) if "STATUS" in row.cells or "NON-FACILITY" in row.cells), len(head) - 1)
        names = [_plain(" ".join(_cell(row, column) for row in head[first:])) for column in range(width)]
        at = self._columns(names, head[-1].line, {"code": "hcpcs", "modifier": "mod", "status": "status code",
            "nonfacility": "non-facility total", "facility": "facility total", "factor": "conv factor"})  # fmt: skip
        found, factors = [], set()
        for row, code in self._coded(rows, at, "code"):
            if in_family(code):
                totals = [self._number(row, at[name]) for name in ("nonfacility", "facility")]
                factors.add(self._number(row, at["factor"]))
                found.append(FeeRow(code, _cell(row, at["modifier"]), _cell(row, at["status"]), *totals))
        title = " ".join(cell for row in head[:first] for cell in row.cells if "Release" in cell and "Relative" in cell)
        day = self._month_of(title or self.name)
        return self._made(
            "fee_schedule", "practitioner", day.strftime("%B %Y"), day, fees=tuple(found), factor=max(factors, default=None)
        )

    def _fee_schedule_text(self) -> Edition:
        found, factors = [], set()
        for row in self.rows:
            line = row.cells[0]
            if line.startswith("HDR") or not line.strip():
                continue
            cut = {name: line[first:last].strip() for name, (first, last) in _FIXED.items()}
            if not in_family(cut["code"]):
                continue
            for name in ("nonfacility", "facility", "factor"):
                if not re.fullmatch(r"\d+\.\d+", cut[name]):
                    first, last = _FIXED[name]
                    what = f"{cut[name]!r} is not a number at characters {first + 1} to {last}; download the file again"
                    raise TableError(self.file, what, row.line, first + 1)
            factors.add(float(cut["factor"]))
            found.append(FeeRow(cut["code"], cut["modifier"], cut["status"], float(cut["nonfacility"]), float(cut["facility"])))
        day = self._month_of(self.name)
        return self._made(
            "fee_schedule", "practitioner", day.strftime("%B %Y"), day, fees=tuple(found), factor=max(factors, default=None)
        )

    def _made(self, kind: TableKind, setting: TableSetting, edition: str, day: dt.date, *, ptp: tuple[PtpRow, ...] = (),
              mue: tuple[MueRow, ...] = (), status: tuple[StatusRow, ...] = (), fees: tuple[FeeRow, ...] = (),
              factor: float | None = None) -> Edition:  # fmt: skip
        return Edition(kind, setting, edition, day, (self.name,), "", factor, ptp, mue, status, fees)

    def _columns(self, names: list[str], line: int, wanted: dict[str, str]) -> dict[str, int]:
        """The place of each column by its name, whatever the order."""
        at = {}
        for key, name in wanted.items():
            if name not in names:
                raise TableError(self.file, f"no column {name!r}; there are {', '.join(filter(None, names))}", line)
            at[key] = names.index(name)
        return at

    def _coded(self, rows: Iterator[Row], at: dict[str, int], key: str) -> Iterator[tuple[Row, str]]:
        """The rows with a code in a column, each with it; rows of notes and what is left of the header are passed over."""
        most = max(at.values())
        number = 0
        for row in rows:
            if not _cell(row, at[key]):
                continue
            if len(row.cells) <= most and number:
                raise TableError(
                    self.file, f"{len(row.cells)} cells, where the header has {most + 1}; download the file again", row.line
                )
            code = self._code(row, at[key])
            if code:
                number += 1
                yield row, code
        if not number:
            raise TableError(self.file, "no row with a code below the header; download the file again")

    def _code(self, row: Row, column: int) -> str:
        """Some codes end in a no-break space: what is not a letter or a digit goes. A long cell is a note."""
        cell = _cell(row, column)
        code = re.sub(r"[^0-9A-Z]", "", cell.upper())
        if len(code) == 5 and code.isascii():
            return code
        if len(cell) > 20 or " " in cell.strip():
            return ""
        raise self._fault(row, column, f"{cell!r} is not a code of five letters and digits")

    def _day(self, row: Row, column: int) -> dt.date | None:
        """A date YYYYMMDD; None: `*`, or empty."""
        text = _cell(row, column)
        if text in ("", "*"):
            return None
        if not re.fullmatch(r"[0-9]{8}", text):
            raise self._fault(row, column, f"{text!r} is not a date YYYYMMDD, and not *")
        try:
            return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
        except ValueError:
            raise self._fault(row, column, f"{text!r} is not a day of the calendar") from None

    def _number(self, row: Row, column: int) -> float:
        text = _cell(row, column).removeprefix("$").replace(",", "").strip()
        if not re.fullmatch(r"[0-9]+(\.[0-9]+)?|\.[0-9]+", text):
            raise self._fault(row, column, f"{_cell(row, column)!r} is not a number")
        return float(text)

    def _month_of(self, text: str) -> dt.date:
        """The first day of the month that a name says, as in `July2026_Addendum_B` and `PPRRVU25_JAN`."""
        month = re.search(rf"(?<![a-z])({'|'.join(_MONTHS)})[a-z]*", text.lower().replace("_", " "))
        year = re.search(r"20[0-9]{2}", text) or re.search(r"(?<=rvu)[0-9]{2}", text.lower())
        if not month or not year:
            raise TableError(self.file, f"{text!r} does not say month and year; keep CMS's own name, as in PPRRVU2026_Jul.csv")
        return dt.date(2000 + int(year[0][-2:]), _MONTHS.index(month[1]) + 1, 1)

    def _date(self, year: int, month: int, day: int) -> dt.date:
        try:
            return dt.date(year, month, day)
        except ValueError:
            raise TableError(self.file, f"{month:02}-{day:02}-{year} in the name is not a day; keep CMS's own name") from None

    def _fault(self, row: Row, column: int, what: str) -> TableError:
        return TableError(self.file, f"{what}; download the file again", row.line, column + 1)


def _cell(row: Row, column: int) -> str:
    return row.cells[column] if column < len(row.cells) else ""


def _plain(name: str) -> str:
    """A column's name without stray spaces, line breaks and capitals."""
    return " ".join(name.split()).casefold()


def _quarter(day: dt.date) -> str:
    return f"{day.year} Q{(day.month + 2) // 3}"


Reader = Callable[[Path], Iterator[Edition]]
