// A coder whose system only writes claims: cases in as JSON, 837P or 837I out, written by node-x12 and not by our own writer.
//
// What it bills is what the correct coder next door bills, which runs as a child. `node coder.mjs [OPTION...]`: `by-date` gives
// no line its session (REF*6R), `separators` writes with others than the usual ones. The fault that it can have:
// `forgets-modifiers` (SV101-3 and what follows are empty).
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { X12Interchange, X12SerializationOptions } = createRequire(import.meta.url)("node-x12");

const argv = new Set(process.argv.slice(2));
const OTHER_SERVICE = "77427"; // a charge of another family, which a billing system sends along with the rest
const SEPARATORS = argv.has("separators")
  ? { elementDelimiter: "|", segmentTerminator: "\n", subElementDelimiter: ">" }
  : { elementDelimiter: "*", segmentTerminator: "~", subElementDelimiter: ":" };
const SUB = SEPARATORS.subElementDelimiter;

const digits = (date) => date.replaceAll("-", "");

function interchange(code, guide, segments) {
  const options = new X12SerializationOptions({ ...SEPARATORS, format: false, endOfLine: "" });
  const made = new X12Interchange(options);
  made.setHeader(["00", "", "00", "", "ZZ", "CODER", "ZZ", "BILLING", "260101", "0900", "^", "00501", "000000001", "0", "T", SUB]);
  const group = made.addFunctionalGroup();
  group.setHeader([code === "824" ? "AG" : "HC", "CODER", "BILLING", "20260101", "0900", "1", "X", guide]);
  const transaction = group.addTransaction();
  transaction.setHeader([code, "0001", guide]);
  for (const [name, ...elements] of segments) transaction.addSegment(name, elements);
  return made.toString(options);
}

function advice(caseId, outcome) {
  // no claim is made of this case: either there is nothing to bill, or a person has to look at it
  return interchange("824", "005010X186A1", [["BGN", "11", "1", "20260101"], ["OTI", outcome === "coded" ? "TA" : "TR", "TN", caseId]]);
}

function claim(asked, lines) {
  const institutional = asked.billing.claim === "facility";
  const started = new Map(asked.sessions.map((session) => [session.id, session.started_at.slice(0, 10)]));
  const day = digits(started.get(lines[0].session));
  const place = institutional ? ["13", "A", "1"] : [asked.billing.setting === "freestanding" ? "11" : "22", "B", "1"];
  const segments = [
    ["BHT", "0019", "00", asked.id, "20260101", "0900", "CH"],
    ["NM1", "41", "2", "CODER", "", "", "", "", "46", "CODER"],
    ["PER", "IC", "CLAIMS", "TE", "5555550100"],
    ["NM1", "40", "2", "BILLING", "", "", "", "", "46", "BILLING"],
    ["HL", "1", "", "20", "1"],
    ["NM1", "85", "2", "CLINIC", "", "", "", "", "XX", "1000000012"],
    ["N3", "1 MAIN STREET"],
    ["N4", "SPRINGFIELD", "IL", "627010001"],
    ["REF", "EI", "900000000"],
    ["HL", "2", "1", "22", "0"],
    ["SBR", "P", "18", "", "", "", "", "", "", "CI"],
    ["NM1", "IL", "1", "DOE", "JO", "", "", "", "MI", asked.patient.id],
    ["N3", "2 MAIN STREET"],
    ["N4", "SPRINGFIELD", "IL", "62701"],
    ["DMG", "D8", digits(asked.patient.birth_date), asked.patient.sex === "male" ? "M" : "F"],
    ["NM1", "PR", "2", "PAYER", "", "", "", "", "PI", "PAYER"],
    ["CLM", asked.id, String(100 * lines.length), "", "", place.join(SUB), institutional ? "" : "Y", "A", "Y", "Y"],
    ...(institutional ? [["DTP", "434", "RD8", `${day}-${day}`], ["CL1", "3", "", "01"]] : []),
    ["HI", `ABK${SUB}C619`],
  ];
  lines.forEach((line, index) => {
    const modifiers = argv.has("forgets-modifiers") ? [] : line.modifiers ?? [];
    const procedure = ["HC", line.code, ...modifiers].join(SUB);
    const units = String(line.units ?? 1);
    segments.push(["LX", String(index + 1)]);
    segments.push(institutional ? ["SV2", "0333", procedure, "100", "UN", units] : ["SV1", procedure, "100", "UN", units, "", "", "1"]);
    segments.push(["DTP", "472", "D8", digits(started.get(line.session))]);
    if (!argv.has("by-date")) segments.push(["REF", "6R", line.session]);
  });
  return interchange("837", institutional ? "005010X223A2" : "005010X222A1", segments);
}

function answer(asked, coded) {
  if (coded.error) return advice(coded.id ?? "", "needs_review"); // what was sent is no case
  if (coded.outcome === "out_of_scope") return claim(asked, [{ session: asked.sessions[0].id, code: OTHER_SERVICE }]);
  if (coded.outcome === "needs_review" || coded.lines.length === 0) return advice(asked.id, coded.outcome);
  return claim(asked, coded.lines);
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return null; // the correct coder says what is wrong with it
  }
}

const correct = spawn("python3", [new URL("../correct/coder.py", import.meta.url).pathname], { stdio: ["pipe", "pipe", "inherit"] });
const waiting = [];
createInterface({ input: correct.stdout }).on("line", (line) => {
  process.stdout.write(answer(waiting.shift(), JSON.parse(line)) + "\n");
});
createInterface({ input: process.stdin })
  .on("line", (line) => {
    waiting.push(parsed(line));
    correct.stdin.write(line + "\n");
  })
  .on("close", () => correct.stdin.end());
