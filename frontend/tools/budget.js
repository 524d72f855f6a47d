// @ts-check
/** Fails the build when a customer's page grows: what its entry loads at once must stay within 60 kB, gzip. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";

import { FRONTEND } from "./catalog.js";

const DIST = path.join(FRONTEND, "dist");
const LIMIT_BYTES = 60 * 1024;
const PAGES = ["src/pages/join/main.ts", "src/pages/session/main.tsx"];

/** @type {Record<string, {file: string, imports?: string[], css?: string[]}>} */
const manifest = JSON.parse(readFileSync(path.join(DIST, "manifest.json"), "utf8"));

/** @param {string} key @param {Set<string>} files */
function collect(key, files) {
  const chunk = manifest[key];
  if (chunk === undefined) throw new Error(`${key} is not in the manifest`);
  if (files.has(chunk.file)) return;
  for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
  for (const name of chunk.imports ?? []) collect(name, files);
}

for (const page of PAGES) {
  /** @type {Set<string>} */
  const files = new Set();
  collect(page, files);
  collect("src/ui/base.css", files);
  const bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(path.join(DIST, file))).length, 0);
  process.stdout.write(`${page}: ${(bytes / 1024).toFixed(1)} kB gzip in ${files.size} files, limit ${LIMIT_BYTES / 1024} kB\n`);
  if (bytes > LIMIT_BYTES) process.exitCode = 1;
}
