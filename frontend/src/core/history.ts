/** What became of requests and grants, as the log tells it: the snapshot holds only what is open now. */

import { signal, type ReadonlySignal } from "@preact/signals";

import type { Event, GrantInfo, RequestInfo, ScreenshotInfo, SharingQuality } from "../protocol/generated.ts";
import { type Pauses, pausedByOwner, pausesAfter } from "./pauses.ts";
import type { LiveSession } from "./session.ts";

export type Outcome = "accepted" | "granted" | "denied" | "expired" | "cancelled" | "stopped";

export interface Told {
  readonly seq: number;
  readonly at: string;
  readonly outcome: Outcome;
  readonly request: RequestInfo;
}

interface Dated {
  readonly seq: number;
  readonly at: string;
}

/** What happened beside requests. `grant` is missing where it began before what this reader may know. */
export type Fact = Dated &
  (
    | { readonly kind: "screenshot"; readonly screenshot: ScreenshotInfo; readonly grant: GrantInfo | undefined }
    | { readonly kind: "marked"; readonly participant: string; readonly grant: GrantInfo | undefined }
    | { readonly kind: "handed"; readonly what: "passed" | "offered" | "returned" | "requeued"; readonly name: string }
    | { readonly kind: "options"; readonly quality: SharingQuality; readonly by: string }
  );

type Part = Pick<LiveSession, "snapshot" | "commands" | "onEvent">;

export class History {
  readonly #told = signal<readonly Told[]>([]);
  readonly #managerSeen = signal(false);
  readonly #requests = new Map<string, RequestInfo>();
  readonly #ofGrant = new Map<string, string>();
  readonly #grants = new Map<string, GrantInfo>();
  readonly #facts = signal<readonly Fact[]>([]);
  readonly #pauses = signal<Pauses>(new Map());
  readonly #seen = new Set<number>();

  constructor(private readonly session: Part) {}

  /** Answers to requests and ends of grants, oldest first. */
  get told(): ReadonlySignal<readonly Told[]> {
    return this.#told;
  }

  /** Screenshots, marks and options, oldest first. */
  get facts(): ReadonlySignal<readonly Fact[]> {
    return this.#facts;
  }

  /** Whether the owner of a resting grant pressed Pause. */
  pausedByOwner(grant: string): boolean {
    return pausedByOwner(this.#pauses.value, grant);
  }

  /** Whether a Support Manager of this reader was ever attached. */
  get managerSeen(): ReadonlySignal<boolean> {
    return this.#managerSeen;
  }

  /** Follow the session, and read what happened before this page was loaded. */
  start(): () => void {
    const until = this.session.snapshot.peek().seq;
    void this.#readBack(until);
    return this.session.onEvent((event) => this.take(event));
  }

  take(event: Event): void {
    if (this.#seen.has(event.seq)) return;
    this.#seen.add(event.seq);
    this.#pauses.value = pausesAfter(this.#pauses.peek(), event);
    switch (event.type) {
      case "endpoint.connected":
        if (event.endpoint.kind === "support_manager" && event.participant === this.session.snapshot.peek().me) this.#managerSeen.value = true;
        return;
      case "request.made":
      case "request.routed":
        this.#requests.set(event.request.id, event.request);
        return;
      case "request.accepted":
        this.#requests.set(event.request.id, event.request);
        this.#tell(event, event.request.id, "accepted");
        return;
      case "request.granted":
        this.#ofGrant.set(event.grant.id, event.request);
        this.#grants.set(event.grant.id, event.grant);
        this.#tell(event, event.request, "granted");
        return;
      case "request.denied":
        this.#tell(event, event.request, "denied");
        return;
      case "request.expired":
        this.#tell(event, event.request, "expired");
        return;
      case "request.cancelled":
        this.#tell(event, event.request, "cancelled");
        return;
      case "grant.stopped":
        this.#tell(event, this.#ofGrant.get(event.grant) ?? "", "stopped");
        return;
      case "screenshot.taken":
        this.#note({ ...dated(event), kind: "screenshot", screenshot: event.screenshot, grant: this.#grants.get(event.screenshot.grant) });
        return;
      case "grant.marked":
        this.#note({ ...dated(event), kind: "marked", participant: event.participant, grant: this.#grants.get(event.grant) });
        return;
      case "options.changed":
        this.#note({ ...dated(event), kind: "options", quality: event.options.quality, by: event.actor.name });
        return;
      case "control.passed":
        this.#note({ ...dated(event), kind: "handed", what: "passed", name: this.#nameOf(event.taker) });
        return;
      case "transfer.started":
        this.#note({ ...dated(event), kind: "handed", what: "offered", name: event.transfer.target });
        return;
      case "transfer.ended":
        if (event.outcome === "returned" || event.outcome === "cancelled") this.#note({ ...dated(event), kind: "handed", what: "returned", name: event.actor.name });
        return;
      case "session.requeued":
        this.#note({ ...dated(event), kind: "handed", what: "requeued", name: event.queue });
        return;
      default:
        return;
    }
  }

  #nameOf(id: string): string {
    return this.session.snapshot.peek().participants.find((person) => person.id === id)?.name ?? "";
  }

  #note(fact: Fact): void {
    this.#facts.value = [...this.#facts.peek(), fact].sort((a, b) => a.seq - b.seq);
  }

  #tell(event: Event, requestId: string, outcome: Outcome): void {
    const request = this.#requests.get(requestId);
    if (request === undefined) return;
    const told = [...this.#told.peek(), { seq: event.seq, at: event.at, outcome, request }];
    this.#told.value = told.sort((a, b) => a.seq - b.seq);
  }

  /** The past is a comfort: without it the conversation only lacks the lines of requests that were answered before. */
  async #readBack(until: number): Promise<void> {
    try {
      for (let after = 0; after < until; ) {
        const page = await this.session.commands.events(after);
        for (const event of page.events) this.take(event);
        const last = page.events.at(-1)?.seq;
        if (last === undefined) return;
        after = last;
      }
    } catch (error) {
      console.warn("could not read what happened before", error);
    }
  }
}

function dated(event: Event): Dated {
  return { seq: event.seq, at: event.at };
}
