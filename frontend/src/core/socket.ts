/**
 * The WebSocket of a session or of the console: ticket, hello, heartbeat, acknowledgement, and coming back after a loss.
 * One guarded function changes its phase. It keeps no events: what arrives goes to the handlers, in order of arrival.
 */

import {
  CLOSE_FORBIDDEN,
  CLOSE_NOT_FOUND,
  CLOSE_REPLACED,
  CLOSE_UNAUTHENTICATED,
  PROTOCOL_VERSION,
  type ClientFrame,
  type ServerFrame,
} from "../protocol/generated.ts";
import { ApiError } from "./api.ts";
import type { Clock } from "./clock.ts";
import type { SocketTicket } from "./rest.ts";

/** stopped: not wanted. connecting: ticket, opening, hello. live: welcomed. waiting: will try again. closed: will not. */
export type LinkPhase = "stopped" | "connecting" | "live" | "waiting" | "closed";

export interface LinkState {
  readonly phase: LinkPhase;
  /** Local time of the next attempt, while waiting. */
  readonly retryAt: number | null;
  /** Local time since which there is no link; null while live. */
  readonly lostAt: number | null;
  /** Close code (4401, 4403, 4404, 4409) once closed. */
  readonly code: number | null;
}

const ALLOWED: Readonly<Record<LinkPhase, readonly LinkPhase[]>> = {
  stopped: ["connecting"],
  connecting: ["live", "waiting", "closed", "stopped"],
  live: ["waiting", "closed", "stopped"],
  waiting: ["connecting", "stopped"],
  closed: ["connecting", "stopped"],
};

const FINAL_CODES: readonly number[] = [CLOSE_UNAUTHENTICATED, CLOSE_FORBIDDEN, CLOSE_NOT_FOUND, CLOSE_REPLACED];
const FINAL_STATUS: Readonly<Record<number, number>> = { 401: CLOSE_UNAUTHENTICATED, 403: CLOSE_FORBIDDEN, 404: CLOSE_NOT_FOUND };
const CONNECT_TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 250;
const QUICK_RETRY_MS = 2_000;
const SLOW_RETRY_MS = 30_000;
const QUICK_PERIOD_MS = 5 * 60_000;
const ACK_EVERY_EVENTS = 20;
/** Without a frame for this many heartbeats the link counts as lost. */
const SILENT_HEARTBEATS = 3;

/** The part of WebSocket that is used, so that tests bring their own. */
export interface WebSocketLike {
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number }) => void) | null;
  send(data: string): void;
  close(code?: number): void;
}

export interface SocketOptions {
  readonly clock: Clock;
  /** Ask for a one-use ticket; `endpoint` is the one of last time, or null. */
  readonly requestTicket: (endpoint: string | null) => Promise<SocketTicket>;
  readonly openSocket: (url: string) => WebSocketLike;
  /** Last `seq` that is processed: sent in hello, heartbeat and ack. */
  readonly lastSeq: () => number;
  readonly onFrame: (frame: ServerFrame) => void;
  readonly onState: (state: LinkState) => void;
  /** Keeps the endpoint id over a reload of this tab. */
  readonly endpointMemory: { get(): string | null; set(id: string | null): void };
}

/** How long to wait before attempt number `attempt` (from 0), `lostFor` ms after the loss. */
export function retryDelay(attempt: number, lostFor: number, random: number): number {
  const ceiling = lostFor < QUICK_PERIOD_MS ? QUICK_RETRY_MS : SLOW_RETRY_MS;
  const delay = Math.min(ceiling, FIRST_RETRY_MS * 2 ** Math.min(attempt, 20));
  return delay * (0.75 + 0.5 * random);
}

export class Socket {
  #state: LinkState = { phase: "stopped", retryAt: null, lostAt: null, code: null };
  #socket: WebSocketLike | null = null;
  #generation = 0;
  #attempt = 0;
  #timers: (() => void)[] = [];
  #lastHeard = 0;
  #unacknowledged = 0;

  constructor(private readonly options: SocketOptions) {}

  get state(): LinkState {
    return this.#state;
  }

  /** This tab's own endpoint id, once known. */
  get endpoint(): string | null {
    return this.options.endpointMemory.get();
  }

  /** Connect, and stay connected until the result is called. */
  start(): () => void {
    this.#connect();
    return () => this.#stop();
  }

  /** Try at once: the person pressed "Try now", or the network came back. */
  retryNow(): void {
    const { phase } = this.#state;
    if (phase !== "waiting" && phase !== "closed") return;
    this.#clearTimers();
    this.#connect();
  }

