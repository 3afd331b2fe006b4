"""The editions that are shipped, and those that users have loaded into a folder of their own.

What is shipped is this family's rows alone, from mirrors, each edition with where it comes from: `SENTENCE` goes with it wherever
it is shown. A run or a certificate knows the shipped editions alone, so that everybody judges by the same.
"""

from functools import cache
from pathlib import Path

import msgspec

from rtconform.reference.documents.wire import decode
from rtconform.reference.errors import DocumentError, UserError
from rtconform.reference.national_edits.tables import Edition, Tables, merged

SENTENCE = (
    "The shipped tables hold only this family's rows, taken from mirrors and not from CMS: load your own each quarter, "
    "with rtconform tables load."
)

FOLDER = Path("rtconform-tables")
"""Where loaded tables are kept, in the folder that a command is given in, unless it says otherwise."""

_LONGEST = 64 * 1024 * 1024


@cache
def shipped_tables() -> Tables:
    """The editions that are shipped."""
    files = sorted(Path(__file__).with_name("snapshot").glob("*.json"))
    return Tables(tuple(msgspec.json.decode(file.read_bytes(), type=Edition) for file in files))


def loaded_tables(folder: Path) -> Tables:
    """The editions that were loaded into a folder, none where there is no folder. Raises UserError for a file that is none."""
    try:
        files = sorted(folder.glob("*.json"))
        contents = [(file, file.read_bytes()) for file in files if file.stat().st_size <= _LONGEST]
    except OSError as error:
        raise UserError(f"{folder}: {error.strerror}; give the folder that rtconform tables load wrote") from None
    try:
        return Tables(tuple(decode(content, Edition, str(file)) for file, content in contents))
    except DocumentError as error:
        raise UserError(f"{error}\nNot a loaded table: load CMS's file again with rtconform tables load") from None


def tables_in_force(folder: Path | None) -> Tables:
    """The shipped editions with those of a folder, which stand for a shipped one of the same kind, setting and first day."""
    if folder is None or not folder.is_dir():
        return shipped_tables()
    own = loaded_tables(folder).editions
    taken = {(one.kind, one.setting, one.effective) for one in own}
    kept = [one for one in shipped_tables().editions if (one.kind, one.setting, one.effective) not in taken]
    return Tables((*own, *kept))


def keep(editions: tuple[Edition, ...], folder: Path) -> tuple[Path, ...]:
    """Write editions into a folder, one file each; one that is there already keeps the parts that came before."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder}: {error.strerror}; give a folder with --to") from None
    before = {(one.kind, one.setting, one.effective): one for one in loaded_tables(folder).editions}
    written = []
    for one in merged(editions):
        earlier = before.get((one.kind, one.setting, one.effective))
        whole = earlier.merged(one) if earlier else one
        path = folder / f"{one.kind}-{one.setting}-{one.effective}.json"
        beside = path.with_name(f".{path.name}.new")
        try:
            beside.write_bytes(msgspec.json.encode(whole))
            beside.replace(path)
        except OSError as error:
            raise UserError(f"{path}: {error.strerror}; give a folder that can be written with --to") from None
        written.append(path)
    return tuple(written)
