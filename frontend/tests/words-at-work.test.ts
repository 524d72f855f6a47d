import { afterEach, describe, expect, it } from "vitest";

import { digitsOf, formatTyped } from "../src/core/digits.ts";
import { formatCountdown, formatNumber, setCatalog, t, tc, tn, tParts } from "../src/core/i18n.ts";
import { initials, pieces } from "../src/ui/text.tsx";

afterEach(() => setCatalog("en", {}));

describe("words", () => {
  it("come from the catalog, and from the source where it has none", () => {
    setCatalog("ja", { "{name} helps you": "{name}がご案内中", "verb\u0004Stop": "止める", "{n} file": ["ファイル{n}件"] });
    expect(t("{name} helps you", { name: "佐藤" })).toBe("佐藤がご案内中");
    expect(t("Deny")).toBe("Deny");
    expect(tc("verb", "Stop")).toBe("止める");
    expect(tn("{n} file", "{n} files", 3)).toBe("ファイル3件");
    setCatalog("en", {});
    expect(tn("{n} file", "{n} files", 1)).toBe("1 file");
    expect(tn("{n} file", "{n} files", 3)).toBe("3 files");
  });

  it("keep what a person wrote as it is", () => {
    expect(t("{name} helps you", { name: "{time} $& <b>" })).toBe("{time} $& <b> helps you");
  });

  it("can hold elements where their language wants them", () => {
    setCatalog("ja", { "No answer in {time} counts as Deny": "残り{time} 回答がない場合は「拒否」になります" });
    expect(tParts("No answer in {time} counts as Deny", { time: 42 })).toEqual(["残り", 42, " 回答がない場合は「拒否」になります"]);
  });

  it("count time down to zero and not below", () => {
    expect([42, 61, 3_723, 0.2, -5].map(formatCountdown)).toEqual(["0:42", "1:01", "1:02:03", "0:01", "0:00"]);
  });
});

describe("a support number", () => {
  it("is read from any form", () => {
    for (const text of ["123456789", "123-456-789", " 123 456 789 ", "１２３－４５６－７８９", "No: 123.456.789", "١٢٣٤٥٦٧٨٩", "१२३४५६७८९"]) {
      expect(digitsOf(text), text).toBe("123456789");
    }
    expect(digitsOf("abc")).toBe("");
  });

  it("gets its hyphens, and keeps the caret beside the digit that was typed", () => {
    expect(formatNumber("123456789")).toBe("123-456-789");
    expect(formatTyped("1234", 4)).toEqual({ text: "123-4", caret: 5 });
    expect(formatTyped("123-9456", 5)).toEqual({ text: "123-945-6", caret: 5 });
    expect(formatTyped("12345678901", 11)).toEqual({ text: "123-456-789", caret: 11 });
    expect(formatTyped("１２３４", 4)).toEqual({ text: "123-4", caret: 5 });
  });
});

describe("text of other people", () => {
  it("becomes links only where it is an http address, without the sentence's full stop", () => {
    expect(pieces("See https://example.com/a?b=1, please.")).toEqual([
      { text: "See ", href: null },
      { text: "https://example.com/a?b=1", href: "https://example.com/a?b=1" },
      { text: ",", href: null },
      { text: " please.", href: null },
    ]);
    expect(pieces("javascript:alert(1) data:text/html,x").every((piece) => piece.href === null)).toBe(true);
    expect(pieces('<img src=x onerror="x">').map((piece) => piece.text).join("")).toBe('<img src=x onerror="x">');
  });

  it("gives initials in any script", () => {
    expect(["Daniel Okafor", "佐藤 大輔", "Cher", "", "Ángela Ruiz Soto"].map(initials)).toEqual(["DO", "佐", "C", "?", "ÁS"]);
  });
});
