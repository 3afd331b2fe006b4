// Compiles each JSON Schema that is named (draft 2020-12) with everything strict, and validates the documents that stand in FILE.jsonl beside
// FILE.schema.json. Prints a line for each fault; nothing where there is none.
import { existsSync, readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";

for (const path of process.argv.slice(2)) {
  const day = /^\d{4}-\d{2}-\d{2}$/;
  const ajv = new Ajv2020({ strict: true, allErrors: true, formats: { date: day, "date-time": /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}/ } });
  try {
    const valid = ajv.compile(JSON.parse(readFileSync(path, "utf8")));
    const documents = path.replace(".schema.json", ".jsonl");
    const lines = existsSync(documents) ? readFileSync(documents, "utf8").split("\n").filter(Boolean) : [];
    for (const line of lines) {
      if (!valid(JSON.parse(line))) console.log(`${documents}: ${ajv.errorsText(valid.errors)}: ${line.slice(0, 200)}`);
    }
  } catch (error) {
    console.log(`${path}: ${error.message}`);
  }
}
