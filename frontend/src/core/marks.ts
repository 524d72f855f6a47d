/**
 * Pointers and drawings on a shared picture: what is to be drawn now, and what is sent of the own hand. The own strokes
 * are drawn at once; the source's echo only gives them their colour. Pure: time comes in as milliseconds.
 */
import { MARK_SECONDS, type Mark, type MarksCleared } from "../protocol/generated.ts";

export type MarkKind = Mark["kind"];
export type MarkColour = NonNullable<Mark["colour"]>;
export type MarkPoint = Mark["points"][number];

export interface DrawnMark {
  readonly id: string;
  readonly kind: MarkKind;
  readonly points: readonly MarkPoint[];
  /** Participant id; empty for the own hand before the source named it. */
  readonly author: string;
  readonly colour: MarkColour | null;
  readonly own: boolean;
  /** Opacity, 0..1. */
  readonly strength: number;
}

interface Kept {
  id: string;
  kind: MarkKind;
  points: MarkPoint[];
  author: string;
  colour: MarkColour | null;
  own: boolean;
  at: number;
}

const MARK_MS = MARK_SECONDS * 1000;
const POINTER_MS = 3000;
const FADE_MS = 1000;
const MAX_MARKS = 200;
const MAX_PEN_POINTS = 4000;
const MAX_POINTS_SENT = 200;
const SEND_EVERY_MS = 1000 / 60;

const lifeOf = (kind: MarkKind): number => (kind === "pointer" ? POINTER_MS : MARK_MS);

/** All marks on one picture. */
export class MarkBoard {
  #marks = new Map<string, Kept>();
  #me: string;

  constructor(me: string | null) {
    this.#me = me ?? "";
  }

  /** A message of the source. */
  apply(message: Mark | MarksCleared, now: number): void {
    if (message.type === "marks_cleared") this.#clear(message.participant);
    else this.#take(message, now);
  }

  /** The own hand, drawn before anybody answers. */
  echo(mark: Mark, now: number): void {
    this.#put({ ...mark, participant: this.#me }, true, now);
  }

  clearAll(): void {
    this.#marks.clear();
  }

  /** What is to be drawn at `now`, oldest first; faded marks are forgotten. */
  visible(now: number): DrawnMark[] {
    const drawn: DrawnMark[] = [];
    for (const [id, { at, ...mark }] of this.#marks) {
      const left = at + lifeOf(mark.kind) - now;
      if (left <= 0) this.#marks.delete(id);
      else drawn.push({ ...mark, strength: Math.min(1, left / FADE_MS) });
    }
    return drawn;
  }

  #take(mark: Mark, now: number): void {
    const known = this.#marks.get(mark.id);
    if (known?.own) {
      // The own stroke is ahead of its echo: only the colour is news, and its fading starts anew.
      known.colour = mark.colour;
      known.at = now;
      if (mark.done && mark.kind === "pointer") this.#marks.delete(mark.id);
    } else this.#put(mark, false, now);
  }

  #put(mark: Mark, own: boolean, now: number): void {
    const author = mark.participant ?? "";
    if (mark.kind === "pointer") {
      // One pointer for each hand.
      for (const [id, other] of this.#marks) if (other.kind === "pointer" && other.author === author && id !== mark.id) this.#marks.delete(id);
      if (mark.done) {
        this.#marks.delete(mark.id);
        return;
      }
    }
    const known = this.#marks.get(mark.id);
    const points = mark.kind === "pen" && known ? [...known.points, ...mark.points].slice(0, MAX_PEN_POINTS) : mark.points;
    const colour = mark.colour ?? known?.colour ?? this.#colourOf(author);
    this.#marks.set(mark.id, { id: mark.id, kind: mark.kind, points, author, colour, own, at: now });
    if (this.#marks.size > MAX_MARKS) this.#marks.delete(this.#marks.keys().next().value ?? "");
  }

  /** An author keeps one colour: the one of the marks that are still there. */
  #colourOf(author: string): MarkColour | null {
    for (const mark of this.#marks.values()) if (mark.author === author && mark.colour !== null) return mark.colour;
    return null;
  }

  #clear(participant: string | null): void {
    for (const [id, mark] of this.#marks) if (participant === null || mark.author === participant) this.#marks.delete(id);
  }
}

export interface HandPorts {
  /** Sends to the source; false when it could not leave now. */
  send(message: Mark): boolean;
  /** Draws the own mark. */
  echo(message: Mark): void;
  newId(): string;
  now(): number;
  /** Runs once after `ms`; the answer cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** The own hand with one tool: gathers its moves so that at most 60 messages a second leave. */
export class MarkHand {
  #id: string | null = null;
  #kind: MarkKind = "pointer";
  #start: MarkPoint = [0, 0];
  #waiting: MarkPoint[] = [];
  #sentAt = -Infinity;
  #cancel: (() => void) | null = null;

  constructor(private readonly ports: HandPorts) {}

  get drawing(): boolean {
    return this.#id !== null;
  }

  begin(kind: MarkKind, point: MarkPoint): void {
    this.end();
    this.#id = this.ports.newId();
    this.#kind = kind;
    this.#start = point;
    this.#add(point);
  }

  move(point: MarkPoint): void {
    if (this.#id !== null) this.#add(point);
  }

  /** Lifts the pen; a pointer disappears. */
  end(): void {
    if (this.#id === null) return;
    this.#flush(true);
    this.#id = null;
    this.#waiting = [];
  }

  #add(point: MarkPoint): void {
    this.ports.echo(this.#message([point], false));
    this.#waiting.push(point);
    const wait = this.#sentAt + SEND_EVERY_MS - this.ports.now();
    if (wait <= 0) this.#flush(false);
    else this.#cancel ??= this.ports.after(wait, () => this.#flush(false));
  }

  #message(points: MarkPoint[], done: boolean): Mark {
    const last = points.at(-1) ?? this.#start;
    const shape = this.#kind === "pen" ? points : this.#kind === "pointer" ? [last] : [this.#start, last];
    return { type: "mark", id: this.#id ?? "", kind: this.#kind, points: shape, done, participant: null, colour: null };
  }

  #flush(done: boolean): void {
    this.#cancel?.();
    this.#cancel = null;
    const points = this.#waiting.splice(0);
    if (this.#id === null || (points.length === 0 && !done)) return;
    this.#sentAt = this.ports.now();
    const all = points.length === 0 ? [this.#last] : points;
    this.#last = all.at(-1) ?? this.#last;
    for (let from = 0; from < all.length; from += MAX_POINTS_SENT) {
      const part = all.slice(from, from + MAX_POINTS_SENT);
      this.ports.send(this.#message(part, done && from + MAX_POINTS_SENT >= all.length));
    }
    if (done && this.#kind === "pointer") this.ports.echo(this.#message(all, true));
  }

  #last: MarkPoint = [0, 0];
}
