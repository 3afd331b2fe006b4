"""The evidence of planning that RT Structure Set and RT Dose objects hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from rtconform.formats.dicom.reading.open_object import DicomObject, items, said
from rtconform.formats.dicom.reading.plans import ReadPlan

_TARGETS = ("PTV", "CTV", "GTV")
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
    """What is known of a plan's volumes. None: no object of the folder says it. `files`: where it was read."""

    imaging: str | None = None
    targets: tuple[str, ...] | None = None
    organs: tuple[str, ...] | None = None
    histogram: bool | None = None
    structure_file: str = ""
    dose_file: str = ""


def volumes_of(plan: ReadPlan, objects: Sequence[DicomObject]) -> Volumes:
    """The volumes of a plan: from its structure set, else from its dose references."""
    structures = next((one for one in objects if one.kind == "structures" and one.uid in plan.structure_sets), None)
    dose = next((one for one in objects if one.kind == "dose" and _is_dose_of(one, plan)), None)
    missing = bool(plan.structure_sets) and structures is None
    imaging, targets, organs = _outlined(structures) if structures else (None if missing else "", (), ())
    histogram = any(True for _ in items(dose.data, "DVHSequence")) if dose is not None else None
    return Volumes(
        imaging=imaging,
        targets=plan.targets or targets or (None if missing else ()),
        organs=plan.organs or organs or (None if missing else ()),
        histogram=histogram,
        structure_file=structures.file if structures else "",
        dose_file=dose.file if dose else "",
    )


def _is_dose_of(dose: DicomObject, plan: ReadPlan) -> bool:
    named = {said(one, "ReferencedSOPInstanceUID") for one in items(dose.data, "ReferencedRTPlanSequence")}
    return dose.uid in plan.doses or plan.uid in named


def _outlined(found: DicomObject) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Imaging, targets and organs of a structure set."""
    images = [
        said(image, "ReferencedSOPClassUID")
        for frame in items(found.data, "ReferencedFrameOfReferenceSequence")
        for study in items(frame, "RTReferencedStudySequence")
        for series in items(study, "RTReferencedSeriesSequence")
        for image in items(series, "ContourImageSequence")
    ]
    names = {said(roi, "ROINumber"): said(roi, "ROIName") for roi in items(found.data, "StructureSetROISequence")}
    kinds = [
        (said(one, "RTROIInterpretedType"), names.get(said(one, "ReferencedROINumber"), ""))
        for one in items(found.data, "RTROIObservationsSequence")
    ]
    targets = tuple(name for kind, name in kinds if kind in _TARGETS)
    organs = tuple(name for kind, name in kinds if kind in _ORGANS)
    return (_CLASSES.get(images[0], "ct") if images else ""), targets, organs
