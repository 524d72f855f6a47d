/**
 * A live session as pages use it: snapshot, link, typing signs and outbox as signals, and the commands.
 * It keeps the snapshot whole: a gap, a reconnect or a heartbeat that names a newer `seq` makes it read the log.
 */

import { signal, type ReadonlySignal } from "@preact/signals";

import type { Event, ServerFrame, SessionSnapshot, Signal, SignalData } from "../protocol/generated.ts";
import { ServerTime, type Clock } from "./clock.ts";
import type { SessionCommands } from "./commands.ts";
import { Outbox } from "./outbox.ts";
import { Socket, type LinkState, type WebSocketLike } from "./socket.ts";
import { admitsReader, fold, hasGap } from "./store.ts";

export interface Memory {
  get(key: string): string | null;
  set(key: string, value: string | null): void;
}

export interface SessionOptions {
  readonly snapshot: SessionSnapshot;
  readonly commands: SessionCommands;
  readonly clock: Clock;
  readonly openSocket: (url: string) => WebSocketLike;
  /** Per tab, survives its reload (sessionStorage). */
  readonly memory: Memory;
}

export type EventListener = (event: Event, after: SessionSnapshot) => void;
export type SignalListener = (message: Signal) => void;

const TYPING_SHOWN_MS = 4_000;
const READ_AGAIN_MS = 1_000;
const TYPING_SENT_EVERY_MS = 2_000;

export class LiveSession {
  readonly commands: SessionCommands;
  readonly time: ServerTime;
  readonly outbox: Outbox;
  readonly #snapshot;
  readonly #link = signal<LinkState>({ phase: "stopped", retryAt: null, lostAt: null, code: null });
  readonly #typing = signal<readonly string[]>([]);
  readonly #socket: Socket;
  readonly #eventListeners = new Set<EventListener>();
  readonly #signalListeners = new Set<SignalListener>();
  readonly #typingTimers = new Map<string, () => void>();
  #reading = false;
  #behindSince: number | null = null;
  #typingSent = 0;

