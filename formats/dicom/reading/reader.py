"""Objects of one patient, read as a treatment: what they say of a case, and for each fact where it was read.

It knows nothing of how our own writer names or orders things: plans, records, volumes and images are joined by their UIDs, what a
beam is follows from its control points. So it reads objects of systems that nobody here wrote as well.
"""

from collections.abc import Sequence
from typing import Any

from rtconform.formats.dicom.reading.beam import ReadBeam
from rtconform.formats.dicom.reading.guidance import read_guidance
from rtconform.formats.dicom.reading.open_object import DicomObject
from rtconform.formats.dicom.reading.plans import ReadPlan, read_plan, source
from rtconform.formats.dicom.reading.records import ReadRecord, delivered_in_order, read_record, sessions_of
from rtconform.formats.dicom.reading.volumes import Volumes, volumes_of
from rtconform.formats.treatments import Fact, Treatment

Document = dict[str, Any]

_METHODS = {"BREATH_HOLD": "breath_hold", "GATING": "gating", "TRACKING": "tracking", "REALTIME": "gating", "NONE": "none"}
_MONITORS = {
    "EXTERNAL_MARKER": "external_marker",
    "BELT": "external_marker",
    "INTERNAL_MARKER": "fiducial_imaging",
    "SPIROMETER": "spirometry",
    "IMAGE": "mr_cine",
    "NAVIGATOR": "mr_cine",
}


def read_treatment(objects: Sequence[DicomObject]) -> Treatment:
    """The treatment that these objects are about. A session in which nothing was delivered is one only where no other is."""
    reading = _Reading(objects)
    plans = tuple(reading.plan(number, plan) for number, plan in enumerate(reading.plans, 1))
    every = [*enumerate(sessions_of(reading.records), 1)]
    treating = [(number, records) for number, records in every if any(record.delivered for record in records)]
    sessions = tuple(reading.session(number, records) for number, records in treating or every)
    isocenters = [{"id": name, "position_mm": list(position)} for position, name in reading.positions.items()]
    if any(plan.get("supposed_beams") for plan in plans):
        isocenters.append({"id": "ISO", "position_mm": [0.0, 0.0, 0.0]})
    return Treatment(plans, sessions, tuple(isocenters), tuple(reading.facts), tuple(reading.notes))


