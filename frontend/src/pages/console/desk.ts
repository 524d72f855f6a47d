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
import { Calls } from "./calls.ts";
import { SessionCase } from "./case.ts";
import { ConsoleLook } from "./console-look.ts";
import { assignPlaces, type CustomerKey, keyAt, type KeyPlaces, parsePlaces } from "./customer-keys.ts";
import { Inbox } from "./inbox.ts";
import { Monitor } from "./monitor.ts";
import { Tray, type TrayPorts } from "./tray.ts";
import type { MeInfo, SessionPage, SessionRow } from "./types.ts";

export type DialogName = "start" | "join" | "invite" | "end" | "keys" | "attach" | "colleagues" | "transfer" | "tabs";

/** What fills the window: the chosen session (or all), the inbox, or the monitor. */
export type PageName = "session" | "inbox" | "monitor";

export interface DeskPorts {
  readonly api: Api;
  readonly clock: Clock;
  readonly memory: Memory;
  readonly openSocket: (url: string) => WebSocketLike;
  readonly me: MeInfo;
  /** The window can be seen. */
  visible(): boolean;
  /** Set in the window of one monitor. */
  readonly monitors?: readonly number[];
  /** Puts what is open into the address. */
  address(path: string): void;
  readonly tray: TrayPorts;
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
/** Dialogs about the chosen session: another choice closes them, so that nobody else's session is ended by it. */
const OF_ONE_SESSION: ReadonlySet<DialogName> = new Set<DialogName>(["invite", "end", "attach", "colleagues", "transfer"]);
const PLACES = "customer-places";

export class Desk {
  readonly me: MeInfo;
  readonly api: Api;
  readonly look: ConsoleLook;
  readonly rows = signal<readonly SessionRow[]>([]);
  readonly ended = signal<readonly SessionRow[]>([]);
  readonly listState = signal<"loading" | "ready" | "failed">("loading");
  readonly chosen = signal<string | null>(null);
  readonly page = signal<PageName>("session");
  readonly dialog = signal<DialogName | null>(null);
  readonly toasts = signal<readonly Toast[]>([]);
  /** Ticks once a second; the server's time in ms. */
  readonly now = signal(0);
  readonly link = signal<LinkState>({ phase: "stopped", retryAt: null, lostAt: null, code: null });
  readonly cases = signal<ReadonlyMap<string, SessionCase>>(new Map());
  readonly current: ReadonlySignal<SessionCase | null>;
  /** The chosen session could not be opened. */
  readonly missing = signal(false);
  /** Other CSRs who call this one. */
  readonly calls: Calls;
  readonly inbox: Inbox;
  readonly monitor: Monitor;
  readonly tray: Tray;
  /** The letter of each live session of this CSR. */
  readonly #places = signal<KeyPlaces>({});
  readonly #time: ServerTime;
  readonly #socket: Socket;
  readonly #stops = new Map<string, () => void>();
  readonly #opening = new Set<string>();
  #cancelRefresh: (() => void) | null = null;
  #toast = 0;

