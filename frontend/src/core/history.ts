/** What became of requests and grants, as the log tells it: the snapshot holds only what is open now. */

import { signal, type ReadonlySignal } from "@preact/signals";

import type { Event, RequestInfo } from "../protocol/generated.ts";
import type { LiveSession } from "./session.ts";

export type Outcome = "granted" | "denied" | "expired" | "cancelled" | "stopped";

export interface Told {
  readonly seq: number;
  readonly at: string;
  readonly outcome: Outcome;
  readonly request: RequestInfo;
}

type Part = Pick<LiveSession, "snapshot" | "commands" | "onEvent">;

export class History {
  readonly #told = signal<readonly Told[]>([]);
  readonly #managerSeen = signal(false);
  readonly #requests = new Map<string, RequestInfo>();
  readonly #ofGrant = new Map<string, string>();
  readonly #seen = new Set<number>();

  constructor(private readonly session: Part) {}

  /** Answers to requests and ends of grants, oldest first. */
  get told(): ReadonlySignal<readonly Told[]> {
    return this.#told;
  }

  /** Whether a Support Manager was ever attached. */
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
    switch (event.type) {
      case "endpoint.connected":
        if (event.endpoint.kind === "support_manager") this.#managerSeen.value = true;
        return;
      case "request.made":
      case "request.routed":
        this.#requests.set(event.request.id, event.request);
        return;
      case "request.granted":
        this.#ofGrant.set(event.grant.id, event.request);
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
      default:
        return;
    }
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
