"""A treatment record, of the class that its plan asks for: of beams, of ion beams, of brachytherapy.

It says what was delivered of one plan in one session, how motion was managed and how the patient was set up.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pydicom.dataset import Dataset
from pydicom.uid import RTBeamsTreatmentRecordStorage, RTBrachyTreatmentRecordStorage, RTIonBeamsTreatmentRecordStorage

from rtconform.formats.dicom.expressible import counted, kind_of
from rtconform.formats.dicom.writing.beams import METERSET, beam_item, has_leaves, limiting_devices, set_first_point
from rtconform.formats.dicom.writing.brachytherapy import set_brachytherapy_record
from rtconform.formats.dicom.writing.elements import clock, day, item, moment, number, reference, text
from rtconform.formats.dicom.writing.ions import ion_delivery, points_of
from rtconform.formats.dicom.writing.objects import MACHINE, Export, new_object
from rtconform.formats.dicom.writing.plans import plan_class, plan_names
from rtconform.reference.documents.treatment import Beam, Motion, Plan, Session

_TECHNIQUES = {
    "none": "NONE",
    "passive_compression": "NONE",
    "free_breathing_itv": "NONE",
    "breath_hold": "BREATH_HOLD",
    "gating": "GATING",
    "tracking": "TRACKING",
}
"""Respiratory Motion Compensation Technique (0018,9170): compression and margins compensate nothing while the beam is on."""

_SIGNALS = {
    "optical_surface": "EXTERNAL_MARKER",
    "external_marker": "EXTERNAL_MARKER",
    "fiducial_imaging": "INTERNAL_MARKER",
    "em_transponder": "INTERNAL_MARKER",
    "spirometry": "SPIROMETER",
    "mr_cine": "IMAGE",
}
"""Respiratory Signal Source (0018,9171)."""

Part = Literal["whole", "partial", "completion"]
"""What of a plan's delivery in a session a record says."""

_BETWEEN_BEAMS = dt.timedelta(minutes=1)
_INTERRUPTED_FOR = _BETWEEN_BEAMS / 2
_UNKNOWN_BEAM = 9000
"""Number of a beam that no plan has; the next one has the next."""

_CLASSES = {
    "beams": RTBeamsTreatmentRecordStorage,
    "ion": RTIonBeamsTreatmentRecordStorage,
    "brachy": RTBrachyTreatmentRecordStorage,
}

_DEVICE_CODE = ("130808", "99SYN")


class Delivery:
    """A session on its way into records: when each of its beams was delivered, and in which record it stands.

    `by_plan`: the plan at this place, with each of its beams and when it began. A beam of no plan stands in the first record.
    """

    def __init__(self, export: Export, session: Session) -> None:
        places = {beam.id: at for at, plan in reversed([*enumerate(export.case.plans)]) for beam in plan.beams}
        known = [places[name] for name in session.beams_delivered if name in places]
        first = known[0] if known else 0
        self.by_plan: dict[int, list[tuple[str, dt.datetime]]] = {}
        for order, name in enumerate(session.beams_delivered):
            began = session.started_at + order * _BETWEEN_BEAMS
            self.by_plan.setdefault(places.get(name, first), []).append((name, began))
        self.first = next(iter(self.by_plan), 0)
        strangers = dict.fromkeys(name for name in session.beams_delivered if name not in places)
        self.strangers = {name: _UNKNOWN_BEAM + order for order, name in enumerate(strangers)}


@dataclass(frozen=True)
class PlannedIn:
    """A record's place: the session, which of the case's it is, and the plan as its object says it (None: there is no plan)."""

    session: Session
    place: int
    at: int
    plan: Plan | None
    planned: Dataset | None

    @property
    def beams(self) -> dict[str, tuple[int, Beam, Dataset]]:
        """The plan's beams by id: number, beam, and the item of the RT Plan."""
        if self.plan is None or not self.plan.beams:
            return {}
        numbered = [*enumerate(zip(self.plan.beams, self.items, strict=False), 1)]
        return {beam.id: (place, beam, made) for place, (beam, made) in reversed(numbered)}

    @property
    def items(self) -> list[Dataset]:
        """What the plan's object has for its beams, set-up beams last."""
        if self.planned is None:
            return []
        named = ("BeamSequence", "IonBeamSequence", "ApplicationSetupSequence")
        return [made for keyword in named for made in self.planned.get(keyword) or ()]


def write_records(
    export: Export, where: PlannedIn, delivery: Delivery, before: Sequence[Dataset], during: Sequence[Dataset]
) -> Iterator[Dataset]:
    """The record of a plan in a session, or two where it was interrupted. `before`, `during`: references to images."""
    kind = kind_of(where.plan) if where.plan is not None else "beams"
    if export.realism.interrupted and where.at == delivery.first and kind != "brachy":
        yield _record(export, where, delivery, "partial", before, during)
        yield _record(export, where, delivery, "completion")
    else:
        yield _record(export, where, delivery, "whole", before, during)


