/** Follows the customer's place while they wait: read once, then told by the waiting socket. */

import { signal } from "@preact/signals";

import { ApiError } from "../../core/api.ts";
import { openWebSocket } from "../../core/page.ts";
import { Socket } from "../../core/socket.ts";
import type { ServerFrame, WaitingInfo } from "../../protocol/generated.ts";
import type { Model } from "./model.ts";

const READ_AGAIN_MS = 2_000;

export class WaitingLine {
  readonly info = signal<WaitingInfo | null>(null);
  readonly phone = signal("");
  readonly wrong = signal(false);
  #stop: (() => void) | null = null;
  #stopped = false;

  constructor(private readonly model: Model) {}

  start(): () => void {
    this.#stopped = false;
    void this.#begin();
    return () => {
      this.#stopped = true;
      this.#stop?.();
      this.#stop = null;
    };
  }

  /** Keep the place for a telephone; true once it is kept. */
  async callBack(phone: string): Promise<boolean> {
    const entry = this.info.peek()?.entry;
    if (entry === undefined) return false;
    this.wrong.value = phone !== "" && phone.replace(/\D/g, "").length < 5;
    if (this.wrong.peek()) return false;
    return this.model.attempt(async () => this.#take(await this.model.session.commands.callBack(entry, phone)));
  }

  async leave(): Promise<void> {
    const entry = this.info.peek()?.entry;
    if (entry === undefined) return;
    const left = await this.model.attempt(() => this.model.session.commands.leaveLine(entry));
    if (left) this.model.left.value = true;
  }

  async #begin(): Promise<void> {
    try {
      this.#take(await this.model.session.commands.place());
    } catch (error) {
      if (error instanceof ApiError && error.status < 500) return; // no queue led here
      this.model.clock.after(READ_AGAIN_MS, () => this.#stopped || void this.#begin());
      return;
    }
    if (!this.#stopped) this.#stop = this.#listen();
  }

  #listen(): () => void {
    const socket = new Socket({
      clock: this.model.clock,
      requestTicket: () => this.model.session.commands.placeTicket(this.info.peek()?.entry ?? ""),
      openSocket: openWebSocket,
      lastSeq: () => 0,
      onFrame: (frame: ServerFrame) => {
        if (frame.type === "waiting") this.#take(frame.info);
      },
      onState: () => undefined, // the session's own socket tells of a lost link
      endpointMemory: { get: () => null, set: () => undefined },
    });
    return socket.start();
  }

  #take(info: WaitingInfo): void {
    this.info.value = info;
    if (info.callback_phone !== null) this.phone.value = info.callback_phone;
  }
}
