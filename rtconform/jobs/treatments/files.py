"""The files of a treatment: DICOM objects or FHIR resources, and beside them JSON or HL7 v2 for what they can't say."""

import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rtconform.formats.hl7.segments import segments_of
from rtconform.formats.identity import Identity
from rtconform.formats.messages import Unreadable
from rtconform.formats.treatments import Treatment
from rtconform.jobs.treatments.objects import is_outside, nothing_in, of_several, without_copies, without_plans_for_nobody
from rtconform.jobs.treatments.resources import holds_resources, patients_in
from rtconform.reference.errors import UserError
from rtconform.reference.regular_file import open_regular, read_regular

if TYPE_CHECKING:
    from rtconform.formats.dicom.reading.open_object import DicomObject

MOST_FILES = 2000
"""How many files of a folder are read."""

LONGEST_BESIDE = 1024 * 1024
"""Longest file of JSON or of messages that is read, in bytes."""

_BESIDE = (".json", ".hl7")
_MOST_NAMED = 3

_SUFFIXES = (".dcm", ".dicom", ".dic", ".ima")
_MAGIC_AT, _MAGIC = 128, b"DICM"
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b")


@dataclass(frozen=True)
class TreatmentFiles:
    """What was found. `beside`: what else says something, `beside_file`: where. `unread`: files that are not read, and why."""

    treatment: Treatment
    patient: dict[str, Any]
    identity: Identity
    beside: dict[str, Any]
    beside_file: str
    unread: tuple[str, ...]


def is_treatment(name: str) -> bool:
    """Whether this names a folder, a DICOM file or a file of FHIR resources, and not a file of cases.

    Raises UserError for an archive.
    """
    path = Path(name)
    if name == "-":
        return False
    if not path.is_dir() and _is_archive(path):
        raise UserError(f"{name}: an archive; unpack it, and give the folder")
    return path.is_dir() or holds_resources(path) or _is_object(path)


def _is_object(path: Path) -> bool:
    """Whether a file is named or begins like a DICOM object."""
    return path.suffix.lower() in _SUFFIXES or _beginning(path)[_MAGIC_AT:] == _MAGIC


def _is_archive(path: Path) -> bool:
    """Whether a file begins like a ZIP or gzip archive."""
    return _beginning(path).startswith(_ARCHIVES)


def _beginning(path: Path) -> bytes:
    """The first bytes of a file; none where it can't be read."""
    try:
        with open_regular(path) as stream:
            return stream.read(_MAGIC_AT + len(_MAGIC))
    except OSError:
        return b""


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
        raise UserError(f"{name}: {len(objects)} DICOM objects and {len(resources)} FHIR files; give each a folder of its own")
    documents = [(shown, file) for shown, file in others if file.suffix.lower() == ".json"]
    if len(documents) > 1:
        raise UserError(f"{name}: {len(documents)} JSON files that hold no FHIR resource: only one may stand beside resources")
    beside, _, wrong = _beside(name, documents)
    if wrong:
        raise UserError(wrong)
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

    objects: list[DicomObject] = []
    unread: list[str] = []
    documents: list[tuple[str, Path]] = []
    for shown, file in files:
        if file.suffix.lower() in _BESIDE:
            documents.append((shown, file))
            continue
        if _is_archive(file):
            unread.append(f"{shown}: an archive, which is not unpacked")
            continue
        try:
            objects.append(open_object(read_regular(file, LONGEST_OBJECT + 1), shown))
        except Unreadable as why:
            unread.append(f"{shown}: {why.what}")
        except OSError as error:
            unread.append(f"{shown}: {error.strerror}")
    beside, persons, wrong = _beside(name, documents)
    identity = identity_of(objects, persons)
    objects, copies = without_copies(objects)
    objects, aside = without_plans_for_nobody(objects)
    unread += [*copies, *aside]
    wrong = nothing_in(name, path, objects, unread) or of_several(name, objects) or wrong
    if wrong:
        raise UserError(identity.without(wrong))
    unread += [f"{one.file}: {one.kind}: a day on which it was delivered is out of scope" for one in objects if is_outside(one)]
    beside_file = ", ".join(shown for shown, _ in documents[:_MOST_NAMED]) + (" …" if len(documents) > _MOST_NAMED else "")
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


def _beside(name: str, documents: list[tuple[str, Path]]) -> tuple[dict[str, Any], list[str], str]:
    """What stands beside the objects, the persons that it names, and what is wrong with it."""
    json_files = [shown for shown, file in documents if file.suffix.lower() == ".json"]
    if json_files and len(documents) > 1:
        both = ", ".join(shown for shown, _ in documents[:_MOST_NAMED])
        what = "only one JSON file" if len(json_files) > 1 else "one JSON file or HL7 v2 messages"
        return {}, [], f"{name}: {both}: {what} may stand beside DICOM objects; move the others away"
    contents = []
    for shown, file in documents:
        try:
            contents.append(read_regular(file, LONGEST_BESIDE + 1))
        except OSError as error:
            return {}, [], f"{shown}: {error.strerror}"
        if len(contents[-1]) > LONGEST_BESIDE:
            return {}, [], f"{shown}: longer than {LONGEST_BESIDE} bytes; move it away"
    if json_files:
        return _json(json_files[0], contents[0])
    return _messages(documents[0][0], b"\r".join(contents)) if contents else ({}, [], "")


def _json(shown: str, content: bytes) -> tuple[dict[str, Any], list[str], str]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return {}, [], f"{shown}: not JSON; write what the objects lack as a JSON object, or move the file away"
    if not isinstance(document, dict):
        return {}, [], f"{shown}: not a JSON object; write one, or move the file away"
    return document, [], ""


def _messages(shown: str, content: bytes) -> tuple[dict[str, Any], list[str], str]:
    from rtconform.formats.dicom.messages import beside  # noqa: PLC0415 - pydicom is an extra

    persons = [
        text
        for segment in segments_of(content)
        if segment.name == "PID"
        for text in (*segment.repetitions(3), *(segment.get(5, component) for component in (1, 2, 3)), segment.get(7))
    ]
    try:
        return beside(content), persons, ""
    except Unreadable as why:
        return {}, persons, f"{shown}: {why.what}; correct the messages, or move them away"
