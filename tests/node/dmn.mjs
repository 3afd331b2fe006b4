// Evaluates decisions of a DMN document: dmn-moddle reads it, feelin evaluates every FEEL expression, and what is here is what OMG's
// standard says of hit policies, boxed contexts and requirements. Reads {"decision": NAME, "given": {INPUT: …}} a line, and prints the value a
// line. What the reader or an expression warns of ends it.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { DmnModdle } from "dmn-moddle";
import { evaluate, unaryTest } from "feelin";

const { rootElement, elementsById, warnings } = await new DmnModdle().fromXML(readFileSync(process.argv[2], "utf8"));
if (warnings.length) throw new Error(warnings.map((warning) => warning.message).join("\n"));
const decisions = Object.fromEntries(rootElement.drgElement.filter((e) => e.$type === "dmn:Decision").map((e) => [e.name, e]));

// Expressions have no effects: one of the same text, on the same values of the names in it, is evaluated once.
const known = new Map();
const namesIn = new Map();
function once(kind, text, scope, ask) {
  const key = `${kind}\u0000${text}\u0000${JSON.stringify(scope)}`;
  if (!known.has(key)) {
    const { value, warnings: heard } = ask(text, scope);
    if (heard.length) throw new Error(`${text}: ${heard.map((warning) => warning.message).join("; ")}`);
    known.set(key, value);
  }
  return known.get(key);
}

function expression(text, scope) {
  if (!namesIn.has(text)) namesIn.set(text, [...new Set(text.match(/\w+/g))]);
  const names = namesIn.get(text);
  const pick = (from) => Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]]));
  const used = pick(scope);
  for (const input of ["case", "plan", "session"]) if (used[input]) used[input] = pick(used[input]);
  return once("expression", text, used, evaluate);
}

function inTable(table, scope) {
  const asked = table.input.map((input) => expression(input.inputExpression.text, scope));
  const key = `${table.id}\u0000${JSON.stringify(asked)}`;
  if (!known.has(key)) known.set(key, hits(table, asked));
  return known.get(key);
}

function hits(table, asked) {
  const held = [];
  for (const rule of table.rule) {
    if (!rule.inputEntry.every((cell, at) => once("test", cell.text, { "?": asked[at] }, unaryTest) === true)) continue;
    const values = rule.outputEntry.map((entry) => expression(entry.text, {}));
    held.push(values.length === 1 ? values[0] : Object.fromEntries(values.map((value, at) => [table.output[at].name, value])));
    if (table.hitPolicy === "FIRST") return held[0];
  }
  if (table.hitPolicy === "FIRST") return null;
  if (table.hitPolicy === "RULE ORDER") return held;
  throw new Error(`no such hit policy here: ${table.hitPolicy}`);
}

function inContext(context, outer) {
  const scope = { ...outer };
  for (const entry of context.contextEntry) {
    const value = expression(entry.value.text, scope);
    if (!entry.variable) return value;
    scope[entry.variable.name] = value;
  }
  throw new Error("a context without a result");
}

function decide(decision, given) {
  const scope = {};
  for (const { requiredInput, requiredDecision } of decision.informationRequirement) {
    const needed = elementsById[(requiredInput ?? requiredDecision).href.slice(1)];
    scope[needed.name] = requiredInput ? given[needed.name] : decide(needed, given);
  }
  const logic = decision.decisionLogic;
  return logic.$type === "dmn:DecisionTable" ? inTable(logic, scope) : inContext(logic, scope);
}

for await (const line of createInterface({ input: process.stdin })) {
  const { decision, given } = JSON.parse(line);
  console.log(JSON.stringify(decide(decisions[decision], given)));
}
