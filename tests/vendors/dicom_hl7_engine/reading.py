"""A visit out of DICOM RT objects and HL7 v2 messages: pydicom and hl7apy, by docs/how-to/dicom.md and format-hl7v2-questions.md."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from hl7apy.core import Segment
from hl7apy.parser import parse_message
from pydicom import Dataset
from rules import Plan, Session, Visit

TREATING = ("TREATMENT", "CONTINUATION", "TRMT_PORTFILM")
RECORD = ("RECORD_NECESSITY", "RECORD_SYSTEM", "RECORD_THRESHOLDS", "RECORD_MONITORING", "RECORD_BEAM_RULE")
ACTS = {"GUIDANCE_METHOD": "method", "GUIDANCE_PURPOSE": "purpose", "GUIDANCE_TIMING": "timing"}
MOTIONS = {"MOTION_METHOD": "motion", "MOTION_MONITOR": "monitor"}
DELIVERED = ("TreatmentSessionBeamSequence", "TreatmentSessionIonBeamSequence", "TreatmentSessionApplicationSetupSequence")
ESCAPES = {"\\T\\": "&", "\\F\\": "|", "\\S\\": "^", "\\R\\": "~", "\\E\\": "\\"}


def visit_in(objects: list[Dataset], messages: Iterable[str], faults: Iterable[str] = ()) -> Visit:
    """The visit that objects and the messages beside them are about."""
    told = Told()
    for message in messages:
        told.take(message)
    by_uid = {data.SOPInstanceUID: data for data in objects}
    named = [plan["PLAN_UID"] for plan in told.plans]
    if "order" in faults:
        named = [data.SOPInstanceUID for data in objects if data.SOPInstanceUID in named]
    plans = {uid: plan_of(by_uid[uid], by_uid, plan) for uid, plan in zip(named, told.plans, strict=True)}
    records = [data for data in objects if data.Modality == "RTRECORD"]
    sessions = [session_of(order, facts, records, plans) for order, facts in told.sessions.items()]
    day = datetime.strptime(told.visit["day"], "%Y%m%d").date()  # noqa: DTZ007 - the clinic's calendar
    return Visit(told.visit["name"], day, told.visit["setting"], told.visit["claim"], [*plans.values()], sessions)


# HL7 v2


class Told:
    """What the messages said: the visit, and the observations of each plan and session by their codes."""

    def __init__(self) -> None:
        self.visit: dict[str, str] = {}
        self.plans: list[dict[str, Any]] = []
        self.sessions: dict[str, dict[str, Any]] = {}

    def take(self, message: str) -> None:
        """One message more."""
        about: dict[str, Any] = {}
        for segment in parse_message(message, find_groups=False).children:
            match segment.name:
                case "PV1":
                    setting = {"HOSPITAL": "hospital_outpatient", "FREESTANDING": "freestanding"}
                    where = at(segment, 3, 4)
                    self.visit = {"name": at(segment, 19), "day": at(segment, 44), "claim": at(segment, 18).lower()}
                    self.visit["setting"] = setting.get(where, where)
                case "OBR" if at(segment, 4) == "RTSESSION":
                    about = self.session(at(segment, 3))
                    about["started"] = at(segment, 7)
                case "OBR":
                    about = {"acts": {}}
                    if at(segment, 4) == "RTPLAN":
                        self.plans.append(about)
                case "OBX" if at(segment, 3) in ACTS:
                    about["acts"].setdefault(at(segment, 4), {})[ACTS[at(segment, 3)]] = at(segment, 5)
                case "OBX":
                    about[at(segment, 3)] = at(segment, 5)
                case "TXA" if at(segment, 17) == "LA":
                    self.session(at(segment, 15))["approved"] = at(segment, 22, 15)
                case "SCH":
                    self.session(at(segment, 27))["following"] = at(segment, 11, 4)

    def session(self, order: str) -> dict[str, Any]:
        """What is known of the session of an order."""
        return self.sessions.setdefault(order, {"acts": {}})


def at(segment: Segment, field: int, component: int = 1) -> str:
    """The first repetition of a component, as text."""
    fields = segment.to_er7().split("|")
    parts = fields[field].split("~")[0].split("^") if field < len(fields) else []
    text = parts[component - 1] if component <= len(parts) else ""
    if text == '""':
        return ""
    for escape, meant in ESCAPES.items():
        text = text.replace(escape, meant)
    return text


def moment(text: str | None) -> datetime | None:
    """A time of a message or an object, on the clinic's clock."""
    if not text:
        return None
    whole, _, fraction = text.partition(".")
    return datetime.strptime(f"{whole[:14]}.{fraction or 0}", "%Y%m%d%H%M%S.%f")  # noqa: DTZ007 - the clinic's clock


# DICOM


