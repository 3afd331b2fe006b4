// A charge engine in JavaScript that reads DICOM RT files with dcmjs: one folder a case, an answer on standard output.
//
//     node engine.mjs FOLDER                       correct
//     node engine.mjs FOLDER --fault last-point    takes the isocenter of a beam's last control point, and the origin where it says none
//     node engine.mjs FOLDER --fault setup-beams   counts set-up beams among those that treated
//
// It reads by the attributes that docs/how-to/dicom.md names. What it makes of the files it hands to the plain coder beside it
// (../correct), which runs as a child.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const dcmjs = createRequire(import.meta.url)("dcmjs");
dcmjs.log.setLevel?.("silent");
const { DicomMessage, DicomMetaDictionary } = dcmjs.data;

const folder = process.argv[2];
const fault = process.argv[4] ?? "";
const IMAGES = { "1.2.840.10008.5.1.4.1.1.2": "ct", "1.2.840.10008.5.1.4.1.1.4": "mri" };
const ENDED = ["TREATMENT", "TRMT_PORTFILM", "CONTINUATION"];

function read(name) {
  const bytes = readFileSync(join(folder, name));
  const found = DicomMessage.readFile(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  return DicomMetaDictionary.naturalizeDataset(found.dict);
}

// a sequence of one item may come as the item alone; of an empty value comes null
const list = (value) => (value === undefined || value === null || value === "" ? [] : Array.isArray(value) ? value : [value]);
const first = (value) => list(value)[0];
const treats = (beam) => {
  const kind = beam.TreatmentDeliveryType ?? "TREATMENT";
  return ENDED.includes(kind) || (kind === "SETUP" && fault === "setup-beams");
};
const place = (position) => (list(position).length === 3 ? list(position).join("/") : "nowhere");
const pointsOf = (beam) => list(beam.IonControlPointSequence ?? beam.ControlPointSequence);

function modulated(beam) {
  const leaves = new Set();
  for (const point of pointsOf(beam))
    for (const device of list(point.BeamLimitingDevicePositionSequence))
      if (device.RTBeamLimitingDeviceType.startsWith("MLC")) leaves.add(list(device.LeafJawPositions).join("/"));
  return Number(beam.NumberOfCompensators) > 0 || leaves.size > 1;
}

function beamOf(plan, beam) {
  const points = pointsOf(beam);
  const where = fault === "last-point" ? (points.at(-1).IsocenterPosition ?? [0, 0, 0]) : points[0].IsocenterPosition;
  return {
    id: `${plan.SOPInstanceUID}/${beam.BeamNumber}`,
    radiation: beam.RadiationType.toLowerCase(),
    isocenter: place(where),
    modulation: modulated(beam) ? "some" : "none",
    couch_deg: Number(points[0].PatientSupportAngle ?? 0),
  };
}

function setupOf(plan, setup) {
  // brachytherapy has no isocenter: where the source stands first
  const point = first(first(setup.ChannelSequence).BrachyControlPointSequence);
  const id = `${plan.SOPInstanceUID}/${setup.ApplicationSetupNumber}`;
  return { id, radiation: "photon", isocenter: place(point.ControlPoint3DPosition) };
}

function volumes(files, plan) {
  const named = list(plan.ReferencedStructureSetSequence).map((reference) => reference.ReferencedSOPInstanceUID);
  const found = { volumetric_imaging: null, targets: [], organs_at_risk: [] };
  for (const structures of files.filter((file) => named.includes(file.SOPInstanceUID))) {
    for (const frame of list(structures.ReferencedFrameOfReferenceSequence)) {
      const series = first(first(frame.RTReferencedStudySequence).RTReferencedSeriesSequence);
      found.volumetric_imaging = IMAGES[first(series.ContourImageSequence).ReferencedSOPClassUID] ?? "other";
    }
    for (const roi of list(structures.RTROIObservationsSequence)) {
      const kind = { PTV: "targets", ORGAN: "organs_at_risk" }[roi.RTROIInterpretedType];
      if (kind) found[kind].push(String(roi.ReferencedROINumber));
    }
  }
  return found;
}

function planOf(files, said) {
  const plan = files.find((file) => file.SOPInstanceUID === said.uid);
  const beams = list(plan.BeamSequence ?? plan.IonBeamSequence).filter(treats).map((beam) => beamOf(plan, beam));
  beams.push(...list(plan.ApplicationSetupSequence).map((setup) => setupOf(plan, setup)));
  return { id: said.uid, technique: said.technique, beams, planning: { ...volumes(files, plan), ...said.planning } };
}

const at = (point) => `${point.TreatmentControlPointDate}${point.TreatmentControlPointTime}`;

function sessionOf(files, said) {
  if (said.uid === null) return said;
  const records = files.filter((file) => file.Modality === "RTRECORD" && file.TreatmentSessionUID === said.uid);
  const delivered = [];
  let held = false;
  let ports = 0;
  for (const record of records) {
    const plan = first(record.ReferencedRTPlanSequence).ReferencedSOPInstanceUID;
    for (const setup of list(record.TreatmentSessionApplicationSetupSequence)) {
      const point = first(first(setup.RecordedChannelSequence).BrachyControlPointDeliveredSequence);
      delivered.push([at(point), `${plan}/${setup.ReferencedBrachyApplicationSetupNumber}`]);
    }
    for (const beam of list(record.TreatmentSessionBeamSequence ?? record.TreatmentSessionIonBeamSequence)) {
      if (beam.TreatmentDeliveryType.includes("PORTFILM")) ports += 1;
      if (!treats(beam)) continue;
      delivered.push([at(first(beam.IonControlPointDeliverySequence ?? beam.ControlPointDeliverySequence)), `${plan}/${beam.ReferencedBeamNumber}`]);
      held ||= beam.GatingBeamHoldTransitionSequence !== undefined;
    }
  }
  delivered.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  const began = records.map((record) => `${record.TreatmentDate}${record.TreatmentTime}`).sort()[0];
  const [day, clock] = [began.slice(0, 8), began.slice(8)];
  return {
    ...said,
    started_at: `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T${clock.slice(0, 2)}:${clock.slice(2, 4)}:${clock.slice(4)}`,
    beams_delivered: delivered.map(([, name]) => name),
    port_images: ports,
    motion: said.motion && { ...said.motion, beam_hold: held },
  };
}

function caseIn() {
  const said = JSON.parse(readFileSync(join(folder, "companion.json"), "utf8"));
  const names = readdirSync(folder).filter((name) => name.endsWith(".dcm"));
  const files = names.sort().map(read);
  const plans = said.plans.map((plan) => planOf(files, plan));
  const places = new Set(plans.flatMap((plan) => plan.beams.map((beam) => beam.isocenter)));
  places.delete("nowhere");
  return {
    schema: "rtconform.case/1",
    id: said.id,
    patient: { id: "P", birth_date: "1950-01-01", sex: "unknown" },
    billing: said.billing,
    plans,
    isocenters: [...places].map((id) => ({ id, position_mm: id.split("/").map(Number) })),
    sessions: said.sessions.map((session) => sessionOf(files, session)),
  };
}

const coder = fileURLToPath(new URL("../correct/coder.py", import.meta.url));
process.stdout.write(execFileSync("python3", [coder], { input: `${JSON.stringify(caseIn())}\n` }));
