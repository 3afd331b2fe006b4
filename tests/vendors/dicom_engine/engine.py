"""A charge engine that reads DICOM RT files: one folder a case, an answer on standard output.

    python engine.py FOLDER                        correct
    python engine.py FOLDER --fault setup-beams    counts set-up beams among those that treated
    python engine.py FOLDER --fault last-point     takes the isocenter of a beam's last control point, and the origin where it says none
    python engine.py FOLDER --fault each-record    takes each treatment record for a session of its own
    python engine.py FOLDER --fault by-order       takes what a record delivered for beams of the plan that came last before it

It reads with pydicom, by the attributes that docs/how-to/dicom.md names, and not with rtconform's own reader. What it makes of the
files it hands to the plain coder beside it (../correct).
"""

import json
import sys
from pathlib import Path
from typing import Any

import pydicom

sys.path.insert(0, str(Path(__file__).parent.parent / "correct"))
from coder import answer, code

Doc = dict[str, Any]
IMAGES = {"CT Image Storage": "ct", "MR Image Storage": "mri"}


def treats(beam: pydicom.Dataset, faults: list[str]) -> bool:
    kind = beam.get("TreatmentDeliveryType", "TREATMENT")
    return kind in ("TREATMENT", "TRMT_PORTFILM", "CONTINUATION") or (kind == "SETUP" and "setup-beams" in faults)


def modulated(beam: pydicom.Dataset) -> bool:
    """A filter, or leaves that are not always at one place."""
    leaves = {
        tuple(device.LeafJawPositions)
        for point in points_of(beam)
        for device in point.get("BeamLimitingDevicePositionSequence", [])
        if device.RTBeamLimitingDeviceType.startswith("MLC")
    }
    return beam.NumberOfCompensators > 0 or len(leaves) > 1


def setup_of(plan: pydicom.Dataset, setup: pydicom.Dataset) -> Doc:
    """An application setup of brachytherapy: a beam of photons, treated where the source stands first."""
    where = setup.ChannelSequence[0].BrachyControlPointSequence[0].get("ControlPoint3DPosition")
    name = f"{plan.SOPInstanceUID}/{setup.ApplicationSetupNumber}"
    return {"id": name, "radiation": "photon", "isocenter": "/".join(map(str, where)) if where else "nowhere"}


def points_of(beam: pydicom.Dataset) -> Any:
    return beam.get("IonControlPointSequence") or beam.ControlPointSequence


def beam_of(plan: pydicom.Dataset, beam: pydicom.Dataset, faults: list[str]) -> Doc:
    where = points_of(beam)[0].get("IsocenterPosition")
    if "last-point" in faults:
        where = points_of(beam)[-1].get("IsocenterPosition", [0, 0, 0])
    return {
        "id": f"{plan.SOPInstanceUID}/{beam.BeamNumber}",
        "radiation": beam.RadiationType.lower(),
        "isocenter": "/".join(map(str, where)) if where else "nowhere",
        "modulation": "some" if modulated(beam) else "none",
        "couch_deg": float(points_of(beam)[0].get("PatientSupportAngle", 0)),
    }


def volumes(files: list[pydicom.Dataset], plan: pydicom.Dataset) -> Doc:
    named = [reference.ReferencedSOPInstanceUID for reference in plan.get("ReferencedStructureSetSequence", [])]
    found: Doc = {"volumetric_imaging": None, "targets": [], "organs_at_risk": []}
    for structures in (data for data in files if data.SOPInstanceUID in named):
        for frame in structures.get("ReferencedFrameOfReferenceSequence", []):
            image = frame.RTReferencedStudySequence[0].RTReferencedSeriesSequence[0].ContourImageSequence[0]
            found["volumetric_imaging"] = IMAGES.get(image.ReferencedSOPClassUID.name, "other")
        for roi in structures.RTROIObservationsSequence:
            kind = {"PTV": "targets", "ORGAN": "organs_at_risk"}.get(roi.RTROIInterpretedType)
            if kind:
                found[kind].append(str(roi.ReferencedROINumber))
    return found


