"""Brachytherapy in an RT Plan, read: each application setup as a beam whose isocenter is where the source stands first."""

from pydicom.dataset import Dataset

from rtconform.formats.dicom.reading.beam import ReadBeam
from rtconform.formats.dicom.reading.open_object import items, real, reals, said

_LOW_RATES = ("LDR", "MDR", "MANUAL")


def read_setups(data: Dataset) -> tuple[ReadBeam, ...]:
    """The application setups of a plan; none where it is no plan of brachytherapy."""
    isotopes = {real(one, "SourceNumber"): said(one, "SourceIsotopeName") for one in items(data, "SourceSequence")}
    return tuple(_read_setup(one, place, isotopes) for place, one in enumerate(items(data, "ApplicationSetupSequence"), 1))


def technique_of_setups(data: Dataset) -> tuple[tuple[str, ...], str] | None:
    """The technique that a plan with application setups shows, and by what; None where it has none."""
    if not any(True for _ in items(data, "ApplicationSetupSequence")):
        return None
    kind = said(data, "BrachyTreatmentType")
    low = kind in _LOW_RATES or said(data, "BrachyTreatmentTechnique") == "PERMANENT"
    return ("ldr_brachytherapy" if low else "hdr_brachytherapy",), "the plan has application setups: brachytherapy"


def _read_setup(data: Dataset, place: int, isotopes: dict[float | None, str]) -> ReadBeam:
    channels = [*items(data, "ChannelSequence")]
    points = [point for channel in channels for point in items(channel, "BrachyControlPointSequence")]
    positions = [position for point in points if len(position := reals(point, "ControlPoint3DPosition")) == 3]
    number = real(data, "ApplicationSetupNumber")
    sources = [real(channel, "ReferencedSourceNumber") for channel in channels]
    return ReadBeam(
        number=int(number) if number is not None else place,
        name=said(data, "ApplicationSetupName"),
        radiation="photon",
        energy=next((isotopes[source] for source in sources if source in isotopes), ""),
        delivery="static",
        modulation="none",
        position=(positions[0][0], positions[0][1], positions[0][2]) if positions else None,
        start=None,
        stop=None,
        collimator=None,
        couch=None,
        treats=True,
        moves_isocenter=False,
    )
