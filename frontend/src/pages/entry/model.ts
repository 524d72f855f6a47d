/** What a customer does before they wait: fill in the form, or leave a message where nobody can take them. */

import { signal } from "@preact/signals";

import { ApiError, NetworkError, type Api } from "../../core/api.ts";
import type { Clock } from "../../core/clock.ts";
import type { Host } from "../../core/host.ts";
import { t } from "../../core/i18n.ts";
import { newId } from "../../core/id.ts";
import type { Memory } from "../../core/session.ts";
import type { QueueInfo, SiteInfo } from "../../protocol/generated.ts";

export interface EntryBoot {
  readonly queue: QueueInfo;
  readonly language: "en" | "ja";
  readonly origins: readonly string[];
  /** This page by itself, for browsers that keep nothing inside another site's page. */
  readonly own_page: string;
  readonly site: SiteInfo;
}

export interface Origin {
  readonly entry_url: string;
  readonly referrer: string;
  readonly context: string;
}

export interface EntryOptions {
  readonly boot: EntryBoot;
  readonly api: Api;
  readonly host: Host | null;
  /** Lasts over visits; recognises the customer. */
  readonly memory: Memory;
  readonly clock: Clock;
  readonly origin: () => Origin;
  readonly go: (url: string) => void;
}

/** `form`: fill in. `refused`: not let in, but a message may be left. `sent`: the message is kept. */
export type Face = "form" | "refused" | "sent";
export type Behaviour = "message" | "callback" | "refuse";

export interface Refusal {
  readonly code: string;
  readonly text: string;
  readonly behaviour: Behaviour;
  readonly opens: string | null;
}

const CUSTOMER_KEY = "customer";
const AGAIN_MS = 2000;
const TRIES = 15;

function wordsOf(code: string): string {
  switch (code) {
    case "missing":
      return t("Please fill this in.");
    case "bad_email":
      return t("This is no e-mail address.");
    case "bad_phone":
    case "invalid":
      return t("This is not complete, or has a mistake.");
    case "bad_number":
      return t("This is no number.");
    case "too_long":
      return t("This is too long.");
    default:
      return t("This cannot be used here.");
  }
}

export class EntryModel {
  readonly boot: EntryBoot;
  readonly host: Host | null;
  readonly face = signal<Face>("form");
  readonly busy = signal(false);
  /** The server is too busy, or away: asked again by itself. */
  readonly patient = signal(false);
  readonly trouble = signal("");
  readonly errors = signal<Readonly<Record<string, string>>>({});
  readonly refusal = signal<Refusal | null>(null);
  readonly kind = signal<Behaviour>("message");
  /** One visit per filled-in form: pressing twice, or again after a lost answer, enters once. */
  #tab = newId();

  constructor(private readonly options: EntryOptions) {
    this.boot = options.boot;
    this.host = options.host;
    const { queue } = options.boot;
    if (!queue.open) this.#refuse({ code: "queue_closed", text: t("This queue is closed at the moment."), behaviour: queue.when_closed, opens: queue.changes_at });
  }

  async enter(name: string, form: Readonly<Record<string, string>>): Promise<void> {
    const { api, boot, go } = this.options;
    const body = { tab: this.#tab, name, form, language: boot.language, customer_key: this.#customerKey(), ...this.options.origin() };
    await this.#run(async () => {
      const answer = await this.#insist(() => api.post<{ readonly url: string }>(`queues/${boot.queue.id}/entries/`, body));
      this.host?.tell({ type: "visit" });
      go(answer.url);
    });
  }

  async leaveMessage(fields: Readonly<Record<string, string>>): Promise<void> {
    const { api, boot } = this.options;
    const { entry_url, context } = this.options.origin();
    await this.#run(async () => {
      const body = { kind: this.kind.peek(), language: boot.language, entry_url, context, ...fields };
      await this.#insist(() => api.post(`queues/${boot.queue.id}/messages/`, body, { key: this.#tab }));
      this.#tab = newId();
      this.face.value = "sent";
    });
  }

  again(): void {
    this.face.value = "form";
    this.refusal.value = null;
    this.#tab = newId();
  }

  async #run(work: () => Promise<void>): Promise<void> {
    if (this.busy.peek()) return;
    this.busy.value = true;
    this.trouble.value = "";
    this.errors.value = {};
    try {
      await work();
    } catch (error) {
      this.#failed(error);
    } finally {
      this.busy.value = this.patient.value = false;
    }
  }

  /** Ask until the server answers, for half a minute; the same visit or message counts once. */
  async #insist<T>(ask: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await ask();
      } catch (error) {
        const passing = error instanceof NetworkError || (error instanceof ApiError && error.status === 503);
        if (!passing || tries >= TRIES) throw error;
      }
      this.patient.value = true;
      await new Promise<void>((done) => this.options.clock.after(AGAIN_MS, done));
    }
  }

  #failed(error: unknown): void {
    if (!(error instanceof ApiError)) {
      this.trouble.value = t("That did not work. Check the connection and try again.");
      return;
    }
    const { fields, behaviour, next_opening } = error.data;
    if (typeof behaviour === "string") {
      this.#refuse({ code: error.code, text: error.message, behaviour: behaviour as Behaviour, opens: typeof next_opening === "string" ? next_opening : null });
    } else if (typeof fields === "object" && fields !== null) {
      this.errors.value = Object.fromEntries(Object.entries(fields).map(([key, code]) => [key.replace(/^form\./, ""), wordsOf(String(code))]));
    } else {
      this.trouble.value = error.message;
    }
  }

  #refuse(refusal: Refusal): void {
    this.refusal.value = refusal;
    this.kind.value = refusal.behaviour;
    this.face.value = "refused";
  }

  #customerKey(): string {
    const { memory } = this.options;
    const known = memory.get(CUSTOMER_KEY);
    if (known !== null && /^[\w-]{22,64}$/.test(known)) return known;
    const made = newId();
    memory.set(CUSTOMER_KEY, made);
    return made;
  }
}
