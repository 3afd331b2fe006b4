"use strict";
// The rules come as data (rtconform.rules/1) and are only evaluated here. `explorer` is what tests drive.
const model = JSON.parse(document.getElementById("model").textContent);
const tables = Object.fromEntries(model.rules.tables.map((table) => [table.id, table]));
const book = model.rules.rules.map((rule) => rule.id);
const ruleOf = Object.fromEntries(model.rules.rules.map((rule) => [rule.id, rule]));

function holds(when, facts) {
  if (when.all) return when.all.every((part) => holds(part, facts));
  if (when.any) return when.any.some((part) => holds(part, facts));
  if (when.not) return !holds(when.not, facts);
  if (!when.fact) return true;
  const value = facts[when.fact];
  if (when.equals !== undefined) return value === when.equals;
  if (when.at_least !== undefined) return value >= when.at_least;
  if (when.among) return when.among.includes(value);
  return Boolean(value);
}

function inWords(when) {
  const inside = (part) => (part.all || part.any ? `(${inWords(part)})` : inWords(part));
  if (when.all) return when.all.map(inside).join(" and ");
  if (when.any) return when.any.map(inside).join(" or ");
  if (when.not) return `not ${inside(when.not)}`;
  if (!when.fact) return "always";
  const name = when.fact.replaceAll("_", " ");
  if (when.equals !== undefined) return `${name} is ${when.equals.replaceAll("_", " ")}`;
  if (when.at_least !== undefined) return `${name} at least ${when.at_least}`;
  if (when.among) return `${name} is ${when.among.join(" or ").replaceAll("_", " ")}`;
  return name;
}

const rowsOf = (id, facts) => tables[id].rows.filter((row) => holds(row.when, facts));
const firstOf = (id, facts) => tables[id].rows.find((row) => holds(row.when, facts));

function chosen(names) {
  return model.dials.map((dial) => dial.choice.find((choice) => choice.name === names[dial.name]));
}

function factsOf(names) {
  const facts = Object.assign({}, model.facts, ...chosen(names).map((choice) => choice.facts));
  facts.acts = facts.localizing + Number(facts.monitored);
  return facts;
}

function caseOf(names) {
  const made = structuredClone(model.base);
  for (const choice of chosen(names)) {
    for (const [path, value] of Object.entries(choice.set)) {
      const way = path.split(".");
      const last = way.pop();
      const place = way.reduce((inside, part) => inside[part], made);
      if (last === "+") place.push(structuredClone(value));
      else place[last] = structuredClone(value);
    }
  }
  return made;
}

function answer(facts) {
  const whole = firstOf("whole_case", facts);
  if (whole) return { outcome: whole.outcome, lines: [], alternatives: [], rules: [whole.rule] };
  if (!facts.beams) return { outcome: "coded", lines: [], alternatives: [], rules: ["SCOPE-BEAM"] };
  const carried = rowsOf("claims", facts);
  const rules = new Set(["scope", "session_facts"].flatMap((id) => rowsOf(id, facts)).concat(carried).map((row) => row.rule));
  const note = (rows) => rows.forEach((row) => rules.add(row.rule));
  const alternatives = [];
  const delivery = carried.some((row) => row.delivery) ? firstOf("delivery", facts) : undefined;
  const lines = [];
  if (delivery) {
    const how = [...rowsOf("isocenters", facts), ...rowsOf("motion", facts)];
    note([delivery, ...how, ...rowsOf("delivery_facts", facts)]);
    lines.push({ code: delivery.code, modifiers: [] });
    for (const row of [delivery, ...how].filter((row) => row.accepted)) {
      alternatives.push({ rule: row.rule, delivery: { code: row.accepted, modifiers: [] } });
    }
  }
  const guidance = carried.some((row) => row.guidance) ? firstOf("guidance", facts) : undefined;
  if (guidance) {
    note([guidance, ...rowsOf("guidance_facts", facts)]);
    const line = { code: guidance.code, modifiers: guidance.modifiers };
    if (guidance.bills) lines.push(line);
    if (guidance.either) alternatives.push({ rule: guidance.rule, guidance: guidance.bills ? null : line });
    if (guidance.bills || guidance.either) {
      for (const row of rowsOf("guidance_global", facts)) {
        rules.add(row.rule);
        if (guidance.bills) alternatives.push({ rule: row.rule, guidance: { code: guidance.code, modifiers: [] } });
      }
    }
  }
  const primary = { delivery: delivery ? lines[0] : null, guidance: guidance && guidance.bills ? lines[lines.length - 1] : null };
  return {
    outcome: "coded",
    lines,
    alternatives: alternatives.map((other) => {
      const all = { ...primary, ...other };
      return { rule: other.rule, lines: [all.delivery, all.guidance].filter(Boolean) };
    }),
    rules: book.filter((rule) => rules.has(rule)),
  };
}

