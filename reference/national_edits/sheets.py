"""Files as CMS ships them, as rows of text cells: text, CSV or xlsx, or a zip of these. What is inside is not looked at here.

Every fault is reported with file, line and column; sizes are bounded, so that a small zip can't grow without end.
"""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rtconform.reference.errors import UserError

LONGEST = 512 * 1024 * 1024
"""Largest file that is read, in bytes, unpacked."""

_TEXT = (".txt", ".csv", ".tsv")
_BOOK = (".xlsx",)


class TableError(UserError):
    """A table that can't be read: file, line and column, what is wrong, what to do."""

    def __init__(self, file: str, what: str, line: int | None = None, column: str | int | None = None) -> None:
        place = file + (f":{line}" if line is not None else "") + (f", column {column}" if column is not None else "")
        super().__init__(f"{place}: {what}")


@dataclass(frozen=True)
class Row:
    """One row: its line in the file (of a workbook: its row), and its cells as text, without spaces around."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """One table as rows. `name`: the file's own; `fixed`: the lines are of fixed width, each row one cell as it is."""

    name: str
    rows: Iterator[Row]
    fixed: bool = False


def sheets(path: Path) -> Iterator[Sheet]:
    """The tables in a file. Raises TableError where it is none of the kinds known, too long or damaged."""
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= LONGEST else b""
    except OSError as error:
        raise TableError(str(path), f"{error.strerror}; give the path of a file as CMS publishes it") from None
    if size > LONGEST:
        raise TableError(str(path), f"longer than {LONGEST} bytes; give one file of the edition at a time")
    yield from _sheets(str(path), path.name, content)


def _sheets(file: str, name: str, content: bytes) -> Iterator[Sheet]:
    ending = PurePosixPath(name.lower()).suffix
    if content.startswith(b"PK"):
        yield from [_workbook(file, name, content)] if ending in _BOOK else _packed(file, content)
    elif ending in _BOOK or ending == ".zip":
        raise TableError(file, f"not a {ending[1:]} file; download it again")
    elif ending in _TEXT or ending == "":
        yield _text(file, name, content)
    else:
        raise TableError(file, f"a file {ending!r} is not read; there are {', '.join((*_TEXT, *_BOOK, '.zip'))}")


def _packed(file: str, content: bytes) -> Iterator[Sheet]:
    """The tables of a zip: of a table that is there as text and as a workbook, the text."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        names = [one.filename for one in archive.infolist() if not one.is_dir() and "__MACOSX" not in one.filename]
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise TableError(file, "not a zip file, or a damaged one; download it again") from None
    texts = [name for name in names if name.lower().endswith(_TEXT)]
    stems = {PurePosixPath(name).stem.lower() for name in texts}
    chosen = [*texts, *(n for n in names if n.lower().endswith(_BOOK) and PurePosixPath(n).stem.lower() not in stems)]
    if not chosen:
        raise TableError(file, f"no table in it ({', '.join(names[:5]) or 'empty'}); give the zip as CMS publishes it")
    for name in chosen:
        try:
            with archive.open(name) as member:
                unpacked = member.read(LONGEST + 1)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError, OSError) as error:
            raise TableError(f"{file}!{name}", f"damaged ({error}); download it again") from None
        except Exception as error:
            if type(error).__module__ != "zlib":
                raise
            raise TableError(f"{file}!{name}", f"damaged ({error}); download it again") from None
        if len(unpacked) > LONGEST:
            raise TableError(f"{file}!{name}", f"longer than {LONGEST} bytes; give one file of the edition at a time")
        yield from _sheets(f"{file}!{name}", PurePosixPath(name).name, unpacked)


def _text(file: str, name: str, content: bytes) -> Sheet:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = content.decode("utf-16", "replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("latin-1")  # what CMS's tables are where they are not UTF-8: ®, no-break spaces
    if text.startswith("HDR "):
        return Sheet(name, (Row(number, (line,)) for number, line in enumerate(text.splitlines(), 1)), fixed=True)
    if "\t" in text[:4000]:
        lines = enumerate(text.splitlines(), 1)
        return Sheet(name, (Row(number, tuple(cell.strip() for cell in line.split("\t"))) for number, line in lines))
    return Sheet(name, _records(file, text))


def _records(file: str, text: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for record in reader:
            yield Row(begins, tuple(cell.strip() for cell in record))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise TableError(file, f"not CSV ({error}); download it again", begins) from None


def _workbook(file: str, name: str, content: bytes) -> Sheet:
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - only where a workbook is read

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(one.file_size for one in archive.infolist()) > LONGEST:
                raise TableError(file, f"longer than {LONGEST} bytes; give the text of this table")
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        cells = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, IndexError, OSError) as error:
        raise TableError(file, f"not a workbook, or a damaged one ({error}); download it again") from None
    return Sheet(name, (Row(number, tuple(map(_cell, row))) for number, row in enumerate(cells, 1)))


def _cell(value: object) -> str:
    """A cell of a workbook as the text of the same table has it: 77412.0 is 77412, a date is its digits."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.date):
        return value.strftime("%Y%m%d")
    return str(value).strip()
