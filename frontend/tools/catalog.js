// @ts-check
/** The translations on disk: `frontend/locale/LANGUAGE/{common,customer,console}.po`, read as one catalog per language. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

import { keyOf, parsePo } from "./po.js";
import { messagesOf, sourcesFrom } from "./scan.js";

export const FRONTEND = path.resolve(import.meta.dirname, "..");
export const AREAS = /** @type {const} */ (["common", "customer", "console"]);
export const LANGUAGES = /** @type {const} */ (["en", "ja"]);

/** @typedef {typeof AREAS[number]} Area */
/** @typedef {typeof LANGUAGES[number]} Language */

/** Which catalog a source's words belong to. @param {string} file @returns {Area} */
export function areaOf(file) {
  const relative = path.relative(path.join(FRONTEND, "src"), file).split(path.sep).join("/");
  if (relative.startsWith("pages/console/") || /^core\/(viewer|input)/.test(relative)) return "console";
  return relative.startsWith("pages/") ? "customer" : "common";
}

/** @param {Language} language @param {Area} area */
export function poFile(language, area) {
  return path.join(FRONTEND, "locale", language, `${area}.po`);
}

/** @param {Language} language @param {Area} area */
export function readPo(language, area) {
  const file = poFile(language, area);
  return existsSync(file) ? parsePo(readFileSync(file, "utf8"), file) : [];
}

/**
 * All translations of a language. The same words in two files must say the same.
 * @param {Language} language
 */
export function readCatalog(language) {
  /** @type {Map<string, import("./po.js").Entry>} */
  const all = new Map();
  for (const area of AREAS) {
    for (const entry of readPo(language, area)) {
      const before = all.get(keyOf(entry));
      if (before !== undefined && before.text.join() !== entry.text.join() && before.text[0] && entry.text[0]) {
        throw new Error(`${language}/${area}.po translates ${JSON.stringify(entry.id)} in a second way`);
      }
      if (before === undefined || !before.text[0]) all.set(keyOf(entry), entry);
    }
  }
  return all;
}

/**
 * What one page needs in one language: only its own words, and only where they differ from the English in the source.
 * @param {string} page
 * @param {Language} language
 * @returns {Record<string, string | string[]>}
 */
export function pageCatalog(page, language) {
  const folder = path.join(FRONTEND, "src", "pages", page);
  const entry = ["main.tsx", "main.ts"].map((name) => path.join(folder, name)).find(existsSync);
  if (entry === undefined) throw new Error(`page ${page} has no main.ts`);
  const catalog = readCatalog(language);
  /** @type {Record<string, string | string[]>} */
  const result = {};
  for (const file of sourcesFrom(entry)) {
    for (const found of messagesOf(file)) {
      const translated = catalog.get(keyOf(found));
      if (translated === undefined || translated.text.every((text) => text === "")) continue;
      const text = found.plural === "" ? (translated.text[0] ?? "") : translated.text;
      if (text !== found.id) result[keyOf(found)] = text;
    }
  }
  return result;
}
