/**
 * Clipboard text, each way with its own grant and used once. What came is shown and copied by a click only; what goes is
 * read from this computer's clipboard by a click only. Nothing of it is logged.
 */
import { signal } from "@preact/signals";

import { t } from "../../core/i18n.ts";
import type { Clock } from "../../core/clock.ts";
import type { PictureKeeper } from "../../core/picture.ts";
import type { LiveSession } from "../../core/session.ts";
import { CLIPBOARD_PART_CHARACTERS, type ClipboardPart, type GrantInfo, MAX_CLIPBOARD_CHARACTERS } from "../../protocol/generated.ts";
import type { ShareDesk } from "./share.ts";

export interface ClipboardView {
  /** Text that came, until it is put away. */
  readonly received: string | null;
  /** The own text left for the customer's computer. */
  readonly sentAt: number | null;
  readonly failed: "too_long" | "empty" | "broken" | null;
}

const EMPTY: ClipboardView = { received: null, sentAt: null, failed: null };
const RETRY_MS = 100;
const SENT_SHOWN_MS = 5000;

/** Cuts text into parts; no surrogate pair is torn. */
export function clipboardParts(text: string): string[] {
  const parts: string[] = [];
  for (let from = 0; from < text.length; ) {
    let to = Math.min(text.length, from + CLIPBOARD_PART_CHARACTERS);
    if (to < text.length && /[\uD800-\uDBFF]/.test(text.charAt(to - 1))) to -= 1;
    parts.push(text.slice(from, to));
    from = to;
  }
  return parts;
}

export class ClipboardKeeper {
  readonly view = signal<ClipboardView>(EMPTY);
  #outgoing: string | null = null;
  #incoming: string[] = [];
  /** Grants that were begun here: each is used once. */
  readonly #used = new Set<string>();
  #cancel: (() => void) | null = null;

  constructor(
    private readonly live: LiveSession,
    private readonly picture: PictureKeeper,
    private readonly clock: Clock,
  ) {}

  start(): () => void {
    this.picture.onClipboard = (part) => this.#received(part);
    const stops = [this.live.snapshot.subscribe(() => this.#follow()), this.picture.view.subscribe(() => this.#follow())];
    return () => {
      for (const stop of stops) stop();
      this.picture.onClipboard = null;
      this.#cancel?.();
    };
  }

  /** Asks for the text of the customer's clipboard. */
  async get(desk: ShareDesk): Promise<void> {
    this.putAway();
    await desk.run(() => this.live.commands.ask("clipboard.to_csr"));
  }

  /** Reads the own clipboard at this click, and asks the customer to take it. */
  async send(desk: ShareDesk, read: () => Promise<string>): Promise<void> {
    this.putAway();
    let text: string;
    try {
      text = await read();
    } catch {
      desk.note(t("The browser does not give the clipboard. Allow it for this site."), "bad");
      return;
    }
    if (text === "") desk.note(t("Your clipboard holds no text."));
    else if (text.length > MAX_CLIPBOARD_CHARACTERS) desk.note(t("The text is too long for the clipboard."), "bad");
    else {
      this.#outgoing = text;
      if (!(await desk.run(() => this.live.commands.ask("clipboard.to_customer")))) this.#outgoing = null;
    }
  }

  putAway(): void {
    this.view.value = EMPTY;
    this.#incoming = [];
  }

  #follow(): void {
    const { grants, me } = this.live.snapshot.peek();
    for (const grant of grants) {
      if (grant.holder !== me || grant.state !== "active" || this.#used.has(grant.id)) continue;
      if (grant.capability === "clipboard.to_csr") this.#ask(grant);
      else if (grant.capability === "clipboard.to_customer" && this.#outgoing !== null) this.#give(grant, this.#outgoing);
    }
  }

  #ask(grant: GrantInfo): void {
    this.#incoming = [];
    if (this.picture.tell({ type: "clipboard_read", grant: grant.id, epoch: grant.epoch })) this.#used.add(grant.id);
  }

  #give(grant: GrantInfo, text: string): void {
    if (this.picture.view.peek().state !== "live") return;
    this.#used.add(grant.id);
    this.#outgoing = null;
    const parts = clipboardParts(text);
    this.#next(grant, parts, 0);
  }

  /** A channel that is full waits; a grant that ended meanwhile ends the sending. */
  #next(grant: GrantInfo, parts: readonly string[], from: number): void {
    let part = from;
    while (part < parts.length && this.picture.tell({ type: "clipboard_part", grant: grant.id, epoch: grant.epoch, part, parts: parts.length, text: parts[part] ?? "" })) part += 1;
    if (part === parts.length) {
      const sentAt = this.clock.now();
      this.view.value = { ...EMPTY, sentAt };
      this.#cancel = this.clock.after(SENT_SHOWN_MS, () => {
        if (this.view.peek().sentAt === sentAt) this.putAway();
      });
    } else if (this.live.snapshot.peek().grants.some((one) => one.id === grant.id && one.state === "active")) {
      this.#cancel = this.clock.after(RETRY_MS, () => this.#next(grant, parts, part));
    } else this.view.value = { ...EMPTY, failed: "broken" };
  }

  #received(part: ClipboardPart): void {
    if (!this.#used.has(part.grant) || part.part !== this.#incoming.length) return;
    this.#incoming.push(part.text);
    if (this.#incoming.length < part.parts) return;
    const text = this.#incoming.join("");
    this.#incoming = [];
    this.view.value = text === "" ? { ...EMPTY, failed: "empty" } : { ...EMPTY, received: text };
  }
}