def plan_of(plan: Dataset, objects: dict[str, Dataset], told: dict[str, Any]) -> Plan:
    """An RT Plan or RT Ion Plan with its structure set, and what a message says of it."""
    planned = [*plan.get("BeamSequence", []), *plan.get("IonBeamSequence", [])]
    beams = {int(one.BeamNumber): one for one in planned if treats(one)}
    setups = {int(one.ApplicationSetupNumber): one for one in plan.get("ApplicationSetupSequence", [])}
    images, kinds = [], []
    for reference in plan.get("ReferencedStructureSetSequence", []):
        structures = objects.get(reference.ReferencedSOPInstanceUID, Dataset())
        kinds += [roi.RTROIInterpretedType for roi in structures.get("RTROIObservationsSequence", [])]
        images += structures.get("ReferencedFrameOfReferenceSequence", [])
    return Plan(
        technique=told.get("TECHNIQUE", ""),
        radiations={number: beam.RadiationType.lower() for number, beam in beams.items()} | dict.fromkeys(setups, "photon"),
        isocenters={number: isocenter(beam) for number, beam in beams.items()}
        | {number: first_dwell(setup) for number, setup in setups.items()},
        modulated=any(modulated(beam) for beam in beams.values()),
        imaging=bool(images),
        targets="PTV" in kinds,
        organs="ORGAN" in kinds,
        histograms=told.get("DVH_EVALUATED") == "Y",
        inverse=told.get("INVERSE_OPTIMIZED") == "Y",
    )


def treats(beam: Dataset) -> bool:
    """Whether a beam of a plan or of a record treats."""
    return beam.get("TreatmentDeliveryType", "TREATMENT") in TREATING


def points(beam: Dataset) -> list[Dataset]:
    """The control points of a beam, which of an ion beam are in a sequence of their own."""
    return [*beam.get("ControlPointSequence", []), *beam.get("IonControlPointSequence", [])]


def isocenter(beam: Dataset) -> tuple[float, ...] | None:
    """The isocenter of a beam: that of its first control point; later ones may repeat it or not."""
    place = points(beam)[0].get("IsocenterPosition")
    return tuple(map(float, place)) if place else None


def first_dwell(setup: Dataset) -> tuple[float, ...] | None:
    """Where the source of an application setup stands first: it stands for the isocenter, which brachytherapy has not."""
    place = setup.ChannelSequence[0].BrachyControlPointSequence[0].get("ControlPoint3DPosition")
    return tuple(map(float, place)) if place else None


def modulated(beam: Dataset) -> bool:
    """Leaves that move between control points, or a compensator."""
    leaves = {
        tuple(device.LeafJawPositions)
        for point in points(beam)
        for device in point.get("BeamLimitingDevicePositionSequence", [])
        if device.RTBeamLimitingDeviceType.startswith("MLC")
    }
    return len(leaves) > 1 or int(beam.get("NumberOfCompensators") or 0) > 0


def delivery(item: Dataset) -> tuple[int, Dataset]:
    """The number of the beam or application setup that was delivered, and the first control point of its delivery."""
    if "RecordedChannelSequence" in item:
        channel = item.RecordedChannelSequence[0]
        return int(item.ReferencedBrachyApplicationSetupNumber), channel.BrachyControlPointDeliveredSequence[0]
    reached = [*item.get("ControlPointDeliverySequence", []), *item.get("IonControlPointDeliverySequence", [])]
    return int(item.ReferencedBeamNumber), reached[0]


def session_of(order: str, told: dict[str, Any], records: list[Dataset], plans: dict[str, Plan]) -> Session:
    """A session: what messages say of it, and what its records say was delivered."""
    own = [one for one in records if one.TreatmentSessionUID == told.get("SESSION_UID")]
    began = [moment(one.TreatmentDate + one.TreatmentTime) for one in own] or [moment(told["started"])]
    made = Session(told.get("SESSION_ID") or order.rpartition(".")[2], min(one for one in began if one))
    delivered = []
    for record in own:
        plan = plans.get(record.ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID)
        for beam in (one for sequence in DELIVERED for one in record.get(sequence, [])):
            if treats(beam):
                number, first = delivery(beam)
                when = first.TreatmentControlPointDate + first.TreatmentControlPointTime
                delivered.append((when, plan, number))
                made.held = made.held or "GatingBeamHoldTransitionSequence" in beam
    made.delivered = [(plan, beam) for _, plan, beam in sorted(delivered, key=lambda one: one[0])]
    made.guidance = [*told["acts"].values()]
    made.motion = {MOTIONS[what]: told[what] for what in MOTIONS if what in told}
    made.monitored = told.get("MONITORED_DURING_BEAM") == "Y"
    said = [told[what] for what in RECORD if what in told]
    made.recorded = [bool(one) and one != "N" for one in said] if said else None
    made.approved, made.following = moment(told.get("approved")), moment(told.get("following"))
    return made
