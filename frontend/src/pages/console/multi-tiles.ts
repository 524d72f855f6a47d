/** Which customers stand on the stages, and in which order the list names them. Pure. */
import { isCsr, participant } from "../../core/store.ts";
import type { SessionSnapshot } from "../../protocol/generated.ts";

export type Layout = 1 | 2 | 4;

/**
 * Return the sessions on the stages, at most `count`. Who stands somewhere stays there; the chosen one is always among
 * them, in place of the one that was chosen longest ago; free places go to the next live session.
 *
 * `recent`: sessions by when they were last chosen, the latest first.
 */
export function placeTiles(shown: readonly string[], live: readonly string[], chosen: string | null, recent: readonly string[], count: Layout): string[] {
  const tiles = shown.filter((id) => live.includes(id) || id === chosen);
  const age = (id: string): number => (id === chosen ? -1 : recent.includes(id) ? recent.indexOf(id) : recent.length);
  const oldest = (): number => tiles.reduce((found, id, at) => (age(id) >= age(tiles[found] ?? "") ? at : found), 0);
  while (tiles.length > count) tiles.splice(oldest(), 1);
  if (chosen !== null && !tiles.includes(chosen)) {
    if (tiles.length < count) tiles.push(chosen);
    else tiles[oldest()] = chosen;
  }
  for (const id of live) if (tiles.length < count && !tiles.includes(id)) tiles.push(id);
  return tiles;
}

/** Since when a customer's message waits for an answer, in ms of the server's clock; null while none does. */
export function unansweredSince(snapshot: SessionSnapshot): number | null {
  let since: number | null = null;
  for (const message of snapshot.messages) {
    if (message.audience === "csrs") continue;
    const author = participant(snapshot, message.participant);
    if (!author) continue;
    if (isCsr(author)) since = null;
    else since ??= Date.parse(message.at);
  }
  return since;
}

export interface Ranked {
  readonly id: string;
  readonly active: boolean;
  readonly since: number | null;
  readonly place: number;
}

/** Active first, then the one that waits longest for an answer, then by letter. */
export function byUrgency(a: Ranked, b: Ranked): number {
  if (a.active !== b.active) return a.active ? -1 : 1;
  const [one, other] = [a.since ?? Infinity, b.since ?? Infinity];
  return one === other ? a.place - b.place : one - other;
}

/** Return `order` as it stood in `before`: nothing moves away under the pointer. New ones come last. */
export function heldOrder(before: readonly string[], order: readonly string[]): string[] {
  const still = before.filter((id) => order.includes(id));
  return [...still, ...order.filter((id) => !still.includes(id))];
}
