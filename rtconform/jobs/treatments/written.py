"""Cases of a suite as folders of DICOM RT files, one after the other."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from rtconform.formats.folders import write_folder
from rtconform.formats.messages import Inexpressible, Part
from rtconform.generators.suites.suite import SuiteItem
from rtconform.jobs.treatments.files import need_pydicom
from rtconform.reference.documents.treatment import Case
from rtconform.reference.errors import UserError


def write_treatments(items: Iterable[SuiteItem], out: Path, say: Callable[[str], object]) -> None:
    """A folder in `out` for each case, named by its id; what has no DICOM objects is said with the reason.

    Raises UserError for claims, where pydicom is missing, where a folder is there already, or where nothing can be written.
    """
    need_pydicom()
    from rtconform.formats.dicom.question import write_question  # noqa: PLC0415 - pydicom is an extra

    for item in items:
        case = item.question
        if not isinstance(case, Case):
            raise UserError(f"{case.id} is a claim: only cases are written as DICOM; give a suite of cases, for instance clinic")
        try:
            parts = write_question(case)
            _write(out / folder_name(case.id), parts)
        except Inexpressible as why:
            say(f"{case.id}: not written: {why}")
        except OSError as error:
            raise UserError(f"--out {out}: {error.strerror}") from None


def folder_name(case_id: str) -> str:
    """What the folder of a case is called: its id, with what no file system takes replaced."""
    return "".join(letter if letter.isalnum() or letter in "-._" else "-" for letter in case_id)[:200]


def _write(folder: Path, parts: tuple[Part, ...]) -> None:
    """The folder, whole or not at all: written under another name and renamed."""
    if folder.exists():
        raise UserError(f"{folder}: exists already; give --out a folder that is new or empty")
    temporary = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    write_folder(parts, temporary)
    temporary.rename(folder)
