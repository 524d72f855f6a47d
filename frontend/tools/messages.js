// @ts-check
/** `npm run messages`: brings the PO files up to date with the sources. Translations stay; words that no source uses go. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { AREAS, areaOf, FRONTEND, LANGUAGES, poFile, readCatalog } from "./catalog.js";
import { formatPo, keyOf } from "./po.js";
import { messagesOf, sourcesUnder } from "./scan.js";

const found = sourcesUnder(path.join(FRONTEND, "src")).flatMap(messagesOf);
let missing = 0;
for (const language of LANGUAGES) {
  const before = readCatalog(language);
  /** @type {Map<string, import("./catalog.js").Area>} */
  const place = new Map();
  for (const message of found) {
    const area = areaOf(message.file);
    const earlier = place.get(keyOf(message));
    // Words that two areas use belong to both of them, hence to the common file.
    place.set(keyOf(message), earlier === undefined || earlier === area ? area : "common");
  }
  for (const area of AREAS) {
    /** @type {Map<string, import("./po.js").Entry>} */
    const entries = new Map();
    for (const message of found) {
      if (place.get(keyOf(message)) !== area) continue;
      const own = language === "en" ? (message.plural === "" ? [message.id] : [message.id, message.plural]) : [""];
      const text = before.get(keyOf(message))?.text ?? own;
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