class _Reading:
    """Gathers facts and notes while the objects are read."""

    def __init__(self, objects: Sequence[DicomObject]) -> None:
        self._objects = objects
        self.plans: list[ReadPlan] = [read_plan(one) for one in objects if one.kind == "plan"]
        self.records: list[ReadRecord] = [read_record(one) for one in objects if one.kind == "record"]
        self.positions: dict[tuple[float, float, float], str] = {}
        self.facts: list[Fact] = []
        self.notes: list[str] = []
        if len({plan.frame for plan in self.plans}) > 1:
            self.notes.append("the plans have different frames of reference: positions in them can't be compared")

    def plan(self, number: int, plan: ReadPlan) -> Document:
        """A plan as part of a case."""
        path, volumes = f"plans[{number}]", volumes_of(plan, self._objects)
        likeliest = plan.techniques[0] if plan.techniques else ""
        others = f"; it may also be {', '.join(plan.techniques[1:])}" if plan.techniques[1:] else ""
        self._add(f"{path}.technique", "derived", likeliest, source(plan.file, *_shown_by(plan)), plan.why + others)
        beams = [self._beam(number, path, plan, beam) for beam in plan.treating]
        supposed = not beams and plan.techniques == ("proton",)
        if supposed:
            beams = [{"id": f"P{number}.1", "radiation": "proton", "isocenter": "ISO"}]
        skipped = len(plan.beams) - len(plan.treating) - plan.empty
        radiations = ", ".join(sorted({beam.radiation for beam in plan.treating}))
        notes = ["one beam of protons is supposed"] if supposed else []
        notes += [f"{skipped} set-up or port beams are not counted"] if skipped else []
        notes += [f"{plan.empty} beams are planned without meterset, and not counted"] if plan.empty else []
        unsaid = sum(beam.radiation == "unknown" for beam in plan.treating)
        notes += [f"{unsaid} beams have no Radiation Type: a person has to say what they treat with"] if unsaid else []
        self._add(
            f"{path}.beams",
            "missing" if supposed else "read",
            "" if supposed else f"{len(plan.treating)} ({radiations})",
            source(plan.file, plan.sequence, *_radiation(plan)),
            "; ".join(notes),
        )
        if plan.treating and plan.sequence != "ApplicationSetupSequence":
            modulated = sorted({beam.modulation for beam in plan.treating})
            shown_by = "ScanMode" if plan.sequence == "IonBeamSequence" else "LeafJawPositions"
            self._add(f"{path}.beams.modulation", "derived", ", ".join(modulated), source(plan.file, shown_by))
        document: Document = {
            "uid": plan.uid,
            "id": f"P{number}",
            "label": plan.label,
            "site": plan.site,
            "intent": plan.intent,
            "dose_gy": plan.dose_gy,
            "fractions": plan.fractions,
            "beams": beams,
            "planning": self._planning(path, plan, volumes),
            "groups": [[f"P{number}.{beam}" for beam in group] for group in plan.groups],
        }
        if supposed:
            document["supposed_beams"] = True
        if likeliest:
            document["technique"] = likeliest
            document["techniques"] = list(plan.techniques)
        return document

    def _beam(self, number: int, path: str, plan: ReadPlan, beam: ReadBeam) -> Document:
        isocenter = "none"
        if beam.position is None:
            where = source(plan.file, _position(plan))
            self._add(f"{path}.beams[{beam.number}].isocenter", "missing", "", where, "no control point says it")
        else:
            known = beam.position in self.positions
            isocenter = self.positions.setdefault(beam.position, f"ISO{len(self.positions) + 1}")
            shown = ", ".join(f"{value:g}" for value in beam.position)
            note = "the isocenter moves within the beam: its first place is taken" if beam.moves_isocenter else ""
            if not known or note:
                self._add(f"isocenters[{isocenter}]", "read", shown, source(plan.file, _position(plan)), note)
        return {
            "id": f"P{number}.{beam.number}",
            "radiation": beam.radiation,
            "energy": beam.energy,
            "delivery": beam.delivery,
            "modulation": beam.modulation,
            "isocenter": isocenter,
            "gantry_start_deg": beam.start,
            "gantry_stop_deg": beam.stop,
            "collimator_deg": beam.collimator,
            "couch_deg": beam.couch,
        }

    def _planning(self, path: str, plan: ReadPlan, volumes: Volumes) -> Document:
        """The evidence of planning; a key is absent where no object says it."""
        document: Document = {}
        structures, dose = volumes.structure_file, volumes.dose_file or plan.file
        drawn = source(structures or plan.file, "ContourImageSequence")
        outlined = source(structures or plan.file, "RTROIInterpretedType", "DoseReferenceType")
        rows: tuple[tuple[str, Any, str, str], ...] = (
            ("volumetric_imaging", volumes.imaging, drawn, volumes.unknown),
            ("targets", volumes.targets, outlined, volumes.unknown),
            ("organs_at_risk", volumes.organs, outlined, volumes.unknown),
            ("dvh_evaluated", volumes.histogram, source(dose, "DVHSequence"), "no dose with histograms is among the files"),
        )
        for name, found, where, without in rows:
            if found is None:
                self._add(f"{path}.planning.{name}", "missing", "", where, without)
                continue
            document[name] = (
                list(found) if isinstance(found, tuple) else (found or None) if name == "volumetric_imaging" else found
            )
            shown = str(len(found)) if isinstance(found, tuple) else str(found or "none")
            note = "a histogram is there; that it was evaluated is not said" if name == "dvh_evaluated" and found else ""
            self._add(f"{path}.planning.{name}", "derived" if note else "read", shown, where, note)
        return document

    def session(self, number: int, records: Sequence[ReadRecord]) -> Document:
        """A session as part of a case."""
        path, files = f"sessions[{number}]", ", ".join(record.file for record in records)
        first = records[0]
        places = {plan.uid: at for at, plan in enumerate(self.plans, 1)}
        deliveries = delivered_in_order(records)
        delivered = [f"{_plan_name(one.plan, places)}.{one.number}" for one in deliveries]
        skipped = sum(record.skipped for record in records)
        note = f"{skipped} items that treat nobody (set-up, port film, no meterset) are not counted" if skipped else ""
        self._add(
            f"{path}.beams_delivered",
            "read",
            str(len(delivered)),
            source(files, *dict.fromkeys(record.sequence for record in records)),
            note,
        )
        for record in records:
            if record.plan not in places:
                where = source(record.file, "ReferencedRTPlanSequence")
                self._add(f"{path}.plan", "missing", "", where, "the plan that was delivered is not among the files")
        document: Document = {"uid": first.session, "id": f"S{number}", "beams_delivered": delivered}
        began = min((record.began for record in records if record.began is not None), default=None)
        if began is not None:
            document["started_at"] = began.isoformat()
            self._add(f"{path}.started_at", "read", document["started_at"], source(files, "TreatmentDate", "TreatmentTime"))
        else:
            self._add(f"{path}.started_at", "missing", "", source(files, "TreatmentDate"), "no record says when it was")
        document["fraction"] = next((record.fraction for record in records if record.fraction is not None), None)
        document["port_images"] = sum(record.port_images for record in records)
        shift = next((record.shift for record in records if record.shift is not None), None)
        document["couch_shift_mm"] = list(shift) if shift is not None else None
        self._motion(path, document, records, files, held=any(one.held for record in records for one in record.delivered))
        guidance = read_guidance(records, self._objects)
        document["guidance"] = guidance.acts
        for fact in guidance.facts:
            self._add(f"{path}.{fact.path}", fact.how, fact.value, fact.source, fact.note)
        if guidance.approved_at is not None:
            document["physician_review"] = {"approved_at": guidance.approved_at.isoformat()}
        return document

    def _motion(self, path: str, document: Document, records: Sequence[ReadRecord], files: str, *, held: bool) -> None:
        technique = next((record.technique for record in records if record.technique), "")
        signal = next((record.signal for record in records if record.signal), "")
        if held:
            where = source(files, "GatingBeamHoldTransitionSequence")
            self._add(
                f"{path}.motion.beam_hold", "read", "held", where, "the beam was held, so motion was monitored while it was on"
            )
        method = source(files, "RespiratoryMotionCompensationTechnique")
        if not technique and not held:
            self._add(f"{path}.motion", "missing", "", method, "the record says nothing of motion management")
            return
        motion: Document = {
            "method": _METHODS.get(technique, "gating" if held else "none"),
            "beam_hold": held,
            "during_beam": held,
        }
        if signal in _MONITORS:
            motion["monitor"] = _MONITORS[signal]
        document["motion"] = motion
        if technique:
            self._add(f"{path}.motion.method", "read", technique, method)
        if not held and motion["method"] != "none":
            where = source(files, "GatingBeamHoldTransitionSequence")
            self._add(f"{path}.motion.beam_hold", "missing", "", where, "no beam hold is recorded: few systems write it")

    def _add(self, path: str, how: Any, value: str, where: str, note: str = "") -> None:  # noqa: ANN401 - one of three words
        self.facts.append(Fact(path, how, value, where, note))


def _shown_by(plan: ReadPlan) -> tuple[str, ...]:
    """The attributes that show the technique of a plan."""
    brachytherapy = ("BrachyTreatmentType", plan.sequence)
    return {"ApplicationSetupSequence": brachytherapy, "IonBeamSequence": (plan.sequence, "RadiationType")}.get(
        plan.sequence, ("ControlPointSequence",)
    )


def _position(plan: ReadPlan) -> str:
    """The attribute that says where a plan's beams are treated: in brachytherapy, where the source stands."""
    return "ControlPoint3DPosition" if plan.sequence == "ApplicationSetupSequence" else "IsocenterPosition"


def _radiation(plan: ReadPlan) -> tuple[str, ...]:
    """The attributes that say what a plan treats with."""
    return ("SourceIsotopeName",) if plan.sequence == "ApplicationSetupSequence" else ("RadiationType",)


def _plan_name(uid: str, places: dict[str, int]) -> str:
    """The id under which a plan stands in the case; of one that is not among the files, what its UID says."""
    return f"P{places[uid]}" if uid in places else f"plan {uid or 'unnamed'}"
