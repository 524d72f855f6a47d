/** How people are called in sentences. Pure. */

import { language } from "./i18n.ts";

/** How somebody is spoken of: by first name in Latin script, by the whole name otherwise. */
export function shortName(name: string): string {
  return /^[\p{Script=Latin}]/u.test(name) ? (name.trim().split(/\s+/u)[0] ?? name) : name;
}

/** "Daniel and Yuki" in the reader's language. */
export function joinNames(names: readonly string[]): string {
  return new Intl.ListFormat(language(), { type: "conjunction" }).format(names);
}
