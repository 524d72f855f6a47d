/** Hand-turned time, sockets and answers for the tests of core. */

import type { Clock } from "../src/core/clock.ts";
import type { WebSocketLike } from "../src/core/socket.ts";
import type { Event, GrantInfo, ParticipantInfo, RequestInfo, SessionSnapshot } from "../src/protocol/generated.ts";

interface Timer {
  at: number;
  readonly every: number | null;
  readonly run: () => void;
}

export class FakeClock implements Clock {
  #now = Date.parse("2026-11-23T10:00:00Z");
  #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    return this.#add({ at: this.#now + ms, every: null, run });
  }

  every(ms: number, run: () => void): () => void {
    return this.#add({ at: this.#now + ms, every: ms, run });
  }

  random(): number {
    return 0.5;
  }

  get pending(): number {
    return this.#timers.size;
  }

  /** Let time pass, running what falls due in order, with promises settled in between. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const due = [...this.#timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#now = Math.max(this.#now, due.at);
      if (due.every === null) this.#timers.delete(due);
      else due.at += due.every;
      due.run();
    }
    this.#now = end;
    await settle();
  }

  #add(timer: Timer): () => void {
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }
}

export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

export class FakeSocket implements WebSocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: ((event: { readonly code: number }) => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];
  closed = false;

  constructor(readonly url: string) {}

  send(data: string): void {
    this.sent.push(JSON.parse(data) as Record<string, unknown>);
  }

  close(): void {
    this.closed = true;
  }

  receive(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  welcome(seq = 0, endpoint = "endpoint-mine"): void {
    this.onopen?.();
    this.receive({ type: "welcome", endpoint, seq, heartbeat_seconds: 5 });
  }
}

export const AT = "2026-11-23T10:00:00Z";

export function person(change: Partial<ParticipantInfo> = {}): ParticipantInfo {
  return {
    id: "customer",
    role: "primary_customer",
    state: "joined",
    name: "Hannah Lindqvist",
    language: "en",
    match_number: null,
    joined_at: AT,
    endpoints: [{ id: "endpoint-mine", kind: "browser", connected: true, label: "" }],
    ...change,
  };
}

export function csr(change: Partial<ParticipantInfo> = {}): ParticipantInfo {
  const endpoints = [{ id: "endpoint-csr", kind: "browser" as const, connected: true, label: "" }];
  return person({ id: "csr", role: "primary_csr", name: "Daniel Okafor", endpoints, ...change });
}

export function snapshot(change: Partial<SessionSnapshot> = {}): SessionSnapshot {
  return {
    id: "session",
    seq: 0,
    state: "active",
    session_type: "Support",
    site: { name: "Aozora", host: "localhost", verified: true, accent: "#0F5F73", default_language: "en", welcome: "" },
    me: "customer",
    number: null,
    number_expires_at: null,
    tracking: {},
    customer_language: "en",
    created_at: AT,
    activated_at: AT,
    suspended_until: null,
    idle_ends_at: null,
    ended_at: null,
    end_reason: null,
    participants: [csr(), person()],
    calls: [],
    transfer: null,
    requests: [],
    grants: [],
    rests: [],
    options: { quality: "auto" },
    messages: [],
    note: null,
    now: AT,
    ...change,
  };
}

export function request(change: Partial<RequestInfo> = {}): RequestInfo {
  return {
    id: "request",
    capability: "screen.view.desktop",
    scope: { monitors: [], applications: [] },
    state: "requested",
    requester: "csr",
    grantor: "customer",
    operator: "csr",
    source: null,
    accepted_at: null,
    via: "browser",
    made_at: AT,
    expires_at: "2026-11-23T10:01:00Z",
    ...change,
  };
}

export function grant(change: Partial<GrantInfo> = {}): GrantInfo {
  return {
    id: "grant",
    request: "request",
    capability: "screen.view.desktop",
    scope: { monitors: [], applications: [] },
    state: "active",
    holder: "csr",
    owner: "customer",
    endpoint: "endpoint-mine",
    epoch: 1,
    granted_at: AT,
    not_after: null,
    ...change,
  };
}

type Body<T extends Event["type"]> = Omit<Extract<Event, { type: T }>, "type" | "session" | "seq" | "at" | "actor" | "hash">;

/** One event of the log. */
export function event<T extends Event["type"]>(seq: number, type: T, body: Body<T>): Extract<Event, { type: T }> {
  const actor = { kind: "system", participant: null, name: "" };
  return { type, session: "session", seq, at: AT, actor, hash: "0".repeat(64), ...body } as unknown as Extract<Event, { type: T }>;
}
