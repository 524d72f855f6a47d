/** This CSR's inbox: presence, offers, who waits, wrap-ups, left messages. Read from its own socket, told by HTTP. */
import { signal } from "@preact/signals";

import { newId } from "../../core/id.ts";
import type { ClosedOffer, InboxState, InboxToday, OfferInfo, Resolution, ServerFrame, SessionSnapshot, WrapUp } from "../../protocol/generated.ts";
import { type LivePorts, LiveState } from "./live-state.ts";

export type Presence = InboxState["csr"]["presence"];
export type AwayReason = "" | "break" | "meeting" | "training";

export interface LeftMessage {
  readonly id: string;
  readonly queue: { readonly id: string; readonly name: string };
  readonly kind: "message" | "callback";
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly text: string;
  readonly language: string;
  readonly context: Readonly<Record<string, string>>;
  readonly entry_url: string;
  readonly at: string;
}

/** What a CSR has written at a wrap-up and not sent. */
export interface WrapUpDraft {
  readonly outcome: Resolution | null;
  readonly codes: readonly string[];
  readonly note: string;
}

const MAX_CLOSED = 20;
const EMPTY: WrapUpDraft = { outcome: null, codes: [], note: "" };

export class Inbox extends LiveState<InboxState> {
  /** Offers that ended without this CSR's doing since the page was opened, newest first. */
  readonly closed = signal<readonly ClosedOffer[]>([]);
  /** Null until they have been read. */
  readonly messages = signal<readonly LeftMessage[] | null>(null);
  /** The CSR's figures since midnight here; null until they have been read. */
  readonly today = signal<InboxToday | null>(null);
  readonly drafts = signal<ReadonlyMap<string, WrapUpDraft>>(new Map());
  /** One key an offer and answer: pressed again after a lost answer, it is the same command. */
  readonly #keys = new Map<string, string>();

  constructor(ports: LivePorts) {
    super(ports, "inbox/");
  }

  protected read(frame: ServerFrame): InboxState | null {
    return frame.type === "inbox" ? frame.inbox : null;
  }

  override adopt(inbox: InboxState): boolean {
    const newer = super.adopt(inbox);
    if (newer) this.#remember(inbox.closed);
    return newer;
  }

  /** The offers that are still open, soonest first. */
  get offers(): readonly OfferInfo[] {
    const all = this.state.value?.offers ?? [];
    return all.filter((offer) => this.secondsUntil(offer.expires_at) > 0).sort((a, b) => a.expires_at.localeCompare(b.expires_at));
  }

  /** Accepts; the answer is the session. What is refused is read again. */
  async accept(offer: OfferInfo): Promise<SessionSnapshot> {
    try {
      return await this.#post<SessionSnapshot>("accept", `inbox/offers/${offer.id}/accept/`);
    } finally {
      void this.refresh();
    }
  }

  decline(offer: OfferInfo): Promise<void> {
    return this.#told(this.#post("decline", `inbox/offers/${offer.id}/decline/`));
  }

  async pick(entry: string): Promise<SessionSnapshot> {
    try {
      return await this.ports.api.post<SessionSnapshot>(`inbox/entries/${entry}/pick/`, undefined, { key: newId() });
    } finally {
      void this.refresh();
    }
  }

  setPresence(presence: Presence, reason: AwayReason = ""): Promise<void> {
    return this.#told(this.ports.api.post("inbox/presence/", { presence, reason }, { key: newId() }));
  }

  draft(entry: string): WrapUpDraft {
    return this.drafts.value.get(entry) ?? EMPTY;
  }

  write(entry: string, change: Partial<WrapUpDraft>): void {
    this.drafts.value = new Map(this.drafts.peek()).set(entry, { ...this.draft(entry), ...change });
  }

  async finish(wrapUp: WrapUp): Promise<void> {
    await this.#told(this.#post("wrap-up", `inbox/entries/${wrapUp.entry}/wrap-up/`, this.draft(wrapUp.entry)));
    const rest = new Map(this.drafts.peek());
    rest.delete(wrapUp.entry);
    this.drafts.value = rest;
  }

  extend(wrapUp: WrapUp): Promise<void> {
    return this.#told(this.ports.api.post(`inbox/entries/${wrapUp.entry}/extend/`, undefined, { key: newId() }));
  }

  async refreshMessages(): Promise<void> {
    this.messages.value = (await this.ports.api.get<{ results: readonly LeftMessage[] }>("left-messages/")).results;
  }

  async refreshToday(): Promise<void> {
    const midnight = new Date(this.ports.clock.now());
    midnight.setHours(0, 0, 0, 0);
    this.today.value = await this.ports.api.get<InboxToday>(`inbox/today/?since=${encodeURIComponent(midnight.toISOString())}`);
  }

  async handleMessage(message: LeftMessage): Promise<void> {
    await this.ports.api.post(`left-messages/${message.id}/handled/`, undefined, { key: newId() });
    await this.refreshMessages();
  }

  async #told(answer: Promise<unknown>): Promise<void> {
    try {
      this.adopt((await answer) as InboxState);
    } catch (error) {
      void this.refresh();
      throw error;
    }
  }

  #post<T>(what: string, path: string, body?: unknown): Promise<T> {
    const name = `${what}:${path}`;
    const key = this.#keys.get(name) ?? newId();
    this.#keys.set(name, key);
    return this.ports.api.post<T>(path, body, { key });
  }

  #remember(closed: readonly ClosedOffer[]): void {
    const known = new Set(this.closed.peek().map((one) => one.id));
    const fresh = closed.filter((one) => !known.has(one.id));
    if (fresh.length > 0) this.closed.value = [...fresh, ...this.closed.peek()].slice(0, MAX_CLOSED);
  }
}
