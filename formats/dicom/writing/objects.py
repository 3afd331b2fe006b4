"""What every object of a case has: patient, study, series, equipment; and the object as the bytes of a file."""

import datetime as dt
import io
from dataclasses import dataclass

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from rtconform.formats.dicom.writing.elements import clock, day, text
from rtconform.formats.dicom.writing.realism import Realism
from rtconform.formats.dicom.writing.uids import uid
from rtconform.reference.documents.treatment import Case, Patient

MACHINE = "LINAC1"

_SEXES = {"female": "F", "male": "M", "other": "O", "unknown": ""}
_MAKER = "Synthetic"


@dataclass(frozen=True)
class Export:
    """A case on its way out, with the names that its objects share."""

    case: Case
    realism: Realism
    planned_at: dt.datetime

    def uid(self, *names: str) -> str:
        """The UID of something of this case."""
        return uid(self.case.id, *names)

    @property
    def frame(self) -> str:
        """The frame of reference: one for the case, so that positions in its plans can be compared."""
        return self.uid("frame")


def export_of(case: Case, realism: Realism) -> Export:
    """The case on its way out; it was planned a fortnight before the day of service."""
    earliest = dt.date(1900, 1, 1).toordinal()
    planned = dt.date.fromordinal(max(case.billing.date_of_service.toordinal() - 14, earliest))
    return Export(case, realism, dt.datetime.combine(planned, dt.time(12, 40)))


def new_object(export: Export, sop_class: str, modality: str, names: tuple[str, ...], at: dt.datetime) -> Dataset:
    """An object with its general modules. `names` tell it from the others of the case."""
    made = Dataset()
    made.SpecificCharacterSet = "ISO_IR 192"
    made.InstanceCreationDate = day(at)
    made.InstanceCreationTime = clock(at)
    made.SOPClassUID = sop_class
    made.SOPInstanceUID = export.uid(*names)
    made.StudyDate = day(at)
    made.StudyTime = clock(at)
    made.AccessionNumber = ""
    made.Modality = modality
    made.Manufacturer = _MAKER
    made.ReferringPhysicianName = ""
    made.ManufacturerModelName = _MAKER
    made.OperatorsName = ""
    _set_patient(made, export.case.patient)
    made.SoftwareVersions = "1"
    made.StudyInstanceUID = export.uid("study", day(at))
    made.SeriesInstanceUID = export.uid("series", *names)
    made.StudyID = ""
    made.SeriesNumber = 1
    if export.realism.private_tags:
        block = made.private_block(0x3249, "SYNTHETIC EXPORT", create=True)
        block.add_new(0x10, "LO", "MOTION GATING 77412")  # words that a reader who searches text would fall for
    return made


def _set_patient(made: Dataset, patient: Patient) -> None:
    names = [text(name.replace("^", " ").replace("=", " "), 30) for name in (patient.family_name, patient.given_name)]
    made.PatientName = "^".join(names)
    made.PatientID = text(patient.id)
    made.PatientBirthDate = day(patient.birth_date)
    made.PatientSex = _SEXES[patient.sex]
    made.PatientIdentityRemoved = "YES"
    made.DeidentificationMethod = "synthetic"


def set_approval(made: Dataset, at: dt.datetime) -> None:
    """The object was approved at this time."""
    made.ApprovalStatus = "APPROVED"
    made.ReviewDate = day(at)
    made.ReviewTime = clock(at)
    made.ReviewerName = "PHYSICIAN^SYNTHETIC"


def file_of(made: Dataset) -> bytes:
    """The object as a file with preamble, in explicit VR little endian."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = made.SOPClassUID
    meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = pydicom.uid.UID(uid("implementation"))
    meta.ImplementationVersionName = "SYNTHETIC_1"
    made.file_meta = meta
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, made, enforce_file_format=True)
    return stream.getvalue()
