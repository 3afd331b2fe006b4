"""A case as the files of a question: its objects, and the companion, as JSON or as HL7 v2 messages."""

import json

import msgspec

from rtconform.formats.dicom import messages
from rtconform.formats.dicom.companion import FILE, Document, companion_of, put_together
from rtconform.formats.dicom.reading.identity import patient_of
from rtconform.formats.dicom.reading.open_object import open_object
from rtconform.formats.dicom.reading.reader import read_treatment
from rtconform.formats.dicom.writing.writer import write_objects
from rtconform.formats.messages import Part, Unreadable
from rtconform.formats.settings import Companion
from rtconform.reference.documents.treatment import Case


def write_question(case: Case, companion: Companion = "json") -> tuple[Part, ...]:
    """The files. Raises Inexpressible."""
    objects = [Part("dcm", content, file) for file, content in write_objects(case)]
    beside = companion_of(case)
    if companion == "hl7v2":
        return (*objects, *messages.written(beside, msgspec.to_builtins(case.patient)))
    return (*objects, Part("json", json.dumps(beside, ensure_ascii=False, indent=1).encode(), FILE))


def reread_question(parts: list[Part]) -> Case:
    """The case that files say. Raises Unreadable."""
    objects = [open_object(part.content, part.name) for part in parts if part.suffix == "dcm"]
    patient = patient_of(objects) if objects else {"id": "unknown", "birth_date": "1900-01-01", "sex": "unknown"}
    try:
        return put_together(read_treatment(objects), _companion(parts), patient)
    except msgspec.ValidationError as error:
        raise Unreadable(f"the files make no case: {error}") from None


def _companion(parts: list[Part]) -> Document:
    if any(part.suffix == messages.SUFFIX for part in parts):
        return messages.read(parts)
    found: Document = next(json.loads(part.content) for part in parts if part.name == FILE)
    return found
