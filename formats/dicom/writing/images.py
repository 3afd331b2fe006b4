"""Images of guidance: RT Image objects are written; images of other modalities are referenced by their class, and not sent."""

from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.uid import (
    CTImageStorage,
    MRImageStorage,
    PositronEmissionTomographyImageStorage,
    RTImageStorage,
    UltrasoundImageStorage,
)

from rtconform.formats.dicom.writing.elements import number, numbers, reference
from rtconform.formats.dicom.writing.objects import MACHINE, Export, new_object, set_approval
from rtconform.reference.documents.treatment import Guidance, Session

_ELSEWHERE = {
    "cbct": CTImageStorage,
    "ct": CTImageStorage,
    "mri": MRImageStorage,
    "pet_ct": PositronEmissionTomographyImageStorage,
    "ultrasound": UltrasoundImageStorage,
}
_PROJECTIONS = {"orthogonal_kv": (0.0, 90.0), "stereoscopic_xray": (45.0, 315.0), "mv_port": (0.0,)}
"""The gantry's angle for each projection of a method that takes projections."""

_SIDE = 8


@dataclass(frozen=True)
class Images:
    """The images of one act of guidance: objects that are sent, and references to all of them."""

    written: tuple[Dataset, ...] = ()
    references: tuple[Dataset, ...] = ()


def write_images(export: Export, session: Session, place: int, number_: int, act: Guidance) -> Images:
    """The images of an act, `number_` of the session at `place`: none of surface guidance, nor of an unknown method."""
    names = ("image", str(place), str(number_))
    elsewhere = _ELSEWHERE.get(act.method)
    if elsewhere is not None:
        return Images(references=(reference(elsewhere, export.uid(*names)),))
    written = [_image(export, session, (*names, str(angle)), names, act, angle) for angle in _PROJECTIONS.get(act.method, ())]
    return Images(tuple(written), tuple(reference(RTImageStorage, image.SOPInstanceUID) for image in written))


def _image(
    export: Export, session: Session, names: tuple[str, ...], series: tuple[str, ...], act: Guidance, angle: float
) -> Dataset:
    at = session.started_at
    made = new_object(export, RTImageStorage, "RTIMAGE", names, at)
    made.SeriesInstanceUID = export.uid("series", *series)  # the projections of one act are one series
    portal = act.method == "mv_port"
    made.ImageType = ["ORIGINAL", "PRIMARY", "PORTAL" if portal else "RADIOGRAPH"]
    made.ConversionType = "DI"
    made.InstanceNumber = 1
    made.PatientOrientation = ""
    if portal:
        made.ReportedValuesOrigin = "ACTUAL"
    made.RTImageLabel = "IMAGE"
    made.RTImagePlane = "NORMAL"
    made.XRayImageReceptorAngle = number(0)
    made.ImagePlanePixelSpacing = numbers(1, 1)
    made.RTImagePosition = numbers(-4, 4)
    made.RadiationMachineName = MACHINE
    made.RadiationMachineSAD = number(1000)
    made.RTImageSID = number(1500)
    made.PrimaryDosimeterUnit = "MU"
    made.GantryAngle = number(angle)
    made.BeamLimitingDeviceAngle = number(0)
    made.PatientSupportAngle = number(0)
    made.TableTopEccentricAngle = number(0)
    _set_pixels(made)
    approved = session.physician_review.approved_at if session.physician_review else None
    if approved is not None:
        set_approval(made, approved)
    else:
        made.ApprovalStatus = "UNAPPROVED"
    return made


def _set_pixels(made: Dataset) -> None:
    made.SamplesPerPixel = 1
    made.PhotometricInterpretation = "MONOCHROME2"
    made.Rows = made.Columns = _SIDE
    made.BitsAllocated = made.BitsStored = 16
    made.HighBit = 15
    made.PixelRepresentation = 0
    made.PixelData = bytes(2 * _SIDE * _SIDE)
