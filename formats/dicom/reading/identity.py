"""Who the patient is, as objects say it: kept apart from everything else, so that it can be kept back."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from rtconform.formats.dicom.reading.open_object import DicomObject, said
from rtconform.formats.dicom.reading.records import moment_of

SHOWN_AS = "[patient]"

_IDENTIFYING = (
    "PatientName",
    "PatientID",
    "OtherPatientIDs",
    "OtherPatientNames",
    "PatientBirthName",
    "PatientBirthDate",
    "PatientTelephoneNumbers",
    "PatientAddress",
    "PatientMotherBirthName",
    "MedicalRecordLocator",
    "AccessionNumber",
    "IssuerOfPatientID",
)
_SEXES = {"F": "female", "M": "male", "O": "other"}
_SHORTEST = 2
"""A part of a name of one letter is in every text."""


class Identity:
    """Everything by which a patient could be known, and texts without it."""

    def __init__(self, objects: Iterable[DicomObject]) -> None:
        texts = {said(one.data, keyword) for one in objects for keyword in _IDENTIFYING}
        parts = {part for text in texts for part in (text, *re.split(r"[\^=,\s]+", text)) if len(part) >= _SHORTEST}
        longest_first = sorted(parts, key=lambda part: (-len(part), part))
        either = "|".join(map(re.escape, longest_first)) or r"(?!)"
        self._anywhere = re.compile(either, re.IGNORECASE)
        self._words = re.compile(rf"(?<![^\W_])(?:{either})(?![^\W_])", re.IGNORECASE)

    def without(self, text: str) -> str:
        """A name that somebody gave (of a file, a plan, a volume) with each of them replaced, also within a word."""
        return self._anywhere.sub(SHOWN_AS, text)

    def without_words(self, text: str) -> str:
        """A report with each of them replaced where it stands as a word: its own words stay."""
        return self._words.sub(SHOWN_AS, text)


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