  constructor(private readonly options: SessionOptions) {
    const { snapshot, commands, clock, memory } = options;
    this.commands = commands;
    this.#snapshot = signal(snapshot);
    this.time = new ServerTime(clock);
    this.time.set(snapshot.now);
    const outboxKey = `outbox:${snapshot.id}`;
    this.outbox = new Outbox({
      clock,
      send: (message) => commands.say(message),
      memory: { get: () => memory.get(outboxKey), set: (value) => memory.set(outboxKey, value) },
    });
    const endpointKey = `endpoint:${snapshot.id}`;
    this.#socket = new Socket({
      clock,
      requestTicket: (endpoint) => commands.ticket(endpoint),
      openSocket: options.openSocket,
      lastSeq: () => this.#snapshot.peek().seq,
      onFrame: (frame) => this.#received(frame),
      onState: (state) => (this.#link.value = state),
      endpointMemory: { get: () => memory.get(endpointKey), set: (id) => memory.set(endpointKey, id) },
    });
  }

  get snapshot(): ReadonlySignal<SessionSnapshot> {
    return this.#snapshot;
  }

  get link(): ReadonlySignal<LinkState> {
    return this.#link;
  }

  /** Ids of the participants who type now. */
  get typing(): ReadonlySignal<readonly string[]> {
    return this.#typing;
  }

  /** This tab's endpoint id; null before the first ticket. */
  get endpoint(): string | null {
    return this.#socket.endpoint;
  }

  start(): () => void {
    const stop = this.#socket.start();
    return () => {
      stop();
      this.outbox.stop();
      for (const cancel of this.#typingTimers.values()) cancel();
      this.#typingTimers.clear();
    };
  }

  retryNow(): void {
    this.#socket.retryNow();
    void this.outbox.flush();
  }

  onEvent(listener: EventListener): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  onSignal(listener: SignalListener): () => void {
    this.#signalListeners.add(listener);
    return () => this.#signalListeners.delete(listener);
  }

  /** Send signalling to another endpoint of the session; false without a link. */
  signal(to: string, data: SignalData): boolean {
    return this.#socket.send({ type: "signal", to, sender: null, participant: null, data });
  }

  /** Tell the others that this person types; at most every 2 s goes out. */
  sendTyping(audience: "everyone" | "csrs" = "everyone"): void {
    const now = this.options.clock.now();
    if (now - this.#typingSent < TYPING_SENT_EVERY_MS) return;
    if (this.#socket.send({ type: "typing", participant: null, audience })) this.#typingSent = now;
  }

  /** Take over a newer snapshot, for example the answer of a command. */
  adopt(snapshot: SessionSnapshot): void {
    if (snapshot.seq < this.#snapshot.peek().seq) return;
    this.time.set(snapshot.now);
    this.#snapshot.value = snapshot;
  }

  #received(frame: ServerFrame): void {
    switch (frame.type) {
      case "event":
        this.#event(frame.event);
        return;
      case "welcome":
        void this.outbox.flush();
        return;
      case "heartbeat":
        this.#heard(frame.seq);
        return;
      case "typing":
        if (frame.participant !== null) this.#showTyping(frame.participant);
        return;
      case "signal":
        for (const listener of this.#signalListeners) listener(frame);
        return;
      case "error":
        console.warn("the server refused a frame", frame.code, frame.ref);
        return;
      case "wake":
      case "calls":
      case "waiting":
      case "inbox":
      case "monitor":
        return;
    }
  }

  /** A server that is ahead for two heartbeats without sending the events has lost the thread: read the log. */
  #heard(seq: number): void {
    const mine = this.#snapshot.peek().seq;
    if (seq <= mine) {
      this.#behindSince = null;
    } else if (this.#behindSince === mine) {
      this.#behindSince = null;
      void this.catchUp();
    } else {
      this.#behindSince = mine;
    }
  }

  #event(event: Event): void {
    const before = this.#snapshot.peek();
    if (event.seq <= before.seq) return;
    if (hasGap(before, event)) {
      void this.catchUp();
      return;
    }
    const after = fold(before, event);
    this.#snapshot.value = after;
    if (admitsReader(before, event)) void this.#readAnew();
    if (event.type === "chat.sent") this.#hideTyping(event.message.participant);
    for (const listener of this.#eventListeners) listener(event, after);
  }

  /** Read from the log what is missing. A failed read is repeated by the next heartbeat or reconnect. */
  async catchUp(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      for (;;) {
        const before = this.#snapshot.peek().seq;
        const page = await this.commands.events(before);
        for (const event of page.events) this.#event(event);
        const now = this.#snapshot.peek().seq;
        if (now >= page.seq || now === before) return;
      }
    } catch (error) {
      console.warn("could not read the log", error);
    } finally {
      this.#reading = false;
    }
  }

  /** Without the whole snapshot the page knows too little to go on, so an older one than the log is read again too. */
  async #readAnew(): Promise<void> {
    try {
      const whole = await this.commands.snapshot();
      this.adopt(whole);
      if (this.#snapshot.peek() === whole) return;
    } catch (error) {
      console.warn("could not read the session", error);
    }
    this.options.clock.after(READ_AGAIN_MS, () => void this.#readAnew());
  }

  #showTyping(participant: string): void {
    this.#typingTimers.get(participant)?.();
    if (!this.#typing.peek().includes(participant)) this.#typing.value = [...this.#typing.peek(), participant];
    this.#typingTimers.set(
      participant,
      this.options.clock.after(TYPING_SHOWN_MS, () => this.#hideTyping(participant)),
    );
  }

  #hideTyping(participant: string): void {
    this.#typingTimers.get(participant)?.();
    this.#typingTimers.delete(participant);
    this.#typing.value = this.#typing.peek().filter((id) => id !== participant);
  }
}

/** The browser's storage of this tab; private windows that refuse it get a memory that lasts as long as the page. */
export function tabMemory(storage: () => Storage): Memory {
  const spare = new Map<string, string>();
  return {
    get(key) {
      try {
        return storage().getItem(key);
      } catch {
        return spare.get(key) ?? null;
      }
    },
    set(key, value) {
      try {
        if (value === null) storage().removeItem(key);
        else storage().setItem(key, value);
      } catch {
        if (value === null) spare.delete(key);
        else spare.set(key, value);
      }
    },
  };
}
