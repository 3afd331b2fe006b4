"""The evidence of planning that RT Structure Set and RT Dose objects hold."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rtconform.formats.dicom.reading.open_object import DicomObject, items, said
from rtconform.formats.dicom.reading.plans import ReadPlan

_TARGETS = ("PTV", "CTV", "GTV")
_NAMED_TARGET = re.compile(r"[PCGI]TV", re.IGNORECASE)
_ORGANS = ("ORGAN", "AVOIDANCE")
_CLASSES = {
    "1.2.840.10008.5.1.4.1.1.2": "ct",
    "1.2.840.10008.5.1.4.1.1.2.1": "ct",
    "1.2.840.10008.5.1.4.1.1.4": "mri",
    "1.2.840.10008.5.1.4.1.1.4.1": "mri",
    "1.2.840.10008.5.1.4.1.1.128": "pet_ct",
    "1.2.840.10008.5.1.4.1.1.130": "pet_ct",
}
"""Volumetric imaging, by the class of the images that volumes were drawn on."""


@dataclass(frozen=True)
class Volumes:
    """What is known of a plan's volumes. None: no object of the folder says it, for the reason `unknown`."""

    imaging: str | None = None
    targets: tuple[str, ...] | None = None
    organs: tuple[str, ...] | None = None
    histogram: bool | None = None
    structure_file: str = ""
    dose_file: str = ""
    unknown: str = ""


def volumes_of(plan: ReadPlan, objects: Sequence[DicomObject]) -> Volumes:
    """The volumes of a plan: from its structure set, else from its dose references."""
    structures = next((one for one in objects if one.kind == "structures" and one.uid in plan.structure_sets), None)
    dose = next((one for one in objects if one.kind == "dose" and _is_dose_of(one, plan)), None)
    unknown = ""
    if structures is None and plan.structure_sets:
        unknown = "the structure set that the plan names is not among the files"
    elif structures is None and plan.on_patient:
        unknown = "the plan was made on the patient, and names no structure set"
    imaging, targets, organs, untyped = _outlined(structures) if structures else (None if unknown else "", (), (), 0)
    if untyped:
        unknown = f"{untyped} outlined volumes have no interpreted type"
    histogram = any(True for _ in items(dose.data, "DVHSequence")) if dose is not None else None
    return Volumes(
        imaging=imaging,
        targets=plan.targets or targets or (None if unknown else ()),
        organs=plan.organs or organs or (None if unknown else ()),
        histogram=histogram,
        structure_file=structures.file if structures else "",
        dose_file=dose.file if dose else "",
        unknown=unknown,
    )


def _is_dose_of(dose: DicomObject, plan: ReadPlan) -> bool:
    named = {said(one, "ReferencedSOPInstanceUID") for one in items(dose.data, "ReferencedRTPlanSequence")}
    return dose.uid in plan.doses or plan.uid in named


def _outlined(found: DicomObject) -> tuple[str, tuple[str, ...], tuple[str, ...], int]:
    """Imaging, targets and organs of a structure set, and how many volumes have no type and no name by which they are targets."""
    images = [
        said(image, "ReferencedSOPClassUID")
        for frame in items(found.data, "ReferencedFrameOfReferenceSequence")
        for study in items(frame, "RTReferencedStudySequence")
        for series in items(study, "RTReferencedSeriesSequence")
        for image in items(series, "ContourImageSequence")
    ]
    images += [
        said(image, "ReferencedSOPClassUID")
        for roi in items(found.data, "ROIContourSequence")
        for contour in items(roi, "ContourSequence")
        for image in items(contour, "ContourImageSequence")
    ][:1]
    names = {said(roi, "ROINumber"): said(roi, "ROIName") for roi in items(found.data, "StructureSetROISequence")}
    kinds = [
        (said(one, "RTROIInterpretedType"), names.get(said(one, "ReferencedROINumber"), ""))
        for one in items(found.data, "RTROIObservationsSequence")
    ]
    targets = tuple(name for kind, name in kinds if kind in _TARGETS or (not kind and _NAMED_TARGET.match(name)))
    organs = tuple(name for kind, name in kinds if kind in _ORGANS)
    untyped = sum(not kind and not _NAMED_TARGET.match(name) for kind, name in kinds)
    return (_CLASSES.get(images[0], "ct") if images else ""), targets, organs, untyped
