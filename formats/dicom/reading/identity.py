"""Who the patient is, as objects say it: kept apart from everything else, so that it can be kept back."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rtconform.formats.dicom.reading.open_object import DicomObject, items, said
from rtconform.formats.dicom.reading.records import moment_of
from rtconform.formats.identity import Identity

_IDENTIFYING = (
    "PatientName",
    "PatientID",
    "OtherPatientIDs",
    "OtherPatientNames",
    "PatientBirthName",
    "PatientTelephoneNumbers",
    "PatientAddress",
    "PatientMotherBirthName",
    "MedicalRecordLocator",
    "AccessionNumber",
    "IssuerOfPatientID",
)
_SEXES = {"F": "female", "M": "male", "O": "other"}


def identity_of(objects: Iterable[DicomObject], beside: Iterable[str] = ()) -> Identity:
    """Everything by which a patient could be known, as these objects and files `beside` them say it."""
    return Identity({text for one in objects for text in _texts(one)} | {*beside})


def _texts(found: DicomObject) -> Iterator[str]:
    data = found.data
    yield from (said(data, keyword) for keyword in _IDENTIFYING)
    yield from (said(other, "PatientID") for other in items(data, "OtherPatientIDsSequence"))
    born = said(data, "PatientBirthDate")
    if any(letter.isdigit() for letter in born):  # some write UNKNOWN
        yield born
        moment = moment_of(data, "PatientBirthDate", "NoSuchTime")
        yield moment.date().isoformat() if moment else ""


def patient_of(objects: Sequence[DicomObject]) -> dict[str, Any]:
    """The patient, as a case has it. A birth date that no object says is given as 1900-01-01."""
    data = next((one.data for one in objects if said(one.data, "PatientID")), objects[0].data)
    family, _, given = said(data, "PatientName").partition("^")
    born = moment_of(data, "PatientBirthDate", "NoSuchTime")
    return {
        "id": said(data, "PatientID") or "unknown",
        "birth_date": born.date().isoformat() if born else "1900-01-01",
        "sex": _SEXES.get(said(data, "PatientSex"), "unknown"),
        "family_name": family,
        "given_name": given.partition("^")[0],
    }
