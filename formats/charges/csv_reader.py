"""A charge export as CSV, read as a coder's answer: columns by the vendor's own names, cells as spreadsheets leave them."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rtconform.formats.charges.charge import Charge, answer_of, code_of, is_modifier, named_session, nothing
from rtconform.formats.charges.spreadsheet import cell, moment
from rtconform.formats.messages import Field, Unreadable, refuse_longer
from rtconform.formats.settings import AnswerSettings, Column, Columns
from rtconform.reference.documents.coding import Answer, Outcome, Payment
from rtconform.reference.documents.treatment import Case

SEPARATORS = ",;\t|"
"""What may separate cells; the one under which most columns are found is taken."""

FIELDS = (
    Field("id", "the case's id, as it was sent; rows of other cases are passed over"),
    Field("session", "the session: its id, alone or after the case's id and a dot"),
    Field("date", "where no session is named: the day of the service, with its time where there is one"),
    Field(
        "code",
        "a CPT or HCPCS code, alone or with modifiers (77387-26), or a number of your own (`[answers.codes]`); empty: no charge",
    ),
    Field("modifiers", "modifiers, one or several in a cell or in several columns"),
    Field("units", "the number of units; empty: 1; negative or in parentheses: a credit"),
    Field("payment", "separate or bundled, or your words for it (`[answers.payments]`); empty: separate"),
    Field("outcome", "coded, needs_review or out_of_scope, or your words for it (`[answers.outcomes]`)"),
)
"""The columns that are read, by their keys in `[answers.columns]`."""

_LONGEST_CELL = 4000
_SHOWN = 40
_MOST_TITLES = 20


@dataclass(frozen=True)
class _Table:
    """The rows of an export, each with its number in the file; the row that names columns, and where each column stands."""

    columns: Columns
    header: tuple[str, ...]
    at: dict[Column, int]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def cell(self, row: Sequence[str], column: Column | None) -> str:
        index = self.at.get(column, -1) if column is not None else -1
        return cell(row[index]) if 0 <= index < len(row) else ""


def read_csv(document: bytes, case: Case, settings: AnswerSettings) -> Answer:
    """The answer that an export is to `case`. Raises Unreadable."""
    refuse_longer(document)
    if not document.strip():
        return nothing(case, settings)
    table = _table(document, _columns(settings))
    _refuse_missing(table, case)
    named = {table.cell(row, table.columns.id) for _, row in table.rows} - {""}
    if named and case.id not in named:
        other = next(name for _, row in table.rows if (name := table.cell(row, table.columns.id)))
        raise Unreadable(f"the export is about {other[:_SHOWN]!r}, but {case.id!r} was asked", other)
    rows = [(number, row) for number, row in table.rows if table.cell(row, table.columns.id) in (case.id, "")]
    if not rows:
        return nothing(case, settings)
    charges = [charge for number, row in rows if (charge := _charge(table, number, row, case, settings))]
    return answer_of(case, charges, outcome=_outcome(table, rows, settings, case))


def names_in(document: bytes, settings: AnswerSettings) -> Iterable[str]:
    """The cases that an export speaks of. Raises Unreadable where it names none."""
    table = _table(document, _columns(settings))
    names = dict.fromkeys(name for _, row in table.rows if (name := table.cell(row, table.columns.id)))
    if not names:
        raise Unreadable("no row names the case that it is about")
    return names


def is_headed(settings: AnswerSettings) -> bool:
    """Whether an export begins with the names of its columns: the vendor file names one by its name."""
    return settings.columns is not None and any(isinstance(column, str) for column in _wanted(settings.columns))


def _columns(settings: AnswerSettings) -> Columns:
    if settings.columns is None:
        raise Unreadable("the vendor file names no columns ([answers.columns])")
    return settings.columns


def _table(document: bytes, columns: Columns) -> _Table:
    """The export under the separator by which most of the vendor's columns are found."""
    lines = list(io.StringIO(_text(document), newline=""))
    told = re.fullmatch(rf"sep=([{SEPARATORS}])\s*", lines[0]) if lines else None
    separators, lines = (told[1], lines[1:]) if told else (SEPARATORS, lines)
    tables: list[_Table] = []
    faults: list[str] = []
    for separator in separators:
        try:
            tables.append(_parsed(lines, separator, columns))
        except csv.Error as error:
            faults.append(str(error))
    if not tables:
        raise Unreadable(faults[0])
    return max(tables, key=lambda one: (len(one.at), max((len(row) for _, row in one.rows), default=0)))


def _refuse_missing(table: _Table, case: Case) -> None:
    """Raises Unreadable where the export lacks a column that the vendor file names."""
    missing = [repr(column) for column in _wanted(table.columns) if column not in table.at]
    if missing:
        named = ", ".join(repr(text.strip()[:_SHOWN]) for text in table.header[:12]) or "nothing"
        noun = "column" if len(missing) == 1 else "columns"
        raise Unreadable(f"no {noun} {', '.join(missing[:8])} ([answers.columns]): the first row holds {named}", case.id)