  /** Send a frame; false when there is no link (ephemeral frames are then lost). */
  send(frame: ClientFrame): boolean {
    if (this.#state.phase !== "live" || this.#socket === null) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #to(phase: LinkPhase, change: Partial<LinkState> = {}): void {
    if (!ALLOWED[this.#state.phase].includes(phase)) {
      throw new Error(`a link cannot go from ${this.#state.phase} to ${phase}`);
    }
    const lostAt = phase === "live" || phase === "stopped" ? null : (this.#state.lostAt ?? this.options.clock.now());
    this.#state = { phase, lostAt, retryAt: null, code: null, ...change };
    this.options.onState(this.#state);
  }

  #connect(): void {
    const generation = ++this.#generation;
    this.#to("connecting");
    this.#timers.push(this.options.clock.after(CONNECT_TIMEOUT_MS, () => this.#lost(generation, 0)));
    this.options.requestTicket(this.options.endpointMemory.get()).then(
      (ticket) => this.#open(generation, ticket),
      (error: unknown) => this.#refused(generation, error),
    );
  }

  #refused(generation: number, error: unknown): void {
    if (generation !== this.#generation) return;
    this.#lost(generation, error instanceof ApiError ? (FINAL_STATUS[error.status] ?? 0) : 0);
  }

  #open(generation: number, ticket: SocketTicket): void {
    if (generation !== this.#generation) return;
    this.options.endpointMemory.set(ticket.endpoint);
    const socket = this.options.openSocket(ticket.url);
    this.#socket = socket;
    socket.onopen = () => {
      const hello = { type: "hello", protocol: PROTOCOL_VERSION, ticket: ticket.ticket, after: this.options.lastSeq() } as const;
      socket.send(JSON.stringify(hello));
    };
    socket.onmessage = (event) => this.#received(generation, event.data);
    socket.onclose = (event) => this.#lost(generation, event.code);
  }

  #received(generation: number, data: unknown): void {
    if (generation !== this.#generation || typeof data !== "string") return;
    this.#lastHeard = this.options.clock.now();
    const frame = JSON.parse(data) as ServerFrame;
    if (frame.type === "welcome" && this.#state.phase === "connecting") this.#welcomed(generation, frame.heartbeat_seconds, frame.endpoint);
    this.options.onFrame(frame);
    // Answered here, not by a timer alone: a hidden page's timers run once a minute, its socket does not sleep.
    if (frame.type === "heartbeat") this.send({ type: "heartbeat", seq: this.options.lastSeq() });
    if (frame.type === "event" && ++this.#unacknowledged >= ACK_EVERY_EVENTS) {
      this.#unacknowledged = 0;
      this.send({ type: "ack", seq: this.options.lastSeq() });
    }
  }

  #welcomed(generation: number, heartbeatSeconds: number, endpoint: string | null): void {
    this.#clearTimers();
    this.#attempt = 0;
    this.#unacknowledged = 0;
    if (endpoint !== null) this.options.endpointMemory.set(endpoint);
    this.#to("live");
    const period = heartbeatSeconds * 1000;
    const beat = (): void => {
      if (this.options.clock.now() - this.#lastHeard > SILENT_HEARTBEATS * period) this.#lost(generation, 0);
      else this.send({ type: "heartbeat", seq: this.options.lastSeq() });
    };
    this.#timers.push(this.options.clock.every(period, beat));
  }

  #lost(generation: number, code: number): void {
    if (generation !== this.#generation) return;
    this.#generation += 1;
    this.#clearTimers();
    this.#drop();
    if (FINAL_CODES.includes(code)) {
      // The next try, if a person asks for it, is a new endpoint: the old one belongs to another tab or to nobody.
      if (code === CLOSE_REPLACED) this.options.endpointMemory.set(null);
      this.#to("closed", { code });
      return;
    }
    const now = this.options.clock.now();
    const delay = retryDelay(this.#attempt, now - (this.#state.lostAt ?? now), this.options.clock.random());
    this.#attempt += 1;
    this.#to("waiting", { retryAt: now + delay });
    this.#timers.push(this.options.clock.after(delay, () => this.#connect()));
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  #stop(): void {
    if (this.#state.phase === "stopped") return;
    this.#generation += 1;
    this.#clearTimers();
    this.#drop();
    this.#to("stopped");
  }

  #clearTimers(): void {
    for (const cancel of this.#timers.splice(0)) cancel();
  }
}
