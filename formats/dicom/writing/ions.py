"""Protons: a beam of an RT Ion Plan, and its delivery in an RT Ion Beams Treatment Record, made of what a photon beam has."""

import copy
from collections.abc import Callable

from pydicom.dataset import Dataset

from rtconform.formats.dicom.writing.elements import number

_SCANNED = ("pencil_beam_scanning", "scanned", "spot_scanning")
_SOURCE_TO_AXIS = (2200.0, 1900.0)
_NOT_OF_IONS = ("TableTopEccentricAngle", "TableTopEccentricRotationDirection")
_IN_PLAN_ALONE = ("SourceAxisDistance", "SourceToSurfaceDistance", "DoseRateSet", "PrimaryFluenceModeSequence")
_SPOTS = (-10.0, 0.0, 10.0, 0.0)
_SPOT_SIZE = (8.0, 8.0)


def ion_beam(beam: Dataset, modulation: str) -> Dataset:
    """The item of an Ion Beam Sequence, of that of a Beam Sequence."""
    made = _without(beam, _IN_PLAN_ALONE)
    _add_ion_facts(made, scanned=modulation in _SCANNED)
    made.VirtualSourceAxisDistances = list(_SOURCE_TO_AXIS)
    if "BeamLimitingDeviceSequence" in made:
        _rename(made, "BeamLimitingDeviceSequence", "IonBeamLimitingDeviceSequence", _at_distance)
    _rename(made, "WedgeSequence", "IonWedgeSequence", _wedge)
    _rename(made, "BlockSequence", "IonBlockSequence", _block)
    _rename(made, "CompensatorSequence", "IonRangeCompensatorSequence", _compensator)
    _rename(made, "ControlPointSequence", "IonControlPointSequence", _point_of(made))
    return made


def ion_delivery(delivered: Dataset, planned: Dataset | None) -> Dataset:
    """The item of a Treatment Session Ion Beam Sequence, of that of a Treatment Session Beam Sequence."""
    made = _without(delivered, ("SourceAxisDistance",))
    _add_ion_facts(made, scanned=planned is not None and planned.ScanMode == "MODULATED")
    made.BeamLimitingDeviceLeafPairsSequence = delivered.BeamLimitingDeviceLeafPairsSequence
    _rename(made, "ControlPointDeliverySequence", "IonControlPointDeliverySequence", _delivered_point_of(made))
    return made


def points_of(planned: Dataset) -> list[Dataset]:
    """The control points of a beam, of either plan."""
    found: list[Dataset] = list(planned.get("IonControlPointSequence") or planned.ControlPointSequence)
    return found


def _add_ion_facts(made: Dataset, *, scanned: bool) -> None:
    made.ScanMode = "MODULATED" if scanned else "NONE"
    if scanned:
        made.ModulatedScanModeType = "STATIONARY"
    made.PatientSupportType = "TABLE"
    made.NumberOfRangeShifters = 0
    made.NumberOfLateralSpreadingDevices = 0
    made.NumberOfRangeModulators = 0


def _point_of(beam: Dataset) -> Callable[[Dataset], Dataset]:
    def convert(point: Dataset) -> Dataset:
        made = _without(point, (*_IN_PLAN_ALONE, *_NOT_OF_IONS))
        _add_spots(made, beam, "ScanSpotMetersetWeights", "ScanningSpotSize")
        if point.ControlPointIndex == 0:
            made.SnoutPosition = 300.0
            made.GantryPitchAngle = 0.0
            made.GantryPitchRotationDirection = "NONE"
        return made

    return convert


def _delivered_point_of(beam: Dataset) -> Callable[[Dataset], Dataset]:
    def convert(point: Dataset) -> Dataset:
        made = _without(point, ("DoseRateDelivered", "DoseRateSet", "NominalBeamEnergyUnit", *_NOT_OF_IONS))
        made.MetersetRateSet = made.MetersetRateDelivered = 100.0
        _add_spots(made, beam, "ScanSpotMetersetsDelivered", "ScanSpotSizesDelivered")
        if point.ReferencedControlPointIndex == 0:
            made.SnoutPosition = 300.0
        return made

    return convert


def _add_spots(point: Dataset, beam: Dataset, metersets: str, sizes: str) -> None:
    """The spots of a control point where the beam is scanned; `metersets`, `sizes`: attributes of what each gets and is."""
    if beam.ScanMode != "MODULATED":
        return
    point.ScanSpotTuneID = "T1"
    point.NumberOfScanSpotPositions = 2
    point.ScanSpotPositionMap = list(_SPOTS)
    setattr(point, metersets, [0.0, 0.0])
    setattr(point, sizes, list(_SPOT_SIZE) * (1 if sizes == "ScanningSpotSize" else 2))
    point.NumberOfPaintings = 1


def _at_distance(device: Dataset) -> Dataset:
    device.IsocenterToBeamLimitingDeviceDistance = 300.0
    return device


def _wedge(device: Dataset) -> Dataset:
    made = _without(device, ("WedgeFactor", "SourceToWedgeTrayDistance"))
    made.IsocenterToWedgeTrayDistance = 300.0
    return made


def _block(device: Dataset) -> Dataset:
    made = _without(device, ("SourceToBlockTrayDistance", "BlockTransmission"))
    made.IsocenterToBlockTrayDistance = 300.0
    made.BlockThickness = number(50)
    return made


def _compensator(device: Dataset) -> Dataset:
    made = _without(device, ("SourceToCompensatorTrayDistance", "CompensatorTransmissionData"))
    made.CompensatorDivergence = "ABSENT"
    made.CompensatorMountingPosition = "PATIENT_SIDE"
    made.IsocenterToCompensatorTrayDistance = 300.0
    return made


def _without(dataset: Dataset, keywords: tuple[str, ...]) -> Dataset:
    made = copy.deepcopy(dataset)
    for keyword in keywords:
        if keyword in made:
            delattr(made, keyword)
    return made


def _rename(made: Dataset, sequence: str, to: str, convert: Callable[[Dataset], Dataset]) -> None:
    if sequence in made:
        setattr(made, to, [convert(one) for one in made[sequence].value])
        delattr(made, sequence)