def _parsed(lines: list[str], separator: str, columns: Columns) -> _Table:
    """The rows under one separator; the first ones, up to the one that names the column of codes, are not charges."""
    reader = csv.reader(iter(lines), delimiter=separator, strict=True)
    rows: list[tuple[int, tuple[str, ...]]] = []
    try:
        rows.extend(
            (reader.line_num, tuple(text[:_LONGEST_CELL] for text in row)) for row in reader if any(text.strip() for text in row)
        )
    except csv.Error as error:
        raise csv.Error(f"line {reader.line_num}: not CSV: {error}") from None
    wanted = _wanted(columns)
    width = max((len(row) for _, row in rows), default=0)
    at: dict[Column, int] = {column: column - 1 for column in wanted if isinstance(column, int) and column <= width}
    names = [column for column in wanted if isinstance(column, str)]
    header, found = 0, dict[Column, int]()
    for index, (_, row) in enumerate(rows[:_MOST_TITLES] if names else ()):
        places = {_plain(text): number for number, text in reversed([*enumerate(row)])}
        here: dict[Column, int] = {name: places[_plain(name)] for name in names if _plain(name) in places}
        if len(here) > len(found):
            header, found = index, here
    first = rows[header][1] if rows else ()
    return _Table(columns, first, at | found, tuple(rows[header + 1 :] if names else rows))


def _wanted(columns: Columns) -> tuple[Column, ...]:
    """Every column that the vendor file names."""
    modifiers = columns.modifiers if isinstance(columns.modifiers, tuple) else (columns.modifiers,)
    all_of_them = (
        columns.id,
        columns.session,
        columns.date,
        columns.code,
        *modifiers,
        columns.units,
        columns.payment,
        columns.outcome,
    )
    return tuple(column for column in all_of_them if column is not None)


def _plain(name: str) -> str:
    """A column's name as it is compared."""
    return " ".join(cell(name).casefold().split())


def _text(document: bytes) -> str:
    """Text in the encodings that spreadsheets write. No export is refused for a name with an accent."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if document.startswith(mark):
            return document.decode(encoding, errors="replace")
    try:
        return document.decode()
    except UnicodeDecodeError:
        return document.decode("cp1252", errors="replace")


def _charge(table: _Table, number: int, row: Sequence[str], case: Case, settings: AnswerSettings) -> Charge | None:
    """The charge of a row; None where the row has no code."""
    columns, where = table.columns, f"row {number}"
    text = table.cell(row, columns.code)
    if not text:
        return None
    found = code_of([text], settings)
    if found is None:
        advice = 'give the code that it stands for in [answers.codes], or "other" where it is another family\'s'
        raise Unreadable(f"{where}: {text[:_SHOWN]!r} is not a CPT or HCPCS code; {advice}", case.id)
    code, modifiers = found
    when_text, session_text = table.cell(row, columns.date), table.cell(row, columns.session)
    when = moment(when_text, settings.dates) if when_text else None
    if when_text and when is None and columns.date is not None:
        raise Unreadable(f"{where}: {when_text[:_SHOWN]!r} is not a date", case.id)
    units = _units(table.cell(row, columns.units), where, case)
    return Charge(
        where,
        code,
        (*modifiers, *_modifiers(table, row, where, case)),
        abs(units),
        credit=units < 0,
        session=named_session(session_text, case) or (session_text if when is None else ""),
        when=when,
        payment=_payment(table.cell(row, columns.payment), where, settings, case),
    )


def _modifiers(table: _Table, row: Sequence[str], where: str, case: Case) -> tuple[str, ...]:
    columns = table.columns.modifiers
    cells = [table.cell(row, column) for column in (columns if isinstance(columns, tuple) else (columns,))]
    found = [part for text in cells for part in map(cell, re.split(r"[ ,;:/|-]+", text.upper()))]
    wrong = next((part for part in found if part and not is_modifier(part)), None)
    if wrong is not None:
        raise Unreadable(f"{where}: {wrong[:_SHOWN]!r} is not a modifier: two letters or digits", case.id)
    return tuple(part for part in found if part)


def _units(text: str, where: str, case: Case) -> int:
    if not text:
        return 1
    negative = re.fullmatch(r"\(([0-9]{1,3})\)", text)  # how accounts write a credit
    if negative or re.fullmatch(r"-?[0-9]{1,3}", text):
        units = -int(negative[1]) if negative else int(text)
        if units:
            return units
    raise Unreadable(f"{where}: {text[:_SHOWN]!r} is not a number of units from 1 to 999, nor of a credit", case.id)


_OUTCOMES: dict[str, Outcome] = {"coded": "coded", "needs_review": "needs_review", "out_of_scope": "out_of_scope"}
_PAYMENTS: dict[str, Payment] = {"separate": "separate", "bundled": "bundled"}


def _payment(text: str, where: str, settings: AnswerSettings, case: Case) -> Payment:
    found = settings.payments.get(text) or _PAYMENTS.get(text, None if text else "separate")
    if found is None:
        raise Unreadable(f"{where}: {text[:_SHOWN]!r} is neither separate nor bundled, nor in [answers.payments]", case.id)
    return found


def _outcome(table: _Table, rows: Sequence[tuple[int, Sequence[str]]], settings: AnswerSettings, case: Case) -> Outcome | None:
    """What the column of outcomes says; None where there is none, or it says nothing."""
    said: dict[Outcome, int] = {}
    for number, row in rows:
        text = table.cell(row, table.columns.outcome)
        found = settings.outcomes.get(text) or _OUTCOMES.get(text)
        if text and found is None:
            known = ", ".join((*settings.outcomes, *_OUTCOMES))
            raise Unreadable(f"row {number}: outcome {text[:_SHOWN]!r} is none of {known}; add it to [answers.outcomes]", case.id)
        if found is not None:
            said.setdefault(found, number)
    if len(said) > 1:
        (first, one), (second, other) = [*said.items()][:2]
        raise Unreadable(f"row {one} says {first}, row {other} {second}: a case has one outcome", case.id)
    return next(iter(said), None)
