// @ts-check
/** Finds the words of people in the sources: every t(), tc(), tn() and tParts() call, by TypeScript's own parser. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import ts from "typescript";

/** @typedef {{context: string, id: string, plural: string, file: string, line: number}} Found */

const FUNCTIONS = new Set(["t", "tc", "tn", "tParts"]);

/** All TypeScript sources under a folder. @param {string} folder @returns {string[]} */
export function sourcesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile() && /(?<!\.d)\.tsx?$/.test(item.name))
    .map((item) => path.join(item.parentPath, item.name))
    .sort();
}

/** @param {string} file */
function parse(file) {
  const kind = file.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  return ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true, kind);
}

/**
 * The messages of one file. A message that is not a plain string cannot be translated, and is an error.
 * @param {string} file
 * @returns {Found[]}
 */
export function messagesOf(file) {
  if (file.endsWith(path.join("core", "i18n.ts"))) return [];
  const source = parse(file);
  /** @type {Found[]} */
  const found = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && FUNCTIONS.has(node.expression.text)) {
      found.push(messageOf(node, node.expression.text, source));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/**
 * @param {ts.CallExpression} call
 * @param {string} name
 * @param {ts.SourceFile} source
 * @returns {Found}
 */
function messageOf(call, name, source) {
  const line = source.getLineAndCharacterOfPosition(call.getStart()).line + 1;
  /** @param {number} index */
  const text = (index) => {
    const argument = call.arguments[index];
    if (argument === undefined || !ts.isStringLiteralLike(argument)) {
      throw new Error(`${source.fileName}:${line}: ${name}() needs a plain string`);
    }
    return argument.text;
  };
  const place = { file: source.fileName, line };
  if (name === "tc") return { context: text(0), id: text(1), plural: "", ...place };
  return { context: "", id: text(0), plural: name === "tn" ? text(1) : "", ...place };
}

/**
 * A page's entry and all that it imports, also later, by relative path.
 * @param {string} entry
 * @returns {Set<string>}
 */
export function sourcesFrom(entry) {
  const seen = new Set([entry]);
  for (const file of seen) {
    const source = parse(file);
    for (const { fileName } of ts.preProcessFile(source.text, true, true).importedFiles) {
      const target = fileName.startsWith(".") ? resolveSource(path.resolve(path.dirname(file), fileName)) : null;
      if (target !== null) seen.add(target);
    }
  }
  return seen;
}

/** @param {string} target @returns {string | null} */
function resolveSource(target) {
  const bare = target.replace(/\.jsx?$/, "");
  const candidates = [target, `${bare}.ts`, `${bare}.tsx`, path.join(bare, "index.ts")];
  return candidates.find((file) => /\.tsx?$/.test(file) && existsSync(file)) ?? null;
}
