/**
 * Marks on a browser's shared picture: a viewer's pointer or drawing gets its author's name and colour and goes to every
 * viewer. Nothing that a viewer writes about authors is believed. Pure.
 */

import { MARK_SECONDS, type Mark, type MarksCleared } from "../protocol/generated.ts";

export type MarkMessage = Mark | MarksCleared;

export interface MarkPorts {
  /** To all viewers, and to the owner's own page. */
  tell(message: MarkMessage): void;
  /** First use of this participant. */
  first(participant: string): void;
  /** May clear what others drew: a CSR inside, as in the Support Manager. */
  clearsAll(participant: string): boolean;
  now(): number;
}

const COLOURS = ["a", "b", "c", "d", "e", "f"] as const;
const KINDS: readonly string[] = ["pointer", "pen", "arrow", "box"];
const MAX_POINTS = 200;
const MAX_PER_SECOND = 120;
const ID = /^[A-Za-z0-9_-]{8,40}$/;

/** Return the message if it is a well-formed mark, else null. */
export function markFrom(value: unknown): MarkMessage | null {
  if (typeof value !== "object" || value === null) return null;
  const fields = value as Partial<Record<string, unknown>>;
  if (fields["type"] === "marks_cleared") {
    const { participant } = fields;
    return { type: "marks_cleared", participant: typeof participant === "string" ? participant : null };
  }
  const { id, kind, points, done } = fields;
  if (fields["type"] !== "mark" || typeof id !== "string" || !ID.test(id) || !KINDS.includes(String(kind))) return null;
  if (!Array.isArray(points) || points.length === 0 || points.length > MAX_POINTS || !points.every(isPoint)) return null;
  return { type: "mark", id, kind: kind as Mark["kind"], points: points as Mark["points"], done: done === true, participant: null, colour: null };
}

function isPoint(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === "number" && one >= 0 && one <= 1);
}

export class MarkRelay {
  readonly #colours = new Map<string, (typeof COLOURS)[number]>();
  readonly #told = new Set<string>();
  readonly #counts = new Map<string, { second: number; count: number }>();
  /** Who a mark belongs to: nobody goes on with another's. */
  readonly #authors = new Map<string, { readonly participant: string; at: number }>();

  constructor(private readonly ports: MarkPorts) {}

  take(participant: string, message: MarkMessage): void {
    if (!this.#counted(participant)) return;
    if (message.type === "marks_cleared") {
      this.ports.tell({ type: "marks_cleared", participant: this.ports.clearsAll(participant) ? message.participant : participant });
      return;
    }
    const author = this.#authors.get(message.id);
    if (author !== undefined && author.participant !== participant) return;
    this.#authors.set(message.id, { participant, at: this.ports.now() });
    if (!this.#told.has(participant)) {
      this.#told.add(participant);
      this.ports.first(participant);
    }
    this.ports.tell({ ...message, participant, colour: this.#colour(participant) });
  }

  /** The report of a first use did not arrive: the next mark reports again. */
  untold(participant: string): void {
    this.#told.delete(participant);
  }

  /** A participant who left takes the marks along. */
  left(participant: string): void {
    if (this.#colours.has(participant)) this.ports.tell({ type: "marks_cleared", participant });
  }

  #colour(participant: string): (typeof COLOURS)[number] {
    const known = this.#colours.get(participant);
    if (known !== undefined) return known;
    const colour = COLOURS[this.#colours.size % COLOURS.length] ?? "a";
    this.#colours.set(participant, colour);
    return colour;
  }

  #counted(participant: string): boolean {
    const second = Math.floor(this.ports.now() / 1000);
    const before = this.#counts.get(participant);
    const count = before?.second === second ? before.count + 1 : 1;
    this.#counts.set(participant, { second, count });
    if (count === 1) this.#forget();
    return count <= MAX_PER_SECOND;
  }

  #forget(): void {
    const old = this.ports.now() - 2 * MARK_SECONDS * 1000;
    for (const [id, { at }] of this.#authors) if (at < old) this.#authors.delete(id);
  }
}
