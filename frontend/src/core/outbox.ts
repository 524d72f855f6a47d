/** Chat messages that are written but not yet on the server: kept over loss of the link and reload of the tab, sent in order. */

import { signal, type ReadonlySignal } from "@preact/signals";

import type { Audience, ChatMessageInfo } from "../protocol/generated.ts";
import { ApiError } from "./api.ts";
import type { Clock } from "./clock.ts";
import { newId } from "./id.ts";

export interface Outgoing {
  readonly client_id: string;
  readonly text: string;
  readonly audience: Audience;
  readonly to: string | null;
  /** When it was written, this computer's clock. */
  readonly at: number;
  /** waiting: sent as soon as there is a link. failed: the server refused it; a person decides. */
  readonly state: "waiting" | "failed";
  readonly error: string;
}

export interface OutboxOptions {
  readonly clock: Clock;
  /** Hand one message to the server; the same `client_id` twice is one message. */
  readonly send: (message: Outgoing) => Promise<ChatMessageInfo>;
  readonly memory: { get(): string | null; set(value: string): void };
}

const RETRY_MS = 2_000;

export class Outbox {
  readonly #items = signal<readonly Outgoing[]>([]);
  #sending = false;
  #cancelRetry: (() => void) | null = null;
  #stopped = false;

  constructor(private readonly options: OutboxOptions) {
    this.#items.value = this.#remembered();
  }

  get items(): ReadonlySignal<readonly Outgoing[]> {
    return this.#items;
  }

  add(text: string, audience: Audience = "everyone", to: string | null = null): void {
    const at = this.options.clock.now();
    this.#set([...this.#items.value, { client_id: newId(), text, audience, to, at, state: "waiting", error: "" }]);
    void this.flush();
  }

  retry(clientId: string): void {
    this.#set(this.#items.value.map((item) => (item.client_id === clientId ? { ...item, state: "waiting", error: "" } : item)));
    void this.flush();
  }

  remove(clientId: string): void {
    this.#set(this.#items.value.filter((item) => item.client_id !== clientId));
  }

  /** Send what waits, one after the other; a lost link keeps the rest for later. */
  async flush(): Promise<void> {
    if (this.#sending || this.#stopped) return;
    this.#sending = true;
    try {
      for (let next = this.#next(); next !== undefined && !this.#isStopped(); next = this.#next()) {
        await this.#sendOne(next);
      }
    } finally {
      this.#sending = false;
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelRetry?.();
  }

  #isStopped(): boolean {
    return this.#stopped || this.#cancelRetry !== null;
  }

  #next(): Outgoing | undefined {
    return this.#items.value.find((item) => item.state === "waiting");
  }

  async #sendOne(item: Outgoing): Promise<void> {
    try {
      await this.options.send(item);
      this.remove(item.client_id);
    } catch (error) {
      const refused = error instanceof ApiError && error.status < 500 && error.status !== 429;
      if (refused) {
        this.#set(this.#items.value.map((other) => (other === item ? { ...item, state: "failed", error: error.message } : other)));
        return;
      }
      this.#cancelRetry = this.options.clock.after(RETRY_MS, () => {
        this.#cancelRetry = null;
        void this.flush();
      });
    }
  }

  #set(items: readonly Outgoing[]): void {
    this.#items.value = items;
    this.options.memory.set(JSON.stringify(items));
  }

  #remembered(): readonly Outgoing[] {
    try {
      const items: unknown = JSON.parse(this.options.memory.get() ?? "[]");
      return Array.isArray(items) ? (items as Outgoing[]) : [];
    } catch {
      return [];
    }
  }
}
