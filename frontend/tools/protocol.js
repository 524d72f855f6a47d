// @ts-check
/**
 * `npm run protocol`: TypeScript types of the realtime contract, from `python -m supportsite.protocol.dump`.
 * With `--check` nothing is written, and a difference is an error. PYTHON names the interpreter.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { compile } from "json-schema-to-typescript";

const ROOT = path.resolve(import.meta.dirname, "..", "..");
const OUT = path.join(ROOT, "frontend", "src", "protocol", "generated.ts");
const python = process.env.PYTHON ?? [path.join(ROOT, ".venv/bin/python"), "python3"].find((name) => !name.startsWith("/") || existsSync(name));

const dump = spawnSync(/** @type {string} */ (python), ["-m", "supportsite.protocol.dump"], {
  cwd: ROOT,
  encoding: "utf8",
  stdio: ["ignore", "pipe", "inherit"],
  maxBuffer: 16 * 1024 * 1024,
});
if (dump.status !== 0) process.exit(1);
const { constants, ...schema } = JSON.parse(dump.stdout);
/**
 * The generator does not know fixed lists (`prefixItems`): each becomes a tuple of numbers, the only kind there is.
 * @param {unknown} node
 */
function nameTuples(node) {
  if (typeof node !== "object" || node === null) return;
  if ("prefixItems" in node && Array.isArray(node.prefixItems)) Object.assign(node, { tsType: `[${node.prefixItems.map(() => "number").join(", ")}]` });
  for (const child of Object.values(node)) nameTuples(child);
}
nameTuples(schema);
const types = await compile(schema, "Protocol", {
  bannerComment: "/* Made by `npm run protocol` from supportsite/protocol; never edited by hand. */",
  additionalProperties: false,
  unreachableDefinitions: true,
  ignoreMinAndMaxItems: true,
  format: false,
});
const values = Object.entries(constants).map(([name, value]) => `export const ${name} = ${value};`);
// The root only holds the definitions together, and the generator's remarks on where each came from change for no reason.
const text = `${types
  .replace(/export interface Protocol \{\s*\}\n?/, "")
  .replace(/( \* *\n)? \* This interface was referenced by[^\n]*\n( \* via the `definition`[^\n]*\n)?/g, "")
  .replace(/\/\*\*\n \*\/\n/g, "")
  .replace(/\n{2,}/g, "\n")}\n${values.join("\n")}\n`;

if (!process.argv.includes("--check")) {
  writeFileSync(OUT, text);
} else if (!existsSync(OUT) || readFileSync(OUT, "utf8") !== text) {
  process.stderr.write("frontend/src/protocol/generated.ts is not what the contract says: run `npm run protocol`\n");
  process.exitCode = 1;
}
