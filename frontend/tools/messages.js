// @ts-check
/** `npm run messages`: brings the PO files up to date with the sources. Translations stay; words that no source of an area uses leave its file. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { AREAS, areaOf, FRONTEND, LANGUAGES, poFile, readCatalogs } from "./catalog.js";
import { formatPo, keyOf } from "./po.js";
import { messagesOf, sourcesUnder } from "./scan.js";

const found = sourcesUnder(path.join(FRONTEND, "src")).flatMap(messagesOf);
let missing = 0;
for (const language of LANGUAGES) {
  const before = readCatalogs(language);
  for (const area of AREAS) {
    /** @type {Map<string, import("./po.js").Entry>} */
    const entries = new Map();
    for (const message of found) {
      if (areaOf(message.file) !== area) continue;
      const own = language === "en" ? (message.plural === "" ? [message.id] : [message.id, message.plural]) : [""];
      const text = before[area].get(keyOf(message))?.text ?? own;
      if (text.some((form) => form === "")) {
        missing += 1;
        process.stdout.write(`${language}: not translated: ${message.id}\n`);
      }
      entries.set(keyOf(message), { ...message, text, refs: [] });
    }
    mkdirSync(path.dirname(poFile(language, area)), { recursive: true });
    writeFileSync(poFile(language, area), formatPo([...entries.values()], language));
  }
}
process.exitCode = missing > 0 ? 1 : 0;
