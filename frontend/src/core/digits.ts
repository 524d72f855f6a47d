/** Support numbers as people type and paste them. The server normalises again; this is only for the eyes. */

import { formatNumber } from "./i18n.ts";

export const NUMBER_DIGITS = 9;

/** The value of a decimal digit of any script: digits come in runs of ten, so ten steps back is no digit or the run before. */
function digitValue(character: string): string {
  let value = 0;
  for (let code = (character.codePointAt(0) ?? 0) - 1; value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code)); code -= 1) value += 1;
  return String(value);
}

/** Only the digits of a text, as 0-9: full-width, Arabic and other scripts' digits too. */
export function digitsOf(text: string): string {
  const plain = text.normalize("NFKC").match(/\p{Nd}/gu) ?? [];
  return plain.map((character) => (/[0-9]/.test(character) ? character : digitValue(character))).join("");
}

/** What the field shows for what was typed, and where the caret goes. */
export function formatTyped(text: string, caret: number): { readonly text: string; readonly caret: number } {
  const digits = digitsOf(text).slice(0, NUMBER_DIGITS);
  const formatted = formatNumber(digits);
  const before = digitsOf(text.slice(0, caret)).slice(0, NUMBER_DIGITS).length;
  let at = 0;
  for (let seen = 0; seen < before && at < formatted.length; at += 1) if (/[0-9]/.test(formatted[at] ?? "")) seen += 1;
  return { text: formatted, caret: at };
}
