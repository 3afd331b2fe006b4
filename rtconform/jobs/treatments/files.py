"""The files of a treatment: DICOM objects or FHIR resources, and a JSON document beside them for what they can't say."""

import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rtconform.formats.identity import Identity
from rtconform.formats.messages import Unreadable
from rtconform.formats.treatments import Treatment
from rtconform.jobs.treatments.resources import holds_resources, patients_in
from rtconform.reference.errors import UserError
from rtconform.reference.regular_file import open_regular, read_regular

if TYPE_CHECKING:
    from rtconform.formats.dicom.reading.open_object import DicomObject

MOST_FILES = 2000
"""How many files of a folder are read."""

LONGEST_JSON = 1024 * 1024

_SUFFIXES = (".dcm", ".dicom", ".dic", ".ima")
_MAGIC_AT, _MAGIC = 128, b"DICM"


@dataclass(frozen=True)
class TreatmentFiles:
    """What was found. `beside`: the JSON document, `beside_file` its name. `unread`: files that are not read, and why."""

    treatment: Treatment
    patient: dict[str, Any]
    identity: Identity
    beside: dict[str, Any]
    beside_file: str
    unread: tuple[str, ...]


def is_treatment(name: str) -> bool:
    """Whether this names a folder, a DICOM file or a file of FHIR resources, and not a file of cases."""
    path = Path(name)
    if name == "-":
        return False
    if path.is_dir() or path.suffix.lower() in _SUFFIXES or holds_resources(path):
        return True
    return _is_object(path)


def _is_object(path: Path) -> bool:
    """Whether a file is named or begins like a DICOM object."""
    if path.suffix.lower() in _SUFFIXES:
        return True
    try:
        with open_regular(path) as stream:
            return stream.read(_MAGIC_AT + len(_MAGIC))[_MAGIC_AT:] == _MAGIC
    except OSError:
        return False


def treatments_in(name: str) -> Iterator[TreatmentFiles]:
    """The treatment in a file or folder: one of DICOM objects, or one for each patient of FHIR resources.

    Raises UserError where there is none, or where pydicom is needed and not installed.
    """
    path = Path(name)
    files = [(str(file.relative_to(path)) if path.is_dir() else file.name, file) for file in _files(path)]
    resources = [(shown, file) for shown, file in files if holds_resources(file)]
    if not resources:
        yield _objects_in(name, path, files)
        return
    others = [(shown, file) for shown, file in files if (shown, file) not in resources]
    if objects := [shown for shown, file in others if _is_object(file)]:
        raise UserError(f"{name}: {len(objects)} DICOM objects and {len(resources)} files of FHIR; give each a folder of its own")
    documents = [(shown, file) for shown, file in others if file.suffix.lower() == ".json"]
    if len(documents) > 1:
        raise UserError(f"{name}: {len(documents)} JSON files that hold no FHIR resource: only one may stand beside resources")
    beside = _document(documents[0][1]) if documents else {}
    unread = tuple(f"{shown}: not FHIR in JSON" for shown, file in others if file.suffix.lower() != ".json")
    for one in patients_in(name, resources, unread):
        beside_file = one.identity.without(documents[0][0]) if documents else ""
        yield TreatmentFiles(one.treatment, one.patient, one.identity, beside, beside_file, one.unread)


def _objects_in(name: str, path: Path, files: list[tuple[str, Path]]) -> TreatmentFiles:
    """The treatment that DICOM objects are about."""
    need_pydicom()
    from rtconform.formats.dicom.reading.identity import identity_of, patient_of  # noqa: PLC0415 - pydicom is an extra
    from rtconform.formats.dicom.reading.open_object import LONGEST_OBJECT, open_object  # noqa: PLC0415 - the same
    from rtconform.formats.dicom.reading.reader import read_treatment  # noqa: PLC0415 - the same

    objects, unread, documents = [], [], []
    for shown, file in files:
        if file.suffix.lower() == ".json":
            documents.append((shown, file))
            continue
        try:
            objects.append(open_object(read_regular(file, LONGEST_OBJECT + 1), shown))
        except Unreadable as why:
            unread.append(f"{shown}: {why.what}")
        except OSError as error:
            unread.append(f"{shown}: {error.strerror}")
    identity = identity_of(objects)
    if not any(one.kind in ("plan", "record") for one in objects):
        raise UserError(identity.without(_nothing_in(name, path, objects, unread)))
    if len(documents) > 1:
        both = ", ".join(shown for shown, _ in documents)
        raise UserError(
            identity.without(f"{name}: {both}: only one JSON file may stand beside DICOM objects; move the others away")
        )
    beside_file, beside = (documents[0][0], _document(documents[0][1])) if documents else ("", {})
    hidden = [replace(one, file=identity.without(one.file)) for one in objects]
    told = tuple(identity.without(what) for what in unread)
    return TreatmentFiles(read_treatment(hidden), patient_of(objects), identity, beside, identity.without(beside_file), told)


def need_pydicom() -> None:
    """Raises UserError where DICOM can't be read or written here."""
    if importlib.util.find_spec("pydicom") is None:
        raise UserError("DICOM needs pydicom, which is not installed: pip install 'rtconform[dicom]'")


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    found = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
    if len(found) > MOST_FILES:
        raise UserError(f"{path}: {len(found)} files: at most {MOST_FILES} are read at once; give the folder of one treatment")
    yield from found


def _document(file: Path) -> dict[str, Any]:
    try:
        content = read_regular(file, LONGEST_JSON + 1)
        document = json.loads(content) if len(content) <= LONGEST_JSON else None
    except OSError as error:
        raise UserError(f"{file.name}: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise UserError(f"{file.name}: not JSON; write what the objects lack as a JSON object, or move the file away") from None
    if not isinstance(document, dict):
        raise UserError(f"{file.name}: not a JSON object of at most {LONGEST_JSON} bytes; write one, or move the file away")
    return document


def _nothing_in(name: str, path: Path, objects: list["DicomObject"], unread: list[str]) -> str:
    known = sorted({one.kind for one in objects if one.kind.startswith("an ")})
    if known:
        return f"{name}: what is in it is {', '.join(known)}: outside of what is coded here, and not read"
    what = (
        "no RT Plan and no RT Beams Treatment Record is in this folder"
        if path.is_dir()
        else "not an RT Plan or RT Beams Treatment Record"
    )
    return f"{name}: {what}" + (f" ({'; '.join(unread[:3])})" if unread else "")
