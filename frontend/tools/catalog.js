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
 * Translations of a language as the sources of one area read them: their own first, then those of the other areas,
 * so that one area's words never stop another one's build.
 * @param {Language} language
 * @param {Area} area
 */
export function readCatalog(language, area) {
  /** @type {Map<string, import("./po.js").Entry>} */
  const all = new Map();
  for (const from of [area, ...AREAS.filter((other) => other !== area)]) {
    for (const entry of readPo(language, from)) {
      if (!all.get(keyOf(entry))?.text[0]) all.set(keyOf(entry), entry);
    }
  }
  return all;
}

/**
 * All areas' catalogs of a language.
 * @param {Language} language
 */
export function readCatalogs(language) {
  return { common: readCatalog(language, "common"), customer: readCatalog(language, "customer"), console: readCatalog(language, "console") };
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
  const catalogs = readCatalogs(language);
  /** @type {Record<string, string | string[]>} */
  const result = {};
  for (const file of sourcesFrom(entry)) {
    for (const found of messagesOf(file)) {
      const translated = catalogs[areaOf(file)].get(keyOf(found));
      if (translated === undefined || translated.text.every((text) => text === "")) continue;
      const text = found.plural === "" ? (translated.text[0] ?? "") : translated.text;
      if (text !== found.id) result[keyOf(found)] = text;
    }
  }
  return result;
}
