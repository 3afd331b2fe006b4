// An HTTP coder with a JSON shape of its own. One fault: it bills guidance whether or not, and whenever, the physician approved it.
import { createServer } from "node:http";

const FAMILY = {
  "2d": "2d", "3d_crt": "3d", field_in_field: "3d",
  imrt_static: "imrt", vmat: "imrt", imrt_compensator: "imrt", helical_imrt: "imrt",
  electron: "electron", total_skin_electron: "electron",
  srs: "outside", sbrt: "outside", proton: "outside", hdr_brachytherapy: "outside", ldr_brachytherapy: "outside",
  superficial_xray: "outside", intraoperative: "outside",
};
const IMAGING = ["orthogonal_kv", "stereoscopic_xray", "cbct", "ct", "ultrasound", "mri", "pet_ct"];
const WORDS = {
  particle: ["photon", "electron", "proton"],
  image: [...IMAGING, "mv_port", "surface"],
  why: ["target_localization", "patient_setup"],
  when: ["pre_treatment", "intrafraction", null],
  motion: ["none", "passive_compression", "free_breathing_itv", "breath_hold", "gating", "tracking"],
  monitor: ["optical_surface", "fiducial_imaging", "em_transponder", "spirometry", "mr_cine", "external_marker", null],
  place: ["hospital_outpatient", "freestanding"],
  bill: ["facility", "technical", "professional", "global"],
};
const UNMODULATED = ["none", "open", "uniform", "static", "static_mlc", "block", "blocks", "wedge", null];
const SAME_POSITION_MM = 1 + 1e-6; // 2.2 - 1.2 is a little more than 1 in binary

const repeats = (ids) => new Set(ids).size !== ids.length;
const fieldsOf = (courses) => courses.flatMap((course) => course.fields);

function treatedCourses(visit) {
  const given = visit.fractions.flatMap((fraction) => fraction.fields);
  return visit.courses.filter((course) => course.fields.some((field) => given.includes(field.no)));
}

function contradictsItself(visit) {
  const numbers = fieldsOf(visit.courses).map((field) => field.no);
  const points = visit.points.map((point) => point.name);
  const treated = treatedCourses(visit);
  return [numbers, points, visit.fractions.map((fraction) => fraction.fx)].some(repeats)
    || visit.fractions.some((fraction) => fraction.fields.some((no) => !numbers.includes(no)))
    || fieldsOf(treated).some((field) => !points.includes(field.point))
    || treated.some((course) => FAMILY[course.tech] === "electron" && course.fields.some((field) => field.particle === "photon"))
    || visit.fractions.some((fraction) => fraction.at.slice(0, 10) !== visit.day);
}

function hasUnknownWords(visit) {
  const treated = treatedCourses(visit);
  const images = visit.fractions.flatMap((fraction) => fraction.images);
  const only = (kind, values) => values.every((value) => WORDS[kind].includes(value));
  return !(treated.every((course) => Object.hasOwn(FAMILY, course.tech))
    && only("particle", fieldsOf(treated).map((field) => field.particle))
    && only("image", images.map((image) => image.how))
    && only("why", images.map((image) => image.why))
    && only("when", images.map((image) => image.when))
    && only("motion", visit.fractions.map((fraction) => fraction.motion.how))
    && only("monitor", visit.fractions.map((fraction) => fraction.motion.by))
    && only("place", [visit.place]) && only("bill", [visit.bill]));
}

function isOutside(visit) {
  const treated = treatedCourses(visit);
  return visit.day < "2026-01-01"
    || treated.some((course) => FAMILY[course.tech] === "outside")
    || fieldsOf(treated).some((field) => field.particle === "proton");
}

