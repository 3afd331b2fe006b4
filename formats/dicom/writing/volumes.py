"""RT Structure Set and RT Dose: the volumes that were outlined, and their dose-volume histograms."""

from pydicom.dataset import Dataset
from pydicom.uid import (
    CTImageStorage,
    MRImageStorage,
    PositronEmissionTomographyImageStorage,
    RTDoseStorage,
    RTStructureSetStorage,
)

from rtconform.formats.dicom.writing.elements import clock, day, item, number, numbers, reference, text
from rtconform.formats.dicom.writing.objects import Export, new_object
from rtconform.formats.dicom.writing.plans import plan_class, plan_names
from rtconform.reference.documents.treatment import Plan

_IMAGES = {
    "mri": MRImageStorage,
    "mr": MRImageStorage,
    "pet_ct": PositronEmissionTomographyImageStorage,
    "pet": PositronEmissionTomographyImageStorage,
}
_DETACHED_STUDY = "1.2.840.10008.3.1.2.3.1"


def write_structures(export: Export, index: int, plan: Plan) -> Dataset:
    """The structure set of a plan; the images that it was drawn on are referenced, not sent."""
    made = new_object(export, RTStructureSetStorage, "RTSTRUCT", ("structures", str(index)), export.planned_at)
    made.FrameOfReferenceUID = export.frame
    made.PositionReferenceIndicator = ""
    made.StructureSetLabel = f"SS{index + 1}"
    made.StructureSetDate = day(export.planned_at)
    made.StructureSetTime = clock(export.planned_at)
    imaging = plan.planning.volumetric_imaging or "none"
    if imaging != "none":
        image = reference(_IMAGES.get(imaging, CTImageStorage), export.uid("planning image", str(index)))
        series = item(SeriesInstanceUID=export.uid("planning series", str(index)), ContourImageSequence=[image])
        study = reference(_DETACHED_STUDY, made.StudyInstanceUID)
        study.RTReferencedSeriesSequence = [series]
        made.ReferencedFrameOfReferenceSequence = [
            item(FrameOfReferenceUID=export.frame, RTReferencedStudySequence=[study]),
        ]
    volumes = _volumes(plan)
    made.StructureSetROISequence = [
        item(ROINumber=place, ReferencedFrameOfReferenceUID=export.frame, ROIName=text(name), ROIGenerationAlgorithm="MANUAL")
        for place, (_, name) in enumerate(volumes, 1)
    ]
    made.ROIContourSequence = [item(ReferencedROINumber=place) for place in range(1, len(volumes) + 1)]
    made.RTROIObservationsSequence = [
        item(ObservationNumber=place, ReferencedROINumber=place, RTROIInterpretedType=kind, ROIInterpreter="")
        for place, (kind, _) in enumerate(volumes, 1)
    ]
    return made


def write_dose(export: Export, index: int, plan: Plan) -> Dataset:
    """The dose of a plan with the histogram of each volume."""
    made = new_object(export, RTDoseStorage, "RTDOSE", ("dose", str(index)), export.planned_at)
    made.FrameOfReferenceUID = export.frame
    made.PositionReferenceIndicator = ""
    made.InstanceNumber = 1
    _set_grid(made)
    made.DoseUnits = "GY"
    made.DoseType = "PHYSICAL"
    made.DoseSummationType = "PLAN"
    made.TissueHeterogeneityCorrection = "IMAGE"
    made.ReferencedRTPlanSequence = [reference(plan_class(plan), export.uid(*plan_names(index)))]
    made.ReferencedStructureSetSequence = [reference(RTStructureSetStorage, export.uid("structures", str(index)))]
    made.DVHSequence = [_histogram(place) for place in range(1, len(_volumes(plan)) + 1)]
    return made


def _volumes(plan: Plan) -> list[tuple[str, str]]:
    """Targets, organs, and the patient's outline, which is in every structure set."""
    found = [("PTV", name) for name in plan.planning.targets]
    found += [("ORGAN", name) for name in plan.planning.organs_at_risk]
    return [*found, ("EXTERNAL", "BODY")]


def _histogram(roi: int) -> Dataset:
    return item(
        DVHType="CUMULATIVE",
        DoseUnits="GY",
        DoseType="PHYSICAL",
        DVHDoseScaling=number(1),
        DVHVolumeUnits="CM3",
        DVHNumberOfBins=2,
        DVHData=numbers(1, 100, 1, 0),
        DVHReferencedROISequence=[item(DVHROIContributionType="INCLUDED", ReferencedROINumber=roi)],
    )


def _set_grid(made: Dataset) -> None:
    made.SliceThickness = None
    made.ImagePositionPatient = numbers(-50, -50, -50)
    made.ImageOrientationPatient = numbers(1, 0, 0, 0, 1, 0)
    made.SamplesPerPixel = 1
    made.PhotometricInterpretation = "MONOCHROME2"
    made.NumberOfFrames = 2
    made.FrameIncrementPointer = 0x3004000C
    made.Rows = made.Columns = 2
    made.PixelSpacing = numbers(100, 100)
    made.BitsAllocated = made.BitsStored = 16
    made.HighBit = 15
    made.PixelRepresentation = 0
    made.GridFrameOffsetVector = numbers(0, 100)
    made.DoseGridScaling = number(0.001)
    made.PixelData = b"\x10\x27" * 8
