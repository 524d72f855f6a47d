/** A state that the server sends whole over a socket of its own, with its version and the server's time. */
import { signal } from "@preact/signals";

import type { Api } from "../../core/api.ts";
import { type Clock, ServerTime } from "../../core/clock.ts";
import { type LinkState, Socket, type WebSocketLike } from "../../core/socket.ts";
import type { ServerFrame } from "../../protocol/generated.ts";

export interface LivePorts {
  readonly api: Api;
  readonly clock: Clock;
  readonly openSocket: (url: string) => WebSocketLike;
}

const RESYNC_MS = 5000;

export abstract class LiveState<S extends { readonly n: number; readonly now: string }> {
  readonly state = signal<S | null>(null);
  readonly link = signal<LinkState>({ phase: "stopped", retryAt: null, lostAt: null, code: null });
  /** The server's time in ms; ticks once a second, so that what shows a countdown is drawn again. */
  readonly now = signal(0);
  readonly #time: ServerTime;
  readonly #socket: Socket;

  /** `path` of the state in the API; its ticket is below it. */
  constructor(
    protected readonly ports: LivePorts,
    private readonly path: string,
  ) {
    this.#time = new ServerTime(ports.clock);
    this.#socket = new Socket({
      clock: ports.clock,
      requestTicket: () => ports.api.post(`${path}ticket/`),
      openSocket: ports.openSocket,
      lastSeq: () => 0,
      onFrame: (frame) => {
        const state = this.read(frame);
        if (state !== null) this.adopt(state);
      },
      onState: (state) => (this.link.value = state),
      endpointMemory: { get: () => null, set: () => undefined },
    });
  }

  /** The state that a frame brings, or null. */
  protected abstract read(frame: ServerFrame): S | null;

  start(): () => void {
    const { clock } = this.ports;
    const stops = [this.#socket.start(), clock.every(RESYNC_MS, () => void this.#resync()), clock.every(1000, () => this.#tick())];
    return () => {
      for (const stop of stops) stop();
    };
  }

  retryNow(): void {
    this.#socket.retryNow();
  }

  /** Takes a state over unless it is older than what is shown; true when it was. */
  adopt(state: S): boolean {
    const before = this.state.peek();
    if (before !== null && (state.n < before.n || (state.n === before.n && state.now < before.now))) return false;
    this.#time.set(state.now);
    this.#tick();
    this.state.value = state;
    return true;
  }

  /** Seconds until an ISO time by the server's clock, at least 0. */
  secondsUntil(iso: string): number {
    return Math.max(0, (Date.parse(iso) - this.now.value) / 1000);
  }

  /** Seconds since an ISO time by the server's clock, at least 0. */
  secondsSince(iso: string): number {
    return Math.max(0, (this.now.value - Date.parse(iso)) / 1000);
  }

  /** A failure leaves what is known; the socket or the next try tells more. */
  async refresh(): Promise<void> {
    try {
      this.adopt(await this.ports.api.get<S>(this.path));
    } catch (error) {
      console.warn(`could not read ${this.path}`, error);
    }
  }

  /** Without the socket, what is known is asked for: nothing must hang on a lost wake-up. */
  async #resync(): Promise<void> {
    if (this.link.peek().phase === "waiting" && this.state.peek() !== null) await this.refresh();
  }

  #tick(): void {
    this.now.value = this.#time.now();
  }
}
