import path from "node:path";

import { describe, expect, it } from "vitest";

import { AREAS, areaOf, FRONTEND, readCatalogs, readPo } from "../tools/catalog.js";
import { formatPo, keyOf, parsePo } from "../tools/po.js";
import { messagesOf, sourcesUnder } from "../tools/scan.js";

const found = sourcesUnder(path.join(FRONTEND, "src")).flatMap(messagesOf);
const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

describe("every sentence of the pages", () => {
  it("exists in Japanese", () => {
    const japanese = readCatalogs("ja");
    const missing = found.filter((message) => !japanese[areaOf(message.file)].get(keyOf(message))?.text[0]);
    expect(missing.map((message) => `${path.relative(FRONTEND, message.file)}:${message.line} ${message.id}`)).toEqual([]);
  });

  it("exists in the English catalog, in singular and plural where it counts", () => {
    const english = readCatalogs("en");
    for (const message of found) {
      const expected = message.plural === "" ? [message.id] : [message.id, message.plural];
      expect(english[areaOf(message.file)].get(keyOf(message))?.text, message.id).toEqual(expected);
    }
  });

  it("keeps its placeholders in Japanese", () => {
    for (const entry of AREAS.flatMap((area) => readPo("ja", area))) {
      const allowed = new Set([...placeholders(entry.id), ...placeholders(entry.plural)]);
      for (const name of placeholders(entry.text[0] ?? "")) expect(allowed, entry.id).toContain(name);
    }
  });

  it("stands in no catalog after it has left the sources", () => {
    const used = new Set(found.map(keyOf));
    const stale = AREAS.flatMap((area) => readPo("ja", area)).filter((entry) => !used.has(keyOf(entry)));
    expect(stale.map((entry) => entry.id)).toEqual([]);
  });
});

describe("a PO file", () => {
  it("reads back as it was written", () => {
    const entries = [
      { context: "", id: 'Say "hi"\n{name}', plural: "", text: ["「{name}」"], refs: [] },
      { context: "verb", id: "Stop", plural: "", text: ["停止"], refs: [] },
      { context: "", id: "{n} file", plural: "{n} files", text: ["ファイル{n}件"], refs: [] },
    ];
    const again = parsePo(formatPo(entries, "ja"), "test");
    expect(new Map(again.map((entry) => [keyOf(entry), entry.text]))).toEqual(new Map(entries.map((entry) => [keyOf(entry), entry.text])));
  });

  it("of the console is the console's alone", () => {
    expect(areaOf(path.join(FRONTEND, "src/pages/console/main.tsx"))).toBe("console");
    expect(areaOf(path.join(FRONTEND, "src/core/viewer.ts"))).toBe("console");
    expect(areaOf(path.join(FRONTEND, "src/pages/join/main.ts"))).toBe("customer");
  });
});
