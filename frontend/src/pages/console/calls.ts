/** Calls of other CSRs to this one: to assist, or to take a session over. Read anew whenever the server says so. */
import { signal } from "@preact/signals";

import type { Api } from "../../core/api.ts";
import type { SessionSnapshot } from "../../protocol/generated.ts";

export interface IncomingCall {
  readonly id: string;
  readonly session: string;
  readonly kind: "assist" | "control";
  readonly caller: string;
  readonly customer: string;
  readonly note: string;
  readonly expires_at: string;
}

export interface CsrTarget {
  readonly id: string;
  readonly name: string;
  /** Their place in the session, where they are inside. */
  readonly participant: string | null;
  readonly presence: "available" | "away" | "draining";
  readonly free: number;
}

export interface QueueTarget {
  readonly id: string;
  readonly name: string;
  readonly waiting: number;
  readonly csrs: number;
}

/** To whom a call or a session can go now. */
export interface Targets {
  readonly queues: readonly QueueTarget[];
  readonly csrs: readonly CsrTarget[];
}

export class Calls {
  readonly open = signal<readonly IncomingCall[]>([]);

  constructor(private readonly api: Api) {}

  /** A failure leaves what is known; the next wake-up reads again. */
  async refresh(): Promise<void> {
    try {
      this.open.value = (await this.api.get<{ calls: readonly IncomingCall[] }>("calls/")).calls;
    } catch (error) {
      console.warn("could not read the calls", error);
    }
  }

  async accept(call: IncomingCall): Promise<SessionSnapshot> {
    try {
      return await this.api.post<SessionSnapshot>(`sessions/${call.session}/calls/${call.id}/accept/`);
    } finally {
      await this.refresh();
    }
  }

  async decline(call: IncomingCall): Promise<void> {
    await this.api.post(`sessions/${call.session}/calls/${call.id}/decline/`);
    await this.refresh();
  }

  targets(session: string): Promise<Targets> {
    return this.api.get(`targets/?session=${session}`);
  }
}
