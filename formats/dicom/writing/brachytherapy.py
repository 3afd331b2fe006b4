"""Brachytherapy: application setups of an RT Plan, and what an RT Brachy Treatment Record says of their delivery.

A beam of the case is an application setup with one channel; its isocenter is where the source stands first.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

from pydicom.dataset import Dataset

from rtconform.formats.dicom.expressible import counted
from rtconform.formats.dicom.writing.elements import LONGEST_SHORT, clock, day, item, number, numbers, text
from rtconform.formats.dicom.writing.objects import MACHINE
from rtconform.reference.documents.treatment import Beam, Plan, Session, Vector

TREATED_S = 300.0
"""For how long a channel is treated, in seconds."""

_HALF_LIVES = {"Ir-192": 73.83, "I-125": 59.4, "Pd-103": 16.99, "Co-60": 1925.2, "Cs-131": 9.7}
"""In days; of an isotope that is not here the number is that of iridium, since the attribute must have one."""

_DWELLS = 2


def set_brachytherapy(made: Dataset, plan: Plan, positions: Mapping[str, Vector]) -> list[Dataset]:
    """Put machine, source and application setups into a plan; the items of the fraction group that reference them."""
    _set_kind(made, plan)
    made.TreatmentMachineSequence = [item(Manufacturer="Synthetic", TreatmentMachineName=MACHINE)]
    isotopes = _isotopes(plan.beams)
    made.SourceSequence = [_source(place, isotope, made.RTPlanDate, made.RTPlanTime) for place, isotope in enumerate(isotopes, 1)]
    made.ApplicationSetupSequence = [
        _setup(place, beam, isotopes.index(_isotope(beam)) + 1, positions.get(beam.isocenter), plan)
        for place, beam in enumerate(plan.beams, 1)
    ]
    if "ReferencedStructureSetSequence" in made:
        for setup in made.ApplicationSetupSequence:
            setup.ChannelSequence[0].ReferencedROINumber = None
    dose = {} if plan.dose_gy is None else {"BrachyApplicationSetupDose": number(plan.dose_gy / max(plan.fractions or 1, 1))}
    return [item(ReferencedBrachyApplicationSetupNumber=place, **dose) for place in range(1, len(plan.beams) + 1)]


def set_brachytherapy_record(
    made: Dataset, session: Session, plan: Plan | None, delivered: Sequence[tuple[int, Beam, dt.datetime, str]]
) -> None:
    """Put into a record which setups were delivered: number, beam, when it began, and the name."""
    plan = plan or Plan("", "hdr_brachytherapy", ())
    _set_kind(made, plan)
    isotopes = _isotopes([beam for _, beam, _, _ in delivered])
    made.RecordedSourceSequence = [
        _source(place, isotope, day(session.started_at), clock(session.started_at)) for place, isotope in enumerate(isotopes, 1)
    ]
    for source in made.RecordedSourceSequence:
        source.SourceManufacturer = source.SourceSerialNumber = ""
    made.TreatmentSessionApplicationSetupSequence = [
        _delivery(session, place, began, name, isotopes.index(_isotope(beam)) + 1, plan) for place, beam, began, name in delivered
    ]


def _stays(plan: Plan) -> bool:
    """Whether the source stays where it is put: low dose rate."""
    return plan.technique == "ldr_brachytherapy"


def _set_kind(made: Dataset, plan: Plan) -> None:
    made.BrachyTreatmentTechnique = "PERMANENT" if _stays(plan) else "INTRACAVITARY"
    made.BrachyTreatmentType = "LDR" if _stays(plan) else "HDR"


def _source(place: int, isotope: str, on: str, at: str) -> Dataset:
    """A source, whose strength is known `on` a day `at` a time."""
    return item(
        SourceNumber=place,
        SourceType="POINT",
        SourceIsotopeName=isotope,
        SourceIsotopeHalfLife=number(_HALF_LIVES.get(isotope, _HALF_LIVES["Ir-192"])),
        ReferenceAirKermaRate=number(40000),
        SourceStrengthReferenceDate=on,
        SourceStrengthReferenceTime=at,
    )


def _channel(plan: Plan, source: int) -> Dataset:
    """What a channel is, as planned and as treated."""
    return item(
        ChannelNumber=1,
        ChannelLength=number(1200),
        SourceMovementType="FIXED" if _stays(plan) else "STEPWISE",
        TransferTubeNumber=None,
        ReferencedSourceNumber=source,
        NumberOfControlPoints=_DWELLS,
    )


def _set_applicator(made: Dataset, plan: Plan) -> None:
    """What the applicator of a channel is: in a plan's channel itself, in a record's in an item of its own."""
    made.SourceApplicatorID = "A1"
    made.SourceApplicatorType = "RIGID"
    made.SourceApplicatorLength = number(200)
    if not _stays(plan):
        made.SourceApplicatorStepSize = number(5)


def _isotope(beam: Beam) -> str:
    return text(beam.energy) or "Ir-192"


def _isotopes(beams: Sequence[Beam]) -> list[str]:
    return list(dict.fromkeys(_isotope(beam) for beam in beams))


def _setup(place: int, beam: Beam, source: int, position: Vector | None, plan: Plan) -> Dataset:
    points = []
    for index in range(_DWELLS):
        point = item(
            ControlPointIndex=index,
            CumulativeTimeWeight=number(100 * index / (_DWELLS - 1)),
            ControlPointRelativePosition=number(0),
        )
        if position is not None:
            point.ControlPoint3DPosition = numbers(*position)
        points.append(point)
    channel = _channel(plan, source)
    channel.SourceApplicatorNumber = 1
    _set_applicator(channel, plan)
    channel.ChannelTotalTime = number(TREATED_S)
    channel.FinalCumulativeTimeWeight = number(100)
    channel.BrachyControlPointSequence = points
    return item(
        ApplicationSetupType="OTHER",
        ApplicationSetupNumber=place,
        ApplicationSetupName=text(beam.id),
        TotalReferenceAirKerma=number(2000),
        ChannelSequence=[channel],
    )


def _delivery(session: Session, place: int, began: dt.datetime, name: str, source: int, plan: Plan) -> Dataset:
    points = [
        item(
            ReferencedControlPointIndex=index,
            TreatmentControlPointDate=day(at),
            TreatmentControlPointTime=clock(at.replace(microsecond=0)),
            ControlPointRelativePosition=number(0),
        )
        for index in range(_DWELLS)
        for at in [began + dt.timedelta(seconds=20 * index)]
    ]
    channel = _channel(plan, source)
    applicator = item(ReferencedSourceApplicatorNumber=1)
    _set_applicator(applicator, plan)
    channel.RecordedSourceApplicatorSequence = [applicator]
    channel.SpecifiedChannelTotalTime = channel.DeliveredChannelTotalTime = number(TREATED_S)
    channel.BrachyControlPointDeliveredSequence = points
    return item(
        ApplicationSetupType="OTHER",
        ReferencedBrachyApplicationSetupNumber=place,
        ApplicationSetupName=text(name, LONGEST_SHORT),
        TotalReferenceAirKerma=number(2000),
        CurrentFractionNumber=counted(session.fraction),
        TreatmentDeliveryType="TREATMENT",
        TreatmentTerminationStatus="NORMAL",
        TreatmentVerificationStatus="VERIFIED",
        RecordedChannelSequence=[channel],
    )
