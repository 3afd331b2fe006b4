"""Editors whose national tables have one thing wrong: a row that is missing, a number, an indicator, a modifier, a day.

Each is the reference editor with its tables, or a claim's lines, changed before it looks at them: what it then does is what
such an editor would do. It allows whatever it need not stop, so that nothing but its tables stops a second level.
"""

import datetime as dt
from collections.abc import Callable, Iterator

from msgspec.structs import replace

from rtconform.conformance.editor.faulty import FaultyEditor, lenient
from rtconform.generators.suites.edits_national import MOST_UNITS, SEPARATE, pairs
from rtconform.reference.codes import DELIVERY_CODES, GUIDANCE_CODE
from rtconform.reference.documents.claim import Claim, ClaimLine, Disposition
from rtconform.reference.editor.editor import adjudicate
from rtconform.reference.national_edits.shipped import shipped_tables
from rtconform.reference.national_edits.tables import Edition, MueRow, PtpRow, Tables

_SEEN = "tables loaded by hand, or in part («NCCI Policy Manual, chapter I»)"
_DAY = dt.timedelta(days=1)
_Rows = Callable[[PtpRow], PtpRow | None]
_Numbers = Callable[[MueRow], MueRow]


def table_faults() -> Iterator[FaultyEditor]:
    """Every one: each row that the suite asks of left out, each number one more and one less, and what is done with rows."""
    for pair in pairs():
        yield _with_tables(
            f"lacks-{pair.replace('/', '-').lower()}", f"Lacks the row {pair} of the pairs.", "NCCI-PTP", _without(pair)
        )
    for code in MOST_UNITS:
        yield _with_tables(
            f"takes-more-{code}", f"Takes one unit more of {code} than the table.", "NCCI-MUE", None, _changed(code, 1)
        )
        if code in (*DELIVERY_CODES, GUIDANCE_CODE):  # of others nothing has to be allowed
            says = f"Takes one unit less of {code} than the table."
            yield _with_tables(f"takes-fewer-{code}", says, "NCCI-MUE", None, _changed(code, -1))
    yield _with_tables(
        "separates-indicator-0", "Lets a modifier separate pairs of indicator 0.", "NCCI-PTP",
        lambda row: replace(row, indicator="1") if row.indicator == "0" else row,
    )  # fmt: skip
    yield _with_tables(
        "never-separates", "Takes indicator 1 for 0: no modifier separates a pair.", "NCCI-PTP",
        lambda row: replace(row, indicator="0") if row.indicator == "1" else row,
    )  # fmt: skip
    yield _with_tables(
        "turns-pairs-round", "Stops column 1 of a pair, not column 2.", "NCCI-PTP",
        lambda row: replace(row, column1=row.column2, column2=row.column1),
    )  # fmt: skip
    yield _with_tables(
        "begins-a-day-late", "Takes the first day of an edition for the last before it.", "NCCI-PTP",
        lambda row: replace(row, effective=row.effective + _DAY, first_day_known=True),
    )  # fmt: skip
    for modifier in ("76", "77"):
        says = f"Takes {modifier} for a modifier that separates a pair."
        yield _with_lines(f"bypasses-with-{modifier}", says, "NCCI-PTP", _modifier(modifier, "59"))
    for modifier in SEPARATE:
        says = f"Does not let {modifier} separate a pair."
        yield _with_lines(f"does-not-know-{modifier.lower()}", says, "NCCI-PTP", _modifier(modifier, None))
    yield _with_lines("pairs-across-days", "Looks for pairs over all days of a claim.", "NCCI-PTP", _on_one_day)
    says = "Takes a line that spans days for one of its first day."
    yield _with_lines("looks-at-the-first-day", says, "NCCI-PTP NCCI-MUE", _on_first_days)


def _modifier(modifier: str, instead: str | None) -> Callable[[Claim], Claim]:
    """Claims in which this modifier is another, or none."""

    def change(line: ClaimLine) -> ClaimLine:
        found = (instead if one == modifier else one for one in line.modifiers)
        return replace(line, modifiers=tuple(dict.fromkeys(one for one in found if one)))

    return lambda claim: replace(claim, lines=tuple(map(change, claim.lines)))


def _on_first_days(claim: Claim) -> Claim:
    """Each line on its first day alone, with the units of a day."""
    return replace(claim, lines=tuple(_of_one_day(line, line.date_of_service) for line in claim.lines))


def _on_one_day(claim: Claim) -> Claim:
    """All lines on the claim's last day."""
    last = max(line.last_day for line in claim.lines)
    return replace(claim, lines=tuple(_of_one_day(line, last) for line in claim.lines))


def _of_one_day(line: ClaimLine, day: dt.date) -> ClaimLine:
    return replace(line, date_of_service=day, date_of_service_end=None, units=max(1, line.units // line.days))


def _with_tables(name: str, says: str, rule: str, rows: _Rows | None, numbers: _Numbers | None = None) -> FaultyEditor:
    tables = Tables(tuple(_changed_edition(one, rows, numbers) for one in shipped_tables().editions))

    def edit(claim: Claim) -> Disposition:
        return Disposition(claim.id, tuple(lenient(line) for line in adjudicate(claim, tables=tables).lines))

    return FaultyEditor(name, says, _SEEN, (rule,), edit)


def _with_lines(name: str, says: str, rules: str, change: Callable[[Claim], Claim]) -> FaultyEditor:
    def edit(claim: Claim) -> Disposition:
        return Disposition(claim.id, tuple(lenient(line) for line in adjudicate(change(claim)).lines))

    return FaultyEditor(name, says, _SEEN, tuple(rules.split()), edit)


def _changed_edition(edition: Edition, rows: _Rows | None, numbers: _Numbers | None) -> Edition:
    if edition.kind == "ptp" and rows is not None:
        return replace(edition, ptp=tuple(row for one in edition.ptp if (row := rows(one)) is not None))
    if edition.kind == "mue" and numbers is not None:
        return replace(edition, mue=tuple(numbers(row) for row in edition.mue))
    return edition


def _without(pair: str) -> _Rows:
    return lambda row: None if f"{row.column1}/{row.column2}" == pair else row


def _changed(code: str, by: int) -> _Numbers:
    return lambda row: replace(row, units=row.units + by) if row.code == code else row