def _record(
    export: Export,
    where: PlannedIn,
    delivery: Delivery,
    part: Part,
    before: Sequence[Dataset] = (),
    during: Sequence[Dataset] = (),
) -> Dataset:
    session, at = where.session, where.at
    names = ("record", str(where.place), str(at), *(("completion",) if part == "completion" else ()))
    kind = kind_of(where.plan) if where.plan is not None else "beams"
    began = session.started_at + (_INTERRUPTED_FOR if part == "completion" else dt.timedelta())
    made = new_object(export, _CLASSES[kind], "RTRECORD", names, began)
    made.InstanceNumber = 2 if part == "completion" else 1
    made.TreatmentDate = day(began)
    made.TreatmentTime = clock(began)
    made.TreatmentSessionUID = session_uid(export, where.place)
    made.ReferencedRTPlanSequence = [reference(plan_class(where.plan), export.uid(*plan_names(at)))]
    made.ReferencedFractionGroupNumber = 1
    made.NumberOfFractionsPlanned = counted(where.plan.fractions) if where.plan else None
    made.TreatmentMachineSequence = [
        item(
            TreatmentMachineName=MACHINE,
            Manufacturer="Synthetic",
            InstitutionName="",
            ManufacturerModelName="",
            DeviceSerialNumber="",
        )
    ]
    made.PatientSetupSequence = [_setup(session, before if at == delivery.first else ())]
    if kind == "brachy":
        set_brachytherapy_record(made, session, where.plan, [*_application_setups(where, delivery)])
        return made
    made.PrimaryDosimeterUnit = "MU"
    items = list(_items(export, where, delivery, part))
    if during and at == delivery.first:
        treated = next(beam for beam in items if beam.TreatmentDeliveryType == "TREATMENT")
        treated.ReferencedVerificationImageSequence = list(during)
    if kind == "ion":
        planned = {beam.BeamNumber: beam for beam in where.items}
        made.TreatmentSessionIonBeamSequence = [ion_delivery(one, planned.get(one.ReferencedBeamNumber)) for one in items]
    else:
        made.TreatmentSessionBeamSequence = items
    return made


def session_uid(export: Export, place: int) -> str:
    """The Treatment Session UID of the session at this place."""
    return export.uid("session", str(place))


def _application_setups(where: PlannedIn, delivery: Delivery) -> Iterator[tuple[int, Beam, dt.datetime, str]]:
    """Number, beam, begin and name of each application setup that was delivered."""
    for name, began in delivery.by_plan[where.at]:
        place, beam, _ = where.beams.get(name) or (delivery.strangers[name], Beam("", "photon", ""), None)
        yield place, beam, began, name


def _items(export: Export, where: PlannedIn, delivery: Delivery, part: Part) -> Iterator[Dataset]:
    session, known = where.session, where.beams
    stranger = Beam("", "photon", "")
    delivered = [
        (
            name,
            began,
            known.get(name) or (delivery.strangers[name], stranger, beam_item(stranger, 1, None, export.realism)),
        )
        for name, began in delivery.by_plan[where.at]
    ]
    if part == "completion":
        (name, began, beam_), *rest = delivered
        yield _item(export, session, beam_, began + _INTERRUPTED_FOR, "CONTINUATION", text(name))
        yield from (_item(export, session, beam_, at, "TREATMENT", text(name)) for name, at, beam_ in rest)
        return
    began = delivered[0][1]
    setup = where.items[-1] if where.items else None
    if setup is not None and setup.TreatmentDeliveryType == "SETUP":
        beam = Beam("SETUP", "photon", "", energy="6X")
        yield _item(export, session, (setup.BeamNumber, beam, setup), began - _BETWEEN_BEAMS, "SETUP", "SETUP")
    if where.at == delivery.first:
        for order in range(session.port_images):
            earlier = dt.timedelta(seconds=order + 2)
            yield _item(export, session, delivered[0][2], began - earlier, "OPEN_PORTFILM", text(delivered[0][0]))
    for name, at, beam_ in delivered[:1] if part == "partial" else delivered:
        yield _item(export, session, beam_, at, "TREATMENT", text(name), stopped=part == "partial")


