/**
 * Words for people. `t("English", {name})` looks the English sentence up in the catalog of the page's language.
 * Call it while rendering, never when a module loads: the catalog comes first, by `startLanguage`.
 */

export type Language = "en" | "ja";
export type Catalog = Readonly<Record<string, string | readonly string[]>>;
export type CatalogLoaders = Readonly<Record<Language, () => Promise<{ default: Catalog }>>>;
export type Params = Readonly<Record<string, string | number>>;

const CONTEXT = "\u0004";

let catalog: Catalog = {};
let current: Language = "en";

/** Load the page's catalog and make it the one that `t` reads. */
export async function startLanguage(language: Language, loaders: CatalogLoaders): Promise<void> {
  const loaded = await loaders[language]();
  setCatalog(language, loaded.default);
}

export function setCatalog(language: Language, entries: Catalog): void {
  current = language;
  catalog = entries;
}

export function language(): Language {
  return current;
}

/** Any language tag to one that we have. */
export function languageFrom(tag: string): Language {
  return tag.toLowerCase().startsWith("ja") ? "ja" : "en";
}

function fill(message: string, params: Params | undefined): string {
  if (params === undefined) return message;
  return message.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    return value === undefined ? whole : String(value);
  });
}

function lookUp(key: string): string | undefined {
  const found = catalog[key];
  if (typeof found === "string") return found === "" ? undefined : found;
  return found?.[0];
}

/** The sentence in the page's language, with `{name}` replaced. */
export function t(message: string, params?: Params): string {
  return fill(lookUp(message) ?? message, params);
}

/** Like `t`, for a word that means different things in different places. */
export function tc(context: string, message: string, params?: Params): string {
  return fill(lookUp(context + CONTEXT + message) ?? message, params);
}

/** The sentence for a number of things; `{n}` is filled in. */
export function tn(singular: string, plural: string, n: number, params?: Params): string {
  const found = catalog[singular];
  const form = current === "ja" || n === 1 ? 0 : 1;
  const message = Array.isArray(found) ? (found as readonly string[])[form] : undefined;
  return fill(message ?? (n === 1 ? singular : plural), { n, ...params });
}

/** The sentence cut at its placeholders, so that a page can put elements there: `["No answer in ", <b/>, "…"]`. */
export function tParts<T>(message: string, params: Readonly<Record<string, T>>): (string | T)[] {
  const pieces = (lookUp(message) ?? message).split(/(\{\w+\})/);
  return pieces.flatMap((piece): (string | T)[] => {
    if (piece === "") return [];
    const value = /^\{\w+\}$/.test(piece) ? params[piece.slice(1, -1)] : undefined;
    return [value ?? piece];
  });
}

function locale(): string {
  return current === "ja" ? "ja-JP" : "en-GB";
}

/** "10:32" of an ISO time, in the reader's zone. */
export function formatTime(iso: string): string {
  return new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit", hour12: false }).format(new Date(iso));
}

/** "23 Nov 2026" of an ISO time. */
export function formatDate(iso: string): string {
  return new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short", year: "numeric" }).format(new Date(iso));
}

/** Seconds as "0:42" or "1:02:03"; never negative. */
export function formatCountdown(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** "123456789" as "123-456-789"; anything shorter gets as many hyphens as it needs. */
export function formatNumber(digits: string): string {
  return digits.replace(/(\d{3})(?=\d)/g, "$1-");
}
