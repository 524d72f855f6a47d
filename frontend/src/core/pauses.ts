/** Which resting grants their owner paused by hand: the snapshot tells only that a grant rests, the log tells why. */
import type { Event } from "../protocol/generated.ts";

/** By grant: the latest event that rested it, and whether its owner did. */
export type Pauses = ReadonlyMap<string, { readonly seq: number; readonly byOwner: boolean }>;

/** What is known after `event`. Events may come in any order, as when a page reads the log while new ones arrive. */
export function pausesAfter(known: Pauses, event: Event): Pauses {
  if (event.type !== "grant.suspended" && event.type !== "grant.resumed") return known;
  const { id } = event.grant;
  if ((known.get(id)?.seq ?? -1) >= event.seq) return known;
  return new Map(known).set(id, { seq: event.seq, byOwner: event.type === "grant.suspended" && event.cause === "owner_stop" });
}

/** Whether the owner of a resting grant pressed Pause; else the connection broke. */
export function pausedByOwner(known: Pauses, grant: string): boolean {
  return known.get(grant)?.byOwner ?? false;
}