def _item(
    export: Export,
    session: Session,
    what: tuple[int, Beam, Dataset],
    began: dt.datetime,
    delivery: str,
    name: str,
    *,
    stopped: bool = False,
) -> Dataset:
    """One delivery of a beam: its number, the beam, and the item of the plan, with which the record agrees in every point.

    `stopped`: it ended when half of its meterset was delivered. A continuation delivers the other half.
    """
    number_, beam, planned = what
    treats = delivery in ("TREATMENT", "CONTINUATION")
    meterset = METERSET if treats else 1.0
    first, last_share = (0.5 if delivery == "CONTINUATION" else 0.0), (0.5 if stopped else 1.0)
    points = points_of(planned)
    kept = range(len(points)) if export.realism.all_points else (0, len(points) - 1)
    made = item(
        CurrentFractionNumber=counted(session.fraction),
        TreatmentTerminationStatus="MACHINE" if stopped else "NORMAL",
        TreatmentVerificationStatus="VERIFIED",
        SpecifiedPrimaryMeterset=number(meterset),
        DeliveredPrimaryMeterset=number((last_share - first) * meterset),
        BeamLimitingDeviceLeafPairsSequence=list(limiting_devices(leaves=has_leaves(planned), boundaries=False)),
        SourceAxisDistance=number(1000),
        BeamName=name,
        BeamType=planned.BeamType,
        RadiationType=planned.RadiationType,
        TreatmentDeliveryType=delivery,
        NumberOfWedges=0,
        NumberOfCompensators=0,
        NumberOfBoli=0,
        NumberOfBlocks=0,
        NumberOfControlPoints=len(kept),
        ReferencedBeamNumber=number_,
        ReferencedPatientSetupNumber=1,
    )
    made.ControlPointDeliverySequence = [
        _control_point(beam, points[index], index, began, meterset, last=len(points) - 1) for index in kept
    ]
    for point in made.ControlPointDeliverySequence:
        share = float(point.SpecifiedMeterset) / meterset
        point.DeliveredMeterset = number(min(max(share, first), last_share) * meterset)
    if treats and session.motion is not None and session.motion.beam_hold:
        made.GatingBeamHoldTransitionSequence = list(_transitions(session.motion, began))
    return made


def _control_point(beam: Beam, planned: Dataset, index: int, began: dt.datetime, meterset: float, *, last: int) -> Dataset:
    share = float(planned.CumulativeMetersetWeight)
    at = began + index / last * (_BETWEEN_BEAMS / 2)
    made = item(
        ReferencedControlPointIndex=index,
        TreatmentControlPointDate=day(at),
        TreatmentControlPointTime=clock(at.replace(microsecond=0)),
        SpecifiedMeterset=number(share * meterset),
        DoseRateDelivered=number(600),
        DoseRateSet=number(600),
    )
    if index == 0:
        set_first_point(made, beam)
        if "NominalBeamEnergy" in made:
            made.NominalBeamEnergyUnit = "MEV" if beam.radiation == "electron" else "MV"
    for keyword in ("GantryAngle", "GantryRotationDirection", "BeamLimitingDevicePositionSequence"):
        if keyword in planned:
            made[keyword] = planned[keyword]
    return made


def _setup(session: Session, images: Sequence[Dataset]) -> Dataset:
    made = item(PatientPosition="HFS", PatientSetupNumber=1, SetupTechnique="ISOCENTRIC")
    if session.couch_shift_mm is not None:
        lateral, longitudinal, vertical = session.couch_shift_mm
        made.TableTopVerticalSetupDisplacement = number(vertical)
        made.TableTopLongitudinalSetupDisplacement = number(longitudinal)
        made.TableTopLateralSetupDisplacement = number(lateral)
    if images:
        made.ReferencedSetupImageSequence = list(images)
    if session.motion is not None:
        made.MotionSynchronizationSequence = [_synchronization(session.motion)]
    return made


def _synchronization(motion: Motion) -> Dataset:
    made = item(RespiratoryMotionCompensationTechnique=_TECHNIQUES.get(motion.method, "UNKNOWN"))
    made.RespiratorySignalSource = _SIGNALS[motion.monitor] if motion.monitor is not None else "NONE"
    made.RespiratorySignalSourceID = "S1" if motion.monitor is not None else ""
    return made


def _transitions(motion: Motion, began: dt.datetime) -> Iterator[Dataset]:
    """The beam was held once, and released."""
    for order, transition in enumerate(("HOLD", "RELEASE")):
        device = item(
            Manufacturer="",
            ManufacturerModelName="",
            DeviceSerialNumber="",
            SoftwareVersions="",
            DeviceAlternateIdentifier="",
            DeviceLabel=motion.monitor or "monitor",
            ManufacturerDeviceIdentifier="",
        )
        value, scheme = _DEVICE_CODE
        device.DeviceTypeCodeSequence = [item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning="motion monitor")]
        at = began + dt.timedelta(seconds=5 * (order + 1))
        yield item(
            BeamHoldTransition=transition,
            BeamHoldTransitionDateTime=moment(at),
            BeamHoldOriginatingDeviceSequence=[device],
            BeamHoldTransitionTriggerSource="AUTO",
        )