  constructor(private readonly ports: DeskPorts) {
    this.me = ports.me;
    this.api = ports.api;
    this.calls = new Calls(ports.api);
    this.inbox = new Inbox(ports);
    this.monitor = new Monitor(ports);
    this.tray = new Tray(ports.tray);
    this.look = new ConsoleLook(ports.api, (command) => this.run(command), ports.me.console);
    this.#places.value = parsePlaces(ports.memory.get(PLACES));
    this.#time = new ServerTime(ports.clock);
    this.current = computed(() => this.cases.value.get(this.chosen.value ?? "") ?? null);
    this.#socket = new Socket({
      clock: ports.clock,
      requestTicket: () => ports.api.post("socket-tickets/", { session: null }),
      openSocket: ports.openSocket,
      lastSeq: () => 0,
      onFrame: (frame) => {
        if (frame.type === "wake" || frame.type === "welcome") this.#refreshIn(WAKE_GATHER_MS);
        if (frame.type === "calls" || frame.type === "welcome") void this.calls.refresh();
      },
      onState: (state) => (this.link.value = state),
      endpointMemory: { get: () => null, set: () => undefined },
    });
  }

  start(): () => void {
    this.#tick();
    const stops = [this.#socket.start(), this.inbox.start(), this.ports.clock.every(1000, () => this.#tick())];
    void this.refresh();
    return () => {
      for (const stop of [...stops, ...this.#stops.values()]) stop();
      this.#cancelRefresh?.();
    };
  }

  /** Only this session, without the list: the window of one monitor. */
  startAlone(id: string): void {
    this.#tick();
    this.ports.clock.every(1000, () => this.#tick());
    this.chosen.value = id;
    void this.#open(id);
  }

  choose(id: string | null): void {
    const open = this.dialog.peek();
    if (id !== this.chosen.peek() && open !== null && OF_ONE_SESSION.has(open)) {
      this.current.peek()?.share.forget();
      this.dialog.value = null;
    }
    this.chosen.value = id;
    this.missing.value = false;
    this.page.value = "session";
    this.ports.address(id === null ? "/console/" : `/console/s/${id}/`);
    if (id !== null) void this.#open(id);
    this.cases.peek().get(id ?? "")?.read();
  }

  /** Fills the window with another page; the chosen session stays chosen. */
  show(page: PageName): void {
    if (page === "session") this.choose(this.chosen.peek());
    else {
      this.page.value = page;
      this.ports.address(`/console/${page}/`);
    }
  }

  /** The letter and colour of a live session; null for an ended one. */
  keyOf(id: string): CustomerKey | null {
    const place = this.#places.value[id];
    return place === undefined ? null : keyAt(place);
  }

  /** The live sessions by their letters. */
  order(): string[] {
    const places = this.#places.value;
    return Object.keys(places).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
  }

  /** The live session with the letter of this place (0 is A). */
  at(place: number): string | null {
    const places = this.#places.peek();
    return Object.keys(places).find((id) => places[id] === place) ?? null;
  }

  /** The next or previous session, by the letters. */
  step(by: 1 | -1): void {
    const all = this.order();
    if (all.length === 0) return;
    const at = all.indexOf(this.chosen.peek() ?? "");
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length];
    if (next !== undefined) this.choose(next);
  }

  async startSession(wish: StartWish, key: string): Promise<void> {
    const snapshot = await this.ports.api.post<SessionSnapshot>("sessions/", wish, { key });
    this.enter(snapshot);
  }

  async joinByNumber(number: string): Promise<void> {
    this.enter(await this.ports.api.post<SessionSnapshot>("sessions/join/", { number }));
  }

  async refresh(): Promise<void> {
    this.#cancelRefresh?.();
    try {
      const live = await this.ports.api.get<SessionPage>("sessions/?state=live&mine=1");
      const ended = await this.ports.api.get<SessionPage>("sessions/?state=ended&mine=1");
      this.rows.value = live.results;
      this.#assign();
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
    this.inbox.retryNow();
    this.monitor.retryNow();
    for (const one of this.cases.peek().values()) one.live.retryNow();
    void this.refresh();
  }

  note(text: string, kind: Toast["kind"] = "note"): void {
    const id = (this.#toast += 1);
    this.toasts.value = [...this.toasts.peek(), { id, kind, text }].slice(-3);
    this.ports.clock.after(TOAST_MS, () => this.closeToast(id));
  }

  /** Opens the dialog that attaches the own Support Manager. */
  attach(): void {
    this.dialog.value = "attach";
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

  /** Opens a session that this CSR came into just now. */
  enter(snapshot: SessionSnapshot): void {
    this.#keep(snapshot);
    this.cases.peek().get(snapshot.id)?.live.adopt(snapshot);
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
      ...(this.ports.monitors === undefined ? {} : { monitors: this.ports.monitors }),
      reading: (id) => this.#reading(id),
    });
    this.cases.value = new Map(this.cases.peek()).set(snapshot.id, one);
    this.#stops.set(snapshot.id, one.start());
    live.onEvent((event) => {
      if (event.type === "session.ended") void this.refresh();
    });
  }

  #assign(): void {
    this.#places.value = assignPlaces(this.#places.peek(), this.rows.peek());
    this.ports.memory.set(PLACES, JSON.stringify(this.#places.peek()));
  }

  #reading(id: string): boolean {
    const inTray = this.tray.readsChat;
    if (inTray !== null) return inTray && this.chosen.peek() === id;
    const one = this.cases.peek().get(id);
    return this.ports.visible() && this.page.peek() === "session" && this.chosen.peek() === id && one?.panel.peek() === "chat";
  }
}

