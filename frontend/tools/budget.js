// @ts-check
/**
 * Fails the build when a customer's page grows: what its entry loads at once must stay within 60 kB, gzip. What the embed
 * widget loads on another site's page before anybody presses its button (script, button) must stay within 30 kB.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";

import { FRONTEND } from "./catalog.js";

const DIST = path.join(FRONTEND, "dist");
const LIMIT_BYTES = 60 * 1024;
const WIDGET_LIMIT_BYTES = 30 * 1024;
const PAGES = ["src/pages/join/main.ts", "src/pages/session/main.tsx", "src/pages/entry/main.tsx"];

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

/** @param {string} name @param {string[]} pages @param {string[]} more @param {number} limit */
function check(name, pages, more, limit) {
  /** @type {Set<string>} */
  const files = new Set(more);
  for (const page of pages) collect(page, files);
  const bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(path.join(DIST, file))).length, 0);
  process.stdout.write(`${name}: ${(bytes / 1024).toFixed(1)} kB gzip in ${files.size} files, limit ${limit / 1024} kB\n`);
  if (bytes > limit) process.exitCode = 1;
}

for (const page of PAGES) check(page, [page, "src/ui/base.css"], [], LIMIT_BYTES);
check("widget", ["src/pages/button/main.ts", "src/ui/base.css"], ["widget.js"], WIDGET_LIMIT_BYTES);
