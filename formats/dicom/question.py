"""A case as the files of a question: its objects, and the companion."""

import json

from rtconform.formats.dicom.companion import FILE, companion_of, put_together
from rtconform.formats.dicom.reading.identity import patient_of
from rtconform.formats.dicom.reading.open_object import open_object
from rtconform.formats.dicom.reading.reader import read_treatment
from rtconform.formats.dicom.writing.writer import write_objects
from rtconform.formats.messages import Part
from rtconform.reference.documents.treatment import Case


def write_question(case: Case) -> tuple[Part, ...]:
    """The files. Raises Inexpressible."""
    objects = [Part("dcm", content, file) for file, content in write_objects(case)]
    companion = json.dumps(companion_of(case), ensure_ascii=False, indent=1).encode()
    return (*objects, Part("json", companion, FILE))


def reread_question(parts: list[Part]) -> Case:
    """The case that files say. Raises Unreadable."""
    objects = [open_object(part.content, part.name) for part in parts if part.suffix == "dcm"]
    companion = next(json.loads(part.content) for part in parts if part.name == FILE)
    patient = patient_of(objects) if objects else {"id": "unknown", "birth_date": "1900-01-01", "sex": "unknown"}
    return put_together(read_treatment(objects), companion, patient)
