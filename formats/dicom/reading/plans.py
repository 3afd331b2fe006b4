"""An RT Plan or RT Ion Plan, read: its beams by their control points, and the technique that these show."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from pydicom.dataset import Dataset
from pydicom.uid import RTIonPlanStorage

from rtconform.formats.dicom.reading.beam import ReadBeam
from rtconform.formats.dicom.reading.brachytherapy import read_setups, technique_of_setups
from rtconform.formats.dicom.reading.open_object import DicomObject, items, name_of, real, reals, said, value
from rtconform.formats.dicom.reading.techniques import techniques_of

_RADIATIONS = {"PHOTON": "photon", "ELECTRON": "electron", "PROTON": "proton", "ION": "ion"}
_INTENTS = {"CURATIVE": "curative", "PALLIATIVE": "palliative", "PROPHYLACTIC": "prophylactic"}
_NOT_TREATING = ("SETUP", "OPEN_PORTFILM")
_SEQUENCES = ("BeamSequence", "IonBeamSequence", "ApplicationSetupSequence")
_HELICAL_DEG = 540.0
"""A gantry that turns further within one beam goes round and round."""

_SCANNED = ("MODULATED", "MODULATED_SPEC")
_MOVED_MM = 0.01
_SAME_WEIGHT = 1e-6
_SINOGRAM = (0x300D, "TOMO_HA_01", 0xA7)
"""Where helical systems say how long each of their binary leaves is open: a private group, its owner and the element."""


@dataclass(frozen=True)
class ReadPlan:
    """What a plan says.

    `sequence`: the attribute that holds its beams. `techniques`: what its control points show, the likeliest first, and `why`.
    `groups`: the numbers of the treating beams of each fraction group. `empty`: how many beams are planned without meterset.
    `on_patient`: it was made on images of the patient.
    """

    file: str
    uid: str
    label: str
    site: str
    intent: str
    frame: str
    sequence: str
    beams: tuple[ReadBeam, ...]
    techniques: tuple[str, ...]
    why: str
    dose_gy: float | None
    fractions: int | None
    targets: tuple[str, ...]
    organs: tuple[str, ...]
    structure_sets: tuple[str, ...]
    doses: tuple[str, ...]
    groups: tuple[tuple[int, ...], ...]
    empty: int
    on_patient: bool

    @property
    def treating(self) -> tuple[ReadBeam, ...]:
        """The beams that treat."""
        return tuple(beam for beam in self.beams if beam.treats)


def read_plan(found: DicomObject) -> ReadPlan:
    """The plan in an RT Plan or RT Ion Plan object."""
    data = found.data
    read = [_read_beam(one, place) for place, one in enumerate(_beams(data), 1)]
    empty = _without_meterset(data, read)
    beams = tuple(replace(one, treats=False) if one.number in empty else one for one in read) + read_setups(data)
    references = [*items(data, "DoseReferenceSequence")]
    structures = tuple(said(one, "ReferencedSOPInstanceUID") for one in items(data, "ReferencedStructureSetSequence"))
    treating = [beam for beam in beams if beam.treats]
    on_patient = said(data, "RTPlanGeometry") == "PATIENT"
    techniques, why = technique_of_setups(data) or techniques_of(treating, planned_on_patient=on_patient or bool(structures))
    ion = _is_ion_plan(data)
    if ion and not treating:
        techniques, why = ("proton",), "the object is an RT Ion Plan, which has no beam that treats"
    return ReadPlan(
        file=found.file,
        uid=found.uid,
        label=said(data, "RTPlanName") or said(data, "RTPlanLabel"),
        site=said(data, "TreatmentSite"),
        intent=_INTENTS.get(said(data, "PlanIntent"), ""),
        frame=said(data, "FrameOfReferenceUID"),
        sequence=next((keyword for keyword in _SEQUENCES if keyword in data), _SEQUENCES[ion]),
        beams=beams,
        techniques=techniques,
        why=why,
        dose_gy=_prescribed(references),
        fractions=_fractions(data),
        targets=tuple(_volumes(references, "TARGET")),
        organs=tuple(_volumes(references, "ORGAN_AT_RISK")),
        structure_sets=structures,
        doses=tuple(said(one, "ReferencedSOPInstanceUID") for one in items(data, "ReferencedDoseSequence")),
        groups=tuple(_groups(data, {beam.number for beam in treating})),
        empty=len(empty),
        on_patient=on_patient,
    )


def plans_something(data: Dataset) -> bool:
    """Whether a plan has beams or application setups, or says by its class alone what it plans."""
    return any(True for keyword in _SEQUENCES for _ in items(data, keyword)) or _is_ion_plan(data)


def _is_ion_plan(data: Dataset) -> bool:
    return said(data, "SOPClassUID") == RTIonPlanStorage


def _beams(data: Dataset) -> Iterator[Dataset]:
    yield from items(data, "BeamSequence")
    yield from items(data, "IonBeamSequence")


def _prescribed(references: list[Dataset]) -> float | None:
    doses = [dose for one in references if (dose := real(one, "TargetPrescriptionDose")) is not None and dose >= 0]
    return max(doses, default=None)


def _fractions(data: Dataset) -> int | None:
    for group in items(data, "FractionGroupSequence"):
        planned = real(group, "NumberOfFractionsPlanned")
        if planned is not None and planned >= 1:
            return int(planned)
    return None


def _groups(data: Dataset, treating: set[int]) -> Iterator[tuple[int, ...]]:
    """The beams, or application setups, of each fraction group in which one treats."""
    rows = (
        ("ReferencedBeamSequence", "ReferencedBeamNumber"),
        ("ReferencedBrachyApplicationSetupSequence", "ReferencedBrachyApplicationSetupNumber"),
    )
    for group in items(data, "FractionGroupSequence"):
        named = [real(one, number) for sequence, number in rows for one in items(group, sequence)]
        if found := tuple(int(one) for one in named if one is not None and int(one) in treating):
            yield found


def _without_meterset(data: Dataset, beams: list[ReadBeam]) -> set[int]:
    """The beams that would treat and are planned with a meterset of nought; none where the plan gives no beam any."""
    planned: dict[int, float] = {}
    for group in items(data, "FractionGroupSequence"):
        for one in items(group, "ReferencedBeamSequence"):
            number, meterset = real(one, "ReferencedBeamNumber"), real(one, "BeamMeterset")
            if number is not None and meterset is not None:
                planned[int(number)] = max(meterset, planned.get(int(number), 0.0))
    if not any(planned.values()):
        return set()
    return {beam.number for beam in beams if beam.treats and planned.get(beam.number, 1.0) == 0}


def _volumes(references: list[Dataset], kind: str) -> Iterator[str]:
    """The dose references of a kind that are volumes: a point or a site is not an outlined volume."""
    for one in references:
        if said(one, "DoseReferenceType") == kind and said(one, "DoseReferenceStructureType") == "VOLUME":
            yield said(one, "DoseReferenceDescription")


def _read_beam(data: Dataset, place: int) -> ReadBeam:
    points = [*items(data, "ControlPointSequence"), *items(data, "IonControlPointSequence")]
    angles = _carried(points, "GantryAngle")
    first = points[0] if points else Dataset()
    positions = [position for point in points if len(position := reals(point, "IsocenterPosition")) == 3]
    apertures = [*_apertures(points)]
    moves = any(_differ(one, other) for one, other in pairwise(apertures))
    turned = _turned(points, angles)
    energies = [real(point, "NominalBeamEnergy") for point in points]
    number = real(data, "BeamNumber")
    first_place = positions[0] if positions else None
    return ReadBeam(
        number=int(number) if number is not None else place,
        name=said(data, "BeamName"),
        radiation=_RADIATIONS.get(said(data, "RadiationType"), said(data, "RadiationType").lower() or "unknown"),
        energy=_energy(data, next((energy for energy in energies if energy is not None), None)),
        delivery="static" if turned < 1 else "helical" if turned > _HELICAL_DEG else "arc",
        modulation=_modulation(data, points, apertures, moves=moves),
        position=(first_place[0], first_place[1], first_place[2]) if first_place else None,
        start=_angle(angles[0] if angles else None),
        stop=_angle(angles[-1] if angles and turned >= 1 else None),
        collimator=_angle(real(first, "BeamLimitingDeviceAngle")),
        couch=_angle(real(first, "PatientSupportAngle")),
        treats=said(data, "TreatmentDeliveryType") not in _NOT_TREATING,
        moves_isocenter=any(math.dist(positions[0], other) > 1 for other in positions[1:]),
    )


def _angle(value_: float | None) -> float | None:
    return round(value_, 3) + 0.0 if value_ is not None and abs(value_) <= 360 else None


def _energy(data: Dataset, energy: float | None) -> str:
    if energy is None:
        return ""
    if said(data, "RadiationType") == "ELECTRON":
        return f"{energy:g}E"
    if said(data, "RadiationType") in ("PROTON", "ION"):
        return f"{energy:g} MeV"
    if energy < 1:
        return f"{energy * 1000:g} kV"
    free = any(re.search("FFF|SRS", said(one, "FluenceModeID")) for one in items(data, "PrimaryFluenceModeSequence"))
    free = free or any(said(one, "FluenceMode") == "NON_STANDARD" for one in items(data, "PrimaryFluenceModeSequence"))
    return f"{energy:g}{'FFF' if free else 'X'}"


def _carried(points: list[Dataset], keyword: str) -> list[float]:
    """The value at each control point: one that does not say it has that of the one before."""
    found: list[float] = []
    for point in points:
        here = real(point, keyword)
        if here is not None or found:
            found.append(here if here is not None else found[-1])
    return found


def _turned(points: list[Dataset], angles: list[float]) -> float:
    """How far the gantry turns within the beam, in degrees: by the direction that is said, else the shorter way."""
    whole = 0.0
    directions = [said(point, "GantryRotationDirection") for point in points][-len(angles) :] if angles else []
    direction = ""
    for index, (here, there) in enumerate(pairwise(angles)):
        direction = directions[index] or direction
        step = (there - here) % 360
        whole += step if direction == "CW" else (360 - step) % 360 if direction == "CC" else min(step, 360 - step)
    return whole


def _apertures(points: list[Dataset]) -> Iterator[dict[str, tuple[float, ...]]]:
    """The leaves at each control point, by device; jaws are left out: a dynamic wedge moves them."""
    held: dict[str, tuple[float, ...]] = {}
    for point in points:
        for device in items(point, "BeamLimitingDevicePositionSequence"):
            if said(device, "RTBeamLimitingDeviceType").startswith("MLC"):
                held = {**held, said(device, "RTBeamLimitingDeviceType"): reals(device, "LeafJawPositions")}
        yield held


def _differ(one: dict[str, tuple[float, ...]], other: dict[str, tuple[float, ...]]) -> bool:
    return any(_moved(one[device], other[device]) for device in one.keys() & other.keys())


def _moved(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return len(one) == len(other) and any(abs(here - there) > _MOVED_MM for here, there in zip(one, other, strict=True))


def _same(one: float | None, other: float | None) -> bool:
    """Whether no meterset was planned between two cumulative weights."""
    return one == other or (one is not None and other is not None and abs(one - other) < _SAME_WEIGHT)


def _has_sinogram(point: Dataset) -> bool:
    group, owner, element = _SINOGRAM
    try:
        return element in point.private_block(group, owner)
    except KeyError:
        return False


def _modulation(data: Dataset, points: list[Dataset], apertures: list[dict[str, tuple[float, ...]]], *, moves: bool) -> str:
    if said(data, "ScanMode") in _SCANNED:
        return "pencil_beam_scanning"
    if (real(data, "NumberOfCompensators") or 0) >= 1 or value(data, "CompensatorSequence"):
        return "compensator"
    if moves:
        weights = [real(point, "CumulativeMetersetWeight") for point in points]
        moving = [at for at in range(len(points) - 1) if _differ(apertures[at], apertures[at + 1])]
        return "step_and_shoot" if all(_same(weights[at], weights[at + 1]) for at in moving) else "dynamic_mlc"
    if any(_has_sinogram(point) for point in points):
        return "binary_mlc"
    if (real(data, "NumberOfWedges") or 0) >= 1:
        return "wedge"
    if (real(data, "NumberOfBlocks") or 0) >= 1:
        return "block"
    return "static_mlc" if any(apertures) else "none"


def source(found: str, *keywords: str) -> str:
    """A file, and attributes of it."""
    return f"{found}: {', '.join(name_of(keyword) for keyword in keywords)}"
