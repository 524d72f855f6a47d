/** All that one console window holds: the list of sessions, a case for each of them, what is open, and messages. */
import { computed, signal, type ReadonlySignal } from "@preact/signals";

import { ApiError, type Api } from "../../core/api.ts";
import { ServerTime, type Clock } from "../../core/clock.ts";
import { SessionCommands } from "../../core/commands.ts";
import { t } from "../../core/i18n.ts";
import { LiveSession, type Memory } from "../../core/session.ts";
import { Socket, type LinkState, type WebSocketLike } from "../../core/socket.ts";
import type { SessionSnapshot } from "../../protocol/generated.ts";
import type { Toast } from "../../ui/toasts.tsx";
import { SessionCase } from "./case.ts";
import type { MeInfo, SessionPage, SessionRow } from "./types.ts";

export type DialogName = "start" | "join" | "invite" | "end" | "keys";

export interface DeskPorts {
  readonly api: Api;
  readonly clock: Clock;
  readonly memory: Memory;
  readonly openSocket: (url: string) => WebSocketLike;
  readonly me: MeInfo;
  /** The window can be seen. */
  visible(): boolean;
  /** Puts the open session into the address; null for none. */
  address(session: string | null): void;
}

export interface StartWish {
  readonly session_type: string;
  readonly tracking: Readonly<Record<string, string>>;
  readonly customer_language: string;
}

const REFRESH_MS = 30_000;
const WAKE_GATHER_MS = 300;
const RETRY_LIST_MS = 5000;
const TOAST_MS = 8000;
const MAX_ENDED = 5;

export class Desk {
  readonly me: MeInfo;
  readonly api: Api;
  readonly rows = signal<readonly SessionRow[]>([]);
  readonly ended = signal<readonly SessionRow[]>([]);
  readonly listState = signal<"loading" | "ready" | "failed">("loading");
  readonly chosen = signal<string | null>(null);
  readonly dialog = signal<DialogName | null>(null);
  readonly toasts = signal<readonly Toast[]>([]);
  /** Ticks once a second; the server's time in ms. */
  readonly now = signal(0);
  readonly link = signal<LinkState>({ phase: "stopped", retryAt: null, lostAt: null, code: null });
  readonly cases = signal<ReadonlyMap<string, SessionCase>>(new Map());
  readonly current: ReadonlySignal<SessionCase | null>;
  /** The chosen session could not be opened. */
  readonly missing = signal(false);
  readonly #time: ServerTime;
  readonly #socket: Socket;
  readonly #stops = new Map<string, () => void>();
  readonly #opening = new Set<string>();
  #cancelRefresh: (() => void) | null = null;
  #toast = 0;