// What the planning record supports; `partial` is what a plan with a part of the 3D evidence counts as.
function supported(course, partial) {
  const family = FAMILY[course.tech];
  const anatomy = [course.scan !== null && course.scan !== "none", course.volumes > 0, course.organs > 0];
  if (family === "imrt") {
    if (course.inverse || course.fields.some((field) => !UNMODULATED.includes(field.modulated))) return "imrt";
    return anatomy.includes(true) ? "3d" : "2d";
  }
  if (family !== "3d") return family;
  if (!anatomy.includes(true)) return "2d";
  return course.dvh && !anatomy.includes(false) ? "3d" : partial;
}

function countPoints(positions) {
  const counted = [];
  for (const [x, y, z] of positions) {
    if (counted.every(([a, b, c]) => Math.hypot(x - a, y - b, z - c) > SAME_POSITION_MM)) counted.push([x, y, z]);
  }
  return counted.length;
}

function gated(motion, trustEmptyRecord) {
  const empty = motion.record !== null && !motion.record.some(Boolean);
  return watched(motion) && motion.held && (trustEmptyRecord || !empty);
}

const watched = (motion) => motion.how !== "none" && motion.watched;

function level(visit, fraction, reading) {
  const given = visit.courses.flatMap((course) =>
    course.fields.filter((field) => fraction.fields.includes(field.no)).map((field) => ({ ...field, course })));
  const position = (no) => visit.points.find((point) => point.name === given.find((field) => field.no === no).point).at;
  const photons = given.filter((field) => field.particle === "photon");
  if (given.some((field) => field.course.tech === "total_skin_electron")) return "77412";
  if (photons.length > 0 && photons.length < given.length) return "77412";
  if (photons.length === 0) return "77402";
  if (countPoints(fraction.fields.map(position)) > 1 || gated(fraction.motion, reading.trustEmptyRecord)) return "77412";
  return photons.some((field) => supported(field.course, reading.partial) !== "2d") ? "77407" : "77402";
}

// The fault is here: fraction.signed is never looked at.
const billsGuidance = (fraction) => watched(fraction.motion)
  || fraction.images.some((image) => IMAGING.includes(image.how) && image.why === "target_localization");

function charges(visit, reading) {
  const all = [];
  for (const fraction of visit.fractions.filter((one) => one.fields.length > 0)) {
    if (visit.bill !== "professional") all.push({ fx: fraction.fx, cpt: level(visit, fraction, reading), mods: "", qty: 1 });
    if (["professional", "global"].includes(visit.bill) && billsGuidance(fraction)) {
      all.push({ fx: fraction.fx, cpt: "77387", mods: "26", qty: 1 });
    }
  }
  return all;
}

function encounter(visit) {
  const closed = (status, remark) => ({ ref: visit.ref, status, charges: [], remarks: [remark] });
  if (contradictsItself(visit) || hasUnknownWords(visit)) return closed("QUERY", "the record contradicts itself or uses unknown words");
  if (isOutside(visit)) return closed("NOT_OURS", "not external beam treatment delivery of 2026");
  const readings = ["3d", "2d"].flatMap((partial) => [true, false].map((trustEmptyRecord) => ({ partial, trustEmptyRecord })));
  const answers = new Set(readings.map((reading) => JSON.stringify(charges(visit, reading))));
  if (answers.size > 1) return closed("QUERY", "the documentation doesn't decide the level");
  return { ref: visit.ref, status: "OK", charges: charges(visit, readings[0]), remarks: [] };
}

function encounterOrQuery(visit) {
  try {
    return encounter(visit);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { ref: visit.ref, status: "QUERY", charges: [], remarks: [`the record can't be read: ${error.message}`] };
  }
}

async function respond(request, response) {
  const reply = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  if (request.method !== "POST" || request.url !== "/code") return reply(404, { error: "POST a visit to /code" });
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  let body;
  try {
    body = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch (error) {
    return reply(400, { error: error.message });
  }
  if (!body?.visit) return reply(400, { error: "no visit in the request" });
  return reply(200, { encounter: encounterOrQuery(body.visit) });
}

const server = createServer(respond);
server.listen(Number(process.env.PORT ?? 8089), "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
