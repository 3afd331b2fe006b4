"""Opening objects that somebody else wrote: with or without preamble, with values that break the standard, never trusted."""

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pydicom
from pydicom.datadict import dictionary_description, tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from rtconform.formats.messages import Unreadable

LONGEST_OBJECT = 64 * 1024 * 1024
"""Longest file that is read, in bytes."""

_UNDEFINED = 0xFFFFFFFF

_KINDS = {"RTPLAN": "plan", "RTSTRUCT": "structures", "RTDOSE": "dose", "RTIMAGE": "image", "RTRECORD": "record"}
_CLASSES = {
    "1.2.840.10008.5.1.4.1.1.481.4": "record",
    "1.2.840.10008.5.1.4.1.1.481.5": "plan",
    "1.2.840.10008.5.1.4.1.1.481.6": "record",
    "1.2.840.10008.5.1.4.1.1.481.8": "plan",
    "1.2.840.10008.5.1.4.1.1.481.9": "record",
}
"""Plans and treatment records: of beams, of ion beams, of brachytherapy."""

OTHER_KINDS = {"1.2.840.10008.5.1.4.1.1.481.7": "an RT Treatment Summary Record"}
"""Objects that are known and not read, by their class."""

_MAGIC_AT, _MAGIC = 128, b"DICM"
_DICOMDIR = "1.2.840.10008.1.3.10"


@dataclass(frozen=True)
class DicomObject:
    """One object. `kind`: plan, structures, dose, image, record, or what is known and not read ("an …"), or other."""

    file: str
    kind: str
    data: Dataset

    @property
    def uid(self) -> str:
        """Its SOP Instance UID; empty where it has none."""
        return said(self.data, "SOPInstanceUID")


def open_object(content: bytes, file: str) -> DicomObject:
    """The object in a file. Raises Unreadable, with nothing of the content in the sentence."""
    if len(content) > LONGEST_OBJECT:
        raise Unreadable(f"longer than {LONGEST_OBJECT} bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # values that break the standard are common, and not a reason to stop
            data = pydicom.dcmread(io.BytesIO(content), force=True, stop_before_pixels=True)
            directory = said(data.file_meta, "MediaStorageSOPClassUID") == _DICOMDIR
            cut = _cut_short(data)
            sop_class, modality = said(data, "SOPClassUID"), said(data, "Modality")
            for _ in data.iterall():  # reads what was only found so far: a sequence that ends too early is noticed here
                pass
    except RecursionError:
        raise Unreadable("its sequences are nested too deep") from None
    except Exception as error:  # noqa: BLE001 - pydicom, struct and codecs each have errors of their own for what is no DICOM
        raise Unreadable(f"not a DICOM object, or a damaged one ({type(error).__name__})") from None
    if directory:
        raise Unreadable("a DICOMDIR, which lists files and holds no treatment: give the folder that it stands in")
    known = sop_class or modality
    if cut and (known or content[_MAGIC_AT : _MAGIC_AT + len(_MAGIC)] == _MAGIC):
        raise Unreadable(f"it ends within {cut}: the file was cut short")
    if not known:
        raise Unreadable("not a DICOM object: it has neither SOP Class UID (0008,0016) nor Modality (0008,0060)")
    kind = OTHER_KINDS.get(sop_class) or _CLASSES.get(sop_class) or _KINDS.get(modality, "other")
    return DicomObject(file, kind, data)


def _cut_short(data: Dataset) -> str:
    """The attribute within which a file ends, empty where it is whole: pydicom takes what is left of a value for the value."""
    for tag in data.keys():  # noqa: SIM118 - a Dataset iterates over elements, which would read them
        raw: object = data.get_item(tag)
        if isinstance(raw, RawDataElement) and raw.value is not None and raw.length != _UNDEFINED and len(raw.value) < raw.length:
            return f"({tag.group:04X},{tag.element:04X})"
    return ""


def value(data: Dataset, keyword: str) -> Any:  # noqa: ANN401 - whatever an attribute holds
    """The value of an attribute; None where it is absent, empty, or can't be read."""
    try:
        found = data.get(keyword)
    except Exception:  # noqa: BLE001 - pydicom raises whatever the value's conversion raises
        return None
    return None if found is None or found == "" else found


def said(data: Dataset, keyword: str) -> str:
    """An attribute as text; empty where there is none. Of several values the first."""
    found = value(data, keyword)
    if isinstance(found, (list, tuple, pydicom.multival.MultiValue)):
        found = found[0] if len(found) else None
    return "" if found is None else str(found).strip()


def real(data: Dataset, keyword: str) -> float | None:
    """An attribute as a finite number."""
    found = value(data, keyword)
    try:
        number = float(found)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) < 1e12 else None


def reals(data: Dataset, keyword: str) -> tuple[float, ...]:
    """The numbers of an attribute; none where one of them is not a number."""
    found = value(data, keyword)
    if found is None:
        return ()
    several = found if isinstance(found, (list, tuple, pydicom.multival.MultiValue)) else [found]
    try:
        numbers = tuple(float(one) for one in several)
    except (TypeError, ValueError, OverflowError):
        return ()
    return numbers if all(abs(number) < 1e12 for number in numbers) else ()


def items(data: Dataset, keyword: str) -> Iterator[Dataset]:
    """The items of a sequence."""
    found = value(data, keyword)
    if found is not None and not isinstance(found, str):
        try:
            yield from (one for one in found if isinstance(one, Dataset))
        except TypeError:
            return


def name_of(keyword: str) -> str:
    """An attribute as people cite it: Isocenter Position (300A,012C)."""
    tag = tag_for_keyword(keyword)
    if tag is None:
        return keyword
    at = Tag(tag)
    return f"{dictionary_description(tag)} ({at.group:04X},{at.element:04X})"
