/** The monitor of a manager: queues, CSRs and live sessions as they are, and what a manager does there. */
import { signal } from "@preact/signals";

import { newId } from "../../core/id.ts";
import type { MonitorLine, MonitorQuarter, MonitorQueue, MonitorState, ServerFrame, SessionSnapshot, Staffing } from "../../protocol/generated.ts";
import type { Presence } from "./inbox.ts";
import { type LivePorts, LiveState } from "./live-state.ts";

/** How often a running replay is asked how far it is. */
const STAFFING_MS = 1500;
const QUARTERS = 16;
const QUARTER_MS = 15 * 60 * 1000;

export type Override = MonitorQueue["override"];

/** What stands over the tables, of all queues or of one. */
export interface Totals {
  readonly waiting: number;
  readonly longest: MonitorQueue | null;
  readonly offered: number;
  readonly inTime: number;
  readonly answered: number;
  readonly left: number;
  readonly leftShort: number;
  /** Answered in time of all who were answered or left; null while there was nobody. */
  readonly serviceLevel: number | null;
  /** Left, short ones not counted, of all who were answered or left; null while there was nobody. */
  readonly leftShare: number | null;
}

export function totals(queues: readonly MonitorQueue[]): Totals {
  const sum = (of: (queue: MonitorQueue) => number): number => queues.reduce((all, queue) => all + of(queue), 0);
  const withWait = queues.filter((queue) => queue.longest_since !== null);
  const longest = withWait.reduce<MonitorQueue | null>((first, queue) => (first === null || (queue.longest_since ?? "") < (first.longest_since ?? "") ? queue : first), null);
  const [inTime, answered, left, leftShort] = [sum((q) => q.in_time), sum((q) => q.answered), sum((q) => q.left), sum((q) => q.left_short)];
  const over = answered + left;
  return {
    waiting: sum((queue) => queue.waiting),
    longest,
    offered: sum((queue) => queue.offered),
    inTime,
    answered,
    left,
    leftShort,
    serviceLevel: over === 0 ? null : inTime / over,
    leftShare: answered + left - leftShort <= 0 ? null : (left - leftShort) / (answered + left - leftShort),
  };
}

/** What the monitor shows of one queue alone; null: of all. */
export function ofQueue(state: MonitorState, queue: string | null): MonitorState {
  const chosen = state.queues.find((one) => one.id === queue);
  if (chosen === undefined) return state;
  return {
    ...state,
    queues: [chosen],
    csrs: state.csrs.filter((csr) => csr.queues.includes(chosen.id)),
    sessions: state.sessions.filter((session) => session.queue === chosen.name),
    quarters: state.quarters.filter((quarter) => quarter.queue === chosen.id),
  };
}

export type Quarter = Omit<MonitorQuarter, "queue">;

/** The sums of all queues in each of the quarters, also of those in which nobody came. */
export function quarterSums(state: MonitorState): readonly Quarter[] {
  const from = Date.parse(state.quarters_from);
  return Array.from({ length: QUARTERS }, (_, place): Quarter => {
    const at = from + place * QUARTER_MS;
    const inside = state.quarters.filter((quarter) => Date.parse(quarter.at) === at);
    const sum = (of: (quarter: MonitorQuarter) => number): number => inside.reduce((all, quarter) => all + of(quarter), 0);
    return { at: new Date(at).toISOString(), in_time: sum((one) => one.in_time), later: sum((one) => one.later), left: sum((one) => one.left) };
  });
}

export class Monitor extends LiveState<MonitorState> {
  /** The line of the queue that is open; null where none is. */
  readonly line = signal<MonitorLine | null>(null);

  /** The one queue that is shown; null: all. Kept while other pages are shown. */
  readonly only = signal<string | null>(null);
  /** Yesterday of a queue with other numbers of CSRs; null until a queue is chosen. */
  readonly staffing = signal<Staffing | null>(null);

  constructor(ports: LivePorts) {
    super(ports, "monitor/");
  }

  override start(): () => void {
    const stops = [super.start(), this.ports.clock.every(STAFFING_MS, () => void this.#followStaffing())];
    return () => {
      for (const stop of stops) stop();
    };
  }

  protected read(frame: ServerFrame): MonitorState | null {
    return frame.type === "monitor" ? frame.monitor : null;
  }

  override adopt(state: MonitorState): boolean {
    const newer = super.adopt(state);
    const open = this.line.peek();
    if (newer && open !== null) void this.openLine(open.queue).catch((error: unknown) => console.warn("could not read the line", error));
    return newer;
  }

  async openLine(queue: string): Promise<void> {
    this.line.value = await this.ports.api.get<MonitorLine>(`monitor/queues/${queue}/`);
  }

  async openStaffing(queue: string): Promise<void> {
    this.staffing.value = await this.ports.api.get<Staffing>(`monitor/queues/${queue}/staffing/`);
  }

  async workOutStaffing(queue: string): Promise<void> {
    this.staffing.value = await this.ports.api.post<Staffing>(`monitor/queues/${queue}/staffing/`, undefined, { key: newId() });
  }

  /** A failure leaves what is known; the next try tells more. */
  async #followStaffing(): Promise<void> {
    const asked = this.staffing.peek();
    if (asked?.phase !== "running") return;
    try {
      const now = await this.ports.api.get<Staffing>(`monitor/queues/${asked.queue}/staffing/`);
      if (this.staffing.peek()?.queue === asked.queue) this.staffing.value = now;
    } catch (error: unknown) {
      console.warn("could not read the staffing", error);
    }
  }

  setOpen(queue: string, override: Override): Promise<void> {
    return this.#act(`queues/${queue}/open/`, { override });
  }

  setPriority(entry: string, priority: number): Promise<void> {
    return this.#act(`entries/${entry}/priority/`, { priority });
  }

  move(entry: string, queue: string): Promise<void> {
    return this.#act(`entries/${entry}/move/`, { queue });
  }

  assign(entry: string, csr: string): Promise<void> {
    return this.#act(`entries/${entry}/assign/`, { csr });
  }

  cancel(entry: string, reason: string): Promise<void> {
    return this.#act(`entries/${entry}/cancel/`, { reason });
  }

  setPresence(csr: string, presence: Presence, reason = ""): Promise<void> {
    return this.#act(`csrs/${csr}/presence/`, { presence, reason });
  }

  join(session: string): Promise<SessionSnapshot> {
    return this.ports.api.post(`monitor/sessions/${session}/join/`, undefined, { key: newId() });
  }

  whisper(session: string, text: string): Promise<SessionSnapshot> {
    return this.ports.api.post(`monitor/sessions/${session}/whisper/`, { text }, { key: newId() });
  }

  /** The wall is sent once a second at most; what was just done is read at once. */
  async #act(path: string, body: unknown): Promise<void> {
    try {
      await this.ports.api.post(`monitor/${path}`, body, { key: newId() });
    } finally {
      await this.refresh();
    }
  }
}
