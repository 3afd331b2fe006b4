"""The files of a question as DICOM objects alone, for ways that carry nothing else: C-STORE, and STOW-RS.

A file that is not an object (the companion) travels within one: a Raw Data object, which the standard keeps for content of a
maker's own. A private block of the creator `CREATOR` holds the file's name and its bytes; the bytes end with a line break where
their number would be odd.
"""

import io
from collections.abc import Iterable, Iterator

import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import RawDataStorage

from rtconform.formats.dicom.writing.elements import text
from rtconform.formats.dicom.writing.objects import file_of
from rtconform.formats.dicom.writing.uids import uid
from rtconform.formats.messages import Part

GROUP, CREATOR = 0x3251, "RTCONFORM FILE"
NAME, CONTENT = 0x01, 0x02
"""The elements of the private block: (3251,1001) is the name, (3251,1002) the content, as this library writes them."""

_COPIED = (
    "SpecificCharacterSet",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "ReferringPhysicianName",
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "PatientIdentityRemoved",
    "DeidentificationMethod",
    "StudyInstanceUID",
    "StudyID",
)


def as_objects(parts: Iterable[Part]) -> list[Part]:
    """The parts with each that is not an object put into one. Objects come first: the last one says that all are there."""
    found = [*parts]
    objects = [part for part in found if part.suffix == "dcm"]
    beside = pydicom.dcmread(io.BytesIO(objects[0].content), stop_before_pixels=True) if objects else Dataset()
    carried = (_carrying(part, beside) for part in found if part.suffix != "dcm")
    return [*objects, *(Part("dcm", content, f"{900 + place}-raw.dcm") for place, content in enumerate(carried))]


def as_files(parts: Iterable[Part]) -> Iterator[Part]:
    """What `as_objects` was given, whatever the objects are called and whoever stored them meanwhile."""
    for part in parts:
        data = pydicom.dcmread(io.BytesIO(part.content), force=True, stop_before_pixels=True)
        carried = _carried(data)
        yield carried or part


def _carrying(part: Part, beside: Dataset) -> bytes:
    made = Dataset()
    for keyword in _COPIED:
        if keyword in beside:
            made.add(beside[keyword])
    names = (str(beside.get("StudyInstanceUID", "")), str(beside.get("SOPInstanceUID", "")), part.name)
    made.SOPClassUID = RawDataStorage
    made.SOPInstanceUID = uid("file", *names)
    made.SeriesInstanceUID = uid("series of file", *names)
    if not beside:
        made.SpecificCharacterSet = "ISO_IR 192"
        made.StudyInstanceUID = uid("study of file", part.content.hex())
        made.PatientName = made.PatientID = "NOBODY"
        made.StudyDate = made.StudyTime = made.PatientBirthDate = made.PatientSex = None
        made.AccessionNumber = made.ReferringPhysicianName = made.StudyID = ""
    made.Modality = "OT"
    made.Laterality = ""
    made.Manufacturer = "Synthetic"
    made.SeriesNumber = made.InstanceNumber = 1
    made.ContentDate = made.get("StudyDate") or "19000101"
    made.ContentTime = made.get("StudyTime") or "000000"
    made.AcquisitionContextSequence = []
    made.CreatorVersionUID = uid("creator version")
    block = made.private_block(GROUP, CREATOR, create=True)
    block.add_new(NAME, "LO", text(part.name))
    block.add_new(CONTENT, "OB", part.content + b"\n" * (len(part.content) % 2))
    return file_of(made)


def _carried(data: Dataset) -> Part | None:
    """The file that a Raw Data object carries; None where it is no such object."""
    try:
        block = data.private_block(GROUP, CREATOR)
        name, content = block[NAME].value, block[CONTENT].value
    except KeyError:
        return None
    name = name.decode().strip() if isinstance(name, bytes) else str(name)  # without a dictionary a private value has no type
    return Part(name.rpartition(".")[2], bytes(content), name)