  constructor(private readonly ports: DeskPorts) {
    this.me = ports.me;
    this.api = ports.api;
    this.#time = new ServerTime(ports.clock);
    this.current = computed(() => this.cases.value.get(this.chosen.value ?? "") ?? null);
    this.#socket = new Socket({
      clock: ports.clock,
      requestTicket: () => ports.api.post("socket-tickets/", { session: null }),
      openSocket: ports.openSocket,
      lastSeq: () => 0,
      onFrame: (frame) => {
        if (frame.type === "wake" || frame.type === "welcome") this.#refreshIn(WAKE_GATHER_MS);
      },
      onState: (state) => (this.link.value = state),
      endpointMemory: { get: () => null, set: () => undefined },
    });
  }

  start(): () => void {
    this.#tick();
    const stops = [this.#socket.start(), this.ports.clock.every(1000, () => this.#tick())];
    void this.refresh();
    return () => {
      for (const stop of [...stops, ...this.#stops.values()]) stop();
      this.#cancelRefresh?.();
    };
  }

  choose(id: string | null): void {
    this.chosen.value = id;
    this.missing.value = false;
    this.ports.address(id);
    if (id !== null) void this.#open(id);
    this.cases.peek().get(id ?? "")?.read();
  }

  /** The next or previous session of the list. */
  step(by: 1 | -1): void {
    const all = this.rows.peek();
    if (all.length === 0) return;
    const at = all.findIndex((row) => row.id === this.chosen.peek());
    const next = all[(at + by + all.length) % all.length];
    if (next) this.choose(next.id);
  }

  async startSession(wish: StartWish, key: string): Promise<void> {
    const snapshot = await this.ports.api.post<SessionSnapshot>("sessions/", wish, { key });
    this.#entered(snapshot);
  }

  async joinByNumber(number: string): Promise<void> {
    this.#entered(await this.ports.api.post<SessionSnapshot>("sessions/join/", { number }));
  }

  async refresh(): Promise<void> {
    this.#cancelRefresh?.();
    try {
      const live = await this.ports.api.get<SessionPage>("sessions/?state=live&mine=1");
      const ended = await this.ports.api.get<SessionPage>("sessions/?state=ended&mine=1");
      this.rows.value = live.results;
      this.ended.value = ended.results.slice(0, MAX_ENDED);
      this.listState.value = "ready";
      for (const row of live.results) void this.#open(row.id);
      this.#refreshIn(REFRESH_MS);
    } catch {
      if (this.listState.peek() === "loading") this.listState.value = "failed";
      this.#refreshIn(RETRY_LIST_MS);
    }
  }

  /** Every link at once: the person pressed "Try now", or the network is back. */
  retryNow(): void {
    this.#socket.retryNow();
    for (const one of this.cases.peek().values()) one.live.retryNow();
    void this.refresh();
  }

  note(text: string, kind: Toast["kind"] = "note"): void {
    const id = (this.#toast += 1);
    this.toasts.value = [...this.toasts.peek(), { id, kind, text }].slice(-3);
    this.ports.clock.after(TOAST_MS, () => this.closeToast(id));
  }

  closeToast(id: number): void {
    this.toasts.value = this.toasts.peek().filter((toast) => toast.id !== id);
  }

  /** Runs a command; what the server refuses is said in a message. True when it was done. */
  async run(command: () => Promise<unknown>): Promise<boolean> {
    try {
      await command();
      return true;
    } catch (error) {
      this.note(error instanceof ApiError && error.message !== "" ? error.message : t("The server cannot be reached. Try again."), "bad");
      return false;
    }
  }

  #tick(): void {
    const { current } = this;
    this.now.value = current.peek()?.live.time.now() ?? this.#time.now();
    if (current.peek() && this.#reading(current.peek()?.id ?? "")) current.peek()?.read();
  }

  #refreshIn(ms: number): void {
    this.#cancelRefresh?.();
    this.#cancelRefresh = this.ports.clock.after(ms, () => void this.refresh());
  }

  #entered(snapshot: SessionSnapshot): void {
    this.#keep(snapshot);
    this.dialog.value = null;
    this.choose(snapshot.id);
    void this.refresh();
  }

  async #open(id: string): Promise<void> {
    if (this.cases.peek().has(id) || this.#opening.has(id)) return;
    this.#opening.add(id);
    try {
      this.#keep(await this.ports.api.get<SessionSnapshot>(`sessions/${id}/`));
    } catch (error) {
      if (id === this.chosen.peek() && error instanceof ApiError && error.status === 404) this.missing.value = true;
    } finally {
      this.#opening.delete(id);
    }
  }

  #keep(snapshot: SessionSnapshot): void {
    if (this.cases.peek().has(snapshot.id)) return;
    this.#time.set(snapshot.now);
    const live = new LiveSession({
      snapshot,
      commands: new SessionCommands(this.ports.api, snapshot.id),
      clock: this.ports.clock,
      openSocket: this.ports.openSocket,
      memory: this.ports.memory,
    });
    const one = new SessionCase(live, {
      clock: this.ports.clock,
      memory: this.ports.memory,
      reading: (id) => this.#reading(id),
    });
    this.cases.value = new Map(this.cases.peek()).set(snapshot.id, one);
    this.#stops.set(snapshot.id, one.start());
    live.onEvent((event) => {
      if (event.type === "session.ended") void this.refresh();
    });
  }

  #reading(id: string): boolean {
    const one = this.cases.peek().get(id);
    return this.ports.visible() && this.chosen.peek() === id && one?.panel.peek() === "chat";
  }
}

