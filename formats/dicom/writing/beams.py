"""A beam as an item of an RT Plan: devices, control points, and how the fluence is modulated."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydicom.dataset import Dataset

from rtconform.formats.dicom.expressible import RADIATIONS
from rtconform.formats.dicom.writing.elements import item, number, numbers, text
from rtconform.formats.dicom.writing.objects import MACHINE
from rtconform.formats.dicom.writing.realism import Realism
from rtconform.reference.documents.treatment import Beam, Vector

METERSET = 100.0

_ENERGY = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(kV)?")
_SHAPED = ("static_mlc",)
_PLAIN = ("", "none", "open", "uniform", "static")
_LEAF_PAIRS = 4
_BOUNDARIES = numbers(-100, -50, 0, 50, 100)
_ARC_POINTS, _DYNAMIC_POINTS = 9, 5
_HELICAL_TURNS = 4


@dataclass(frozen=True)
class _Point:
    """One control point: the share of the meterset, the gantry, and by how much the leaves stand off their first place."""

    weight: float
    gantry: float
    leaves: float = 0.0


def energy_of(beam: Beam) -> float | None:
    """The nominal energy in MV or MeV; None where the case's text has no number."""
    found = _ENERGY.match(beam.energy)
    if found is None:
        return None
    return float(found[1]) / 1000 if found[2] else float(found[1])


def beam_item(beam: Beam, number_: int, position: Vector | None, realism: Realism) -> Dataset:
    """The item. `position` None: the case lacks the isocenter that the beam names."""
    points = list(_points(beam))
    moves = beam.modulation not in (*_PLAIN, *_SHAPED, "block", "wedge", "compensator")
    has_leaves = moves or beam.modulation in _SHAPED
    dynamic = len({point.gantry for point in points}) > 1 or (moves and beam.modulation != "step_and_shoot")
    made = _head(number_, text(beam.id), "DYNAMIC" if dynamic else "STATIC", RADIATIONS[beam.radiation])
    if beam.energy.upper().endswith("FFF"):
        made.PrimaryFluenceModeSequence = [item(FluenceMode="NON_STANDARD", FluenceModeID="FFF")]
    made.BeamLimitingDeviceSequence = list(limiting_devices(leaves=has_leaves))
    _DEVICES.get(beam.modulation, _no_device)(made)
    made.NumberOfControlPoints = len(points)
    made.ControlPointSequence = [
        _control_point(beam, index, point, points, position, realism, has_leaves=has_leaves) for index, point in enumerate(points)
    ]
    return made


def setup_beam_item(number_: int, position: Vector | None, realism: Realism) -> Dataset:
    """A beam that takes a set-up image and treats nobody."""
    made = _head(number_, "SETUP", "STATIC", "PHOTON", delivery="SETUP")
    made.BeamLimitingDeviceSequence = list(limiting_devices(leaves=False))
    made.NumberOfControlPoints = 2
    beam = Beam("SETUP", "photon", "", energy="6X")
    points = [_Point(0.0, 0.0), _Point(1.0, 0.0)]
    made.ControlPointSequence = [
        _control_point(beam, index, point, points, position, realism, has_leaves=False) for index, point in enumerate(points)
    ]
    return made


def limiting_devices(*, leaves: bool, boundaries: bool = True) -> Iterator[Dataset]:
    """Jaws, and leaves where the beam has them, with their boundaries in a plan and without in a record."""
    yield item(RTBeamLimitingDeviceType="ASYMX", NumberOfLeafJawPairs=1)
    yield item(RTBeamLimitingDeviceType="ASYMY", NumberOfLeafJawPairs=1)
    if leaves:
        made = item(RTBeamLimitingDeviceType="MLCX", NumberOfLeafJawPairs=_LEAF_PAIRS)
        if boundaries:
            made.LeafPositionBoundaries = _BOUNDARIES
        yield made


def has_leaves(planned: Dataset) -> bool:
    """Whether a beam of a plan has leaves."""
    return len(planned.get("BeamLimitingDeviceSequence") or planned.IonBeamLimitingDeviceSequence) > 2


def _head(number_: int, name: str, kind: str, radiation: str, delivery: str = "TREATMENT") -> Dataset:
    return item(
        Manufacturer="Synthetic",
        TreatmentMachineName=MACHINE,
        PrimaryDosimeterUnit="MU",
        SourceAxisDistance=number(1000),
        BeamNumber=number_,
        BeamName=name,
        BeamType=kind,
        RadiationType=radiation,
        TreatmentDeliveryType=delivery,
        NumberOfWedges=0,
        NumberOfCompensators=0,
        NumberOfBoli=0,
        NumberOfBlocks=0,
        FinalCumulativeMetersetWeight=number(1),
        ReferencedPatientSetupNumber=1,
    )


def _points(beam: Beam) -> Iterator[_Point]:
    start = _in_circle(beam.gantry_start_deg or 0.0)
    stop = _in_circle(beam.gantry_stop_deg) if beam.gantry_stop_deg is not None else start
    turns = beam.delivery in ("arc", "helical")
    modulated = beam.modulation not in (*_PLAIN, *_SHAPED, "block", "wedge", "compensator")
    if beam.modulation == "step_and_shoot" and not turns:
        for weight, leaves in ((0.0, 0.0), (0.5, 0.0), (0.5, 5.0), (1.0, 5.0)):
            yield _Point(weight, start, leaves)
        return
    angles = _angles(start, stop, beam.delivery) if turns else [start] * (_DYNAMIC_POINTS if modulated else 2)
    for index, angle in enumerate(angles):
        yield _Point(index / (len(angles) - 1), angle, 3.0 * index if modulated else 0.0)