def plan_of(files: list[pydicom.Dataset], said: Doc, faults: list[str]) -> tuple[Doc, list[Doc]]:
    plan = next(data for data in files if data.SOPInstanceUID == said["uid"])
    planned = plan.get("BeamSequence") or plan.get("IonBeamSequence", [])
    beams = [beam_of(plan, beam, faults) for beam in planned if treats(beam, faults)]
    beams += [setup_of(plan, setup) for setup in plan.get("ApplicationSetupSequence", [])]
    places = {beam["isocenter"] for beam in beams} - {"nowhere"}
    isocenters = [{"id": place, "position_mm": [float(part) for part in place.split("/")]} for place in sorted(places)]
    planning = {**volumes(files, plan), **said["planning"]}
    return {"id": said["uid"], "technique": said["technique"], "beams": beams, "planning": planning}, isocenters


def sessions_of(files: list[pydicom.Dataset], said: Doc, faults: list[str]) -> list[Doc]:
    if said["uid"] is None:
        return [said]
    records = [data for data in files if data.Modality == "RTRECORD" and data.TreatmentSessionUID == said["uid"]]
    if "each-record" in faults:
        return [session_from(files, said, [record], faults) for record in records]
    return [session_from(files, said, records, faults)]


def session_from(files: list[pydicom.Dataset], said: Doc, records: list[pydicom.Dataset], faults: list[str]) -> Doc:
    began = min(record.TreatmentDate + record.TreatmentTime for record in records)
    day, clock = began[:8], began[8:]
    delivered, held, ports = [], False, 0
    for record in records:
        plan = record.ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID
        if "by-order" in faults:
            plan = next(
                (one.SOPInstanceUID for one in reversed(files[: files.index(record)]) if one.Modality == "RTPLAN"), "none"
            )
        for setup in record.get("TreatmentSessionApplicationSetupSequence", []):
            first = setup.RecordedChannelSequence[0].BrachyControlPointDeliveredSequence[0]
            at = first.TreatmentControlPointDate + first.TreatmentControlPointTime
            delivered.append((at, f"{plan}/{setup.ReferencedBrachyApplicationSetupNumber}"))
        for beam in record.get("TreatmentSessionBeamSequence") or record.get("TreatmentSessionIonBeamSequence", []):
            ports += "PORTFILM" in beam.TreatmentDeliveryType
            if treats(beam, faults):
                first = (beam.get("IonControlPointDeliverySequence") or beam.ControlPointDeliverySequence)[0]
                at = first.TreatmentControlPointDate + first.TreatmentControlPointTime
                delivered.append((at, f"{plan}/{beam.ReferencedBeamNumber}"))
                held = held or "GatingBeamHoldTransitionSequence" in beam
    started = f"{day[:4]}-{day[4:6]}-{day[6:]}T{clock[:2]}:{clock[2:4]}:{clock[4:]}"
    motion = said["motion"] and {**said["motion"], "beam_hold": held}
    beams = [name for _, name in sorted(delivered, key=lambda one: one[0])]
    return {**said, "started_at": started, "beams_delivered": beams, "port_images": ports, "motion": motion}


def case_in(folder: Path, faults: list[str]) -> Doc:
    said = json.loads((folder / "companion.json").read_text(encoding="utf-8"))
    return case_of([pydicom.dcmread(path) for path in sorted(folder.glob("*.dcm"))], said, faults)


def case_of(files: list[pydicom.Dataset], said: Doc, faults: list[str]) -> Doc:
    plans = [plan_of(files, plan, faults) for plan in said["plans"]]
    isocenters = {place["id"]: place for _, places in plans for place in places}
    sessions = [session for one in said["sessions"] for session in sessions_of(files, one, faults)]
    patient = {"id": "P", "birth_date": "1950-01-01", "sex": "unknown"}
    parts = {"billing": said["billing"], "plans": [plan for plan, _ in plans], "isocenters": [*isocenters.values()]}
    return {"schema": "rtconform.case/1", "id": said["id"], "patient": patient, "sessions": sessions, **parts}


def coded(case: Doc) -> Doc:
    return answer(case, code(case))


if __name__ == "__main__":
    print(json.dumps(coded(case_in(Path(sys.argv[1]), sys.argv[3:]))))
