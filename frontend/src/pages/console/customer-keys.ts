/** A letter and a colour for each customer, the same in every style and after a reload, so that nobody is mixed up. Pure. */
import type { SessionRow } from "./types.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** As many as there are tokens cust-a … cust-f; with more customers a colour comes twice, a letter never. */
const COLOURS = "abcdef";

/** Place of each session, from 0. */
export type KeyPlaces = Readonly<Record<string, number>>;

export interface CustomerKey {
  readonly letter: string;
  /** Class that sets the colour `--k`. */
  readonly kind: string;
  readonly place: number;
}

/** Return the places of the live sessions: those that have one keep it, new ones take the first that are free, oldest first. */
export function assignPlaces(kept: KeyPlaces, rows: readonly Pick<SessionRow, "id" | "created_at">[]): KeyPlaces {
  const places: Record<string, number> = {};
  const taken = new Set<number>();
  for (const { id } of rows) {
    const place = kept[id];
    if (place === undefined || taken.has(place)) continue;
    places[id] = place;
    taken.add(place);
  }
  const fresh = rows.filter(({ id }) => places[id] === undefined).sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
  for (const { id } of fresh) {
    let place = 0;
    while (taken.has(place)) place += 1;
    places[id] = place;
    taken.add(place);
  }
  return places;
}

export function keyAt(place: number): CustomerKey {
  const letter = LETTERS[place % LETTERS.length] ?? "?";
  return { letter, kind: `k-${COLOURS[place % COLOURS.length] ?? "a"}`, place };
}

/** Reads places that were kept as text; anything else counts as none. */
export function parsePlaces(text: string | null): KeyPlaces {
  try {
    const found: unknown = JSON.parse(text ?? "{}");
    if (typeof found !== "object" || found === null) return {};
    return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, number] => Number.isInteger(entry[1]) && Number(entry[1]) >= 0));
  } catch {
    return {};
  }
}