def _angles(start: float, stop: float, delivery: str) -> list[float]:
    """The gantry's way, which never leads through 180 degrees on an arc and goes round and round in helical delivery."""
    if delivery == "helical":
        return [_in_circle(start + 90.0 * step) for step in range(4 * _HELICAL_TURNS + 1)]
    if start == stop:
        start, stop = 181.0, 179.0
    first, last = (start + 180) % 360, (stop + 180) % 360
    steps = _ARC_POINTS - 1
    return [_in_circle(first + (last - first) * step / steps - 180) for step in range(_ARC_POINTS)]


def _in_circle(angle: float) -> float:
    return round(angle % 360, 4) % 360


def _direction(points: list[_Point], index: int, beam: Beam) -> str:
    """Which way the gantry turns after a control point."""
    if index + 1 >= len(points) or points[index].gantry == points[index + 1].gantry:
        return "NONE"
    if beam.delivery == "helical":
        return "CW"
    here, next_ = ((points[at].gantry + 180) % 360 for at in (index, index + 1))
    return "CW" if next_ > here else "CC"


def _control_point(
    beam: Beam,
    index: int,
    point: _Point,
    points: list[_Point],
    position: Vector | None,
    realism: Realism,
    *,
    has_leaves: bool,
) -> Dataset:
    """The first control point says everything; later ones what has changed."""
    made = item(ControlPointIndex=index, CumulativeMetersetWeight=number(point.weight))
    before = points[index - 1] if index else None
    turns = len({other.gantry for other in points}) > 1
    if before is None or turns:
        made.GantryAngle = number(point.gantry)
        made.GantryRotationDirection = _direction(points, index, beam)
    if has_leaves and (before is None or before.leaves != point.leaves):
        made.BeamLimitingDevicePositionSequence = list(_positions(point.leaves if before else None, point.leaves))
    if before is None or realism.repeated_isocenter:
        made.IsocenterPosition = numbers(*position) if position is not None else None
    if before is not None:
        return made
    if not has_leaves:
        made.BeamLimitingDevicePositionSequence = list(_positions(None, None))
    if beam.modulation == "wedge":
        made.WedgePositionSequence = [item(ReferencedWedgeNumber=1, WedgePosition="IN")]
    set_first_point(made, beam)
    made.SourceToSurfaceDistance = number(900)
    return made


def set_first_point(made: Dataset, beam: Beam) -> None:
    """What the first control point says of plan and record alike, beside gantry and apertures."""
    energy = energy_of(beam)
    if energy is not None:
        made.NominalBeamEnergy = number(energy)
    made.DoseRateSet = number(600)
    made.BeamLimitingDeviceAngle = number(_in_circle(beam.collimator_deg or 0.0))
    made.BeamLimitingDeviceRotationDirection = "NONE"
    made.PatientSupportAngle = number(_in_circle(beam.couch_deg or 0.0))
    made.PatientSupportRotationDirection = "NONE"
    made.TableTopEccentricAngle = number(0)
    made.TableTopEccentricRotationDirection = "NONE"
    made.TableTopVerticalPosition = None
    made.TableTopLongitudinalPosition = None
    made.TableTopLateralPosition = None
    made.TableTopPitchAngle = 0.0
    made.TableTopPitchRotationDirection = "NONE"
    made.TableTopRollAngle = 0.0
    made.TableTopRollRotationDirection = "NONE"


def _positions(only_leaves: float | None, leaves: float | None) -> Iterator[Dataset]:
    """Jaws and leaves; only the leaves where they alone have moved."""
    if only_leaves is None:
        for jaws in ("ASYMX", "ASYMY"):
            yield item(RTBeamLimitingDeviceType=jaws, LeafJawPositions=numbers(-50, 50))
    if leaves is not None:
        banks = [-40 + leaves] * _LEAF_PAIRS + [40 + leaves] * _LEAF_PAIRS
        yield item(RTBeamLimitingDeviceType="MLCX", LeafJawPositions=numbers(*banks))


def _no_device(made: Dataset) -> None:
    """Nothing but jaws and leaves."""


def _wedge(made: Dataset) -> None:
    made.NumberOfWedges = 1
    made.WedgeSequence = [
        item(
            WedgeNumber=1,
            WedgeType="STANDARD",
            WedgeID="W30",
            WedgeAngle=30,
            WedgeFactor=None,
            WedgeOrientation=number(0),
            SourceToWedgeTrayDistance=None,
        )
    ]


def _block(made: Dataset) -> None:
    made.NumberOfBlocks = 1
    made.BlockSequence = [
        item(
            SourceToBlockTrayDistance=None,
            BlockType="SHIELDING",
            BlockDivergence=None,
            BlockNumber=1,
            MaterialID="",
            BlockTransmission=None,
            BlockNumberOfPoints=3,
            BlockData=numbers(-10, -10, 10, -10, 0, 10),
        )
    ]


def _compensator(made: Dataset) -> None:
    made.NumberOfCompensators = 1
    made.CompensatorSequence = [
        item(
            CompensatorNumber=1,
            CompensatorID="C1",
            MaterialID="BRASS",
            SourceToCompensatorTrayDistance=None,
            CompensatorRows=2,
            CompensatorColumns=2,
            CompensatorPixelSpacing=numbers(10, 10),
            CompensatorPosition=numbers(-5, 5),
            CompensatorTransmissionData=numbers(0.9, 0.7, 0.6, 0.8),
            CompensatorThicknessData=numbers(5, 12, 20, 9),
        )
    ]


_DEVICES: dict[str, Callable[[Dataset], None]] = {"wedge": _wedge, "block": _block, "compensator": _compensator}