const explorer = { answer, factsOf, caseOf, of: (names) => answer(factsOf(names)) };
globalThis.explorer = explorer;

const form = document.getElementById("dials");
const written = (line) => [line.code, ...line.modifiers].join("-");

function make(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function said(found) {
  if (found.outcome === "out_of_scope") return [make("p", "Out of scope: no code of this family", "line")];
  if (found.outcome === "needs_review") return [make("p", "Needs review: the record does not decide", "line")];
  const lines = found.lines.map((line) => make("p", written(line), "line"));
  const also = found.alternatives.map((other) =>
    make("p", `accepted too: ${other.lines.map(written).join(" and ") || "nothing billed"} (${other.rule}: sources differ)`, "also"));
  return [...(lines.length ? lines : [make("p", "Nothing to bill on this claim", "line")]), ...also];
}

function tableRead(id, facts) {
  const table = make("table", "", "read");
  table.append(make("caption", `${tables[id].says}`));
  const body = document.createElement("tbody");
  let decided = false;
  for (const row of tables[id].rows) {
    const now = !decided && holds(row.when, facts);
    const line = document.createElement("tr");
    const head = make("th", row.rule);
    head.scope = "row";
    const gives = row.outcome || row.code || "";
    line.append(head, make("td", inWords(row.when)), make("td", now ? `holds${gives ? `: ${gives.replaceAll("_", " ")}` : ""}` : decided ? "not reached" : "does not hold"));
    if (now) line.className = "decides";
    decided = decided || now;
    body.append(line);
  }
  table.append(body);
  return table;
}

function segments(made, found) {
  const day = made.billing.date_of_service.replaceAll("-", "");
  const facility = made.billing.claim === "facility";
  return found.lines.flatMap((line, at) => {
    const service = ["HC", line.code, ...line.modifiers].join(":");
    return [`LX*${at + 1}~`, facility ? `SV2*0333*${service}*0*UN*1~` : `SV1*${service}*0*UN*1***1~`, `DTP*472*D8*${day}~`];
  });
}

function show() {
  const names = Object.fromEntries(new FormData(form));
  const facts = factsOf(names);
  const found = answer(facts);
  const made = caseOf(names);
  document.getElementById("lines").replaceChildren(...said(found));
  document.getElementById("rules").replaceChildren(...found.rules.map((id) => {
    const item = make("li", "");
    item.append(make("code", id), ` ${ruleOf[id].says} `, make("span", `(${ruleOf[id].standing}; ${ruleOf[id].source})`, "small"));
    return item;
  }));
  const carried = rowsOf("claims", facts);
  const read = ["whole_case"];
  if (found.outcome === "coded") read.push(...["delivery", "guidance"].filter((id) => carried.some((row) => row[id])));
  document.getElementById("tables").replaceChildren(...read.map((id) => tableRead(id, facts)));
  document.getElementById("dicom").replaceChildren(...chosen(names).flatMap((choice) => choice.dicom).map((text) => make("li", text)));
  document.getElementById("x12").textContent = segments(made, found).join("\n") || "no line";
  document.getElementById("case").textContent = JSON.stringify(made, null, 2);
  history.replaceState(null, "", `#${new URLSearchParams(names)}`);
}

for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
  const wanted = [...form.elements].find((input) => input.name === name && input.value === value);
  if (wanted) wanted.checked = true;
}
form.addEventListener("change", show);
show();
