/** One session as the console keeps it: the live session, what was read of its log, unread messages, note and picture. */
import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";

import type { Clock } from "../../core/clock.ts";
import type { LiveSession, Memory } from "../../core/session.ts";
import type { Capability, Event, SessionSnapshot } from "../../protocol/generated.ts";
import { type Denial, lastDenials } from "./action.ts";
import { NoteKeeper } from "./note.ts";
import { PictureKeeper } from "./picture.ts";

export type ToolTab = "tools" | "desktop";
export type PanelTab = "chat" | "notes" | "people" | "customer";

export interface CasePorts {
  readonly clock: Clock;
  readonly memory: Memory;
  /** The session that is open in the window is read, the others collect unread messages. */
  reading(id: string): boolean;
}

export class SessionCase {
  readonly id: string;
  readonly note: NoteKeeper;
  readonly picture: PictureKeeper;
  readonly unread = signal(0);
  readonly panel: Signal<PanelTab> = signal("chat");
  readonly #chosenTab = signal<ToolTab | null>(null);
  readonly #events = signal<readonly Event[]>([]);
  /** The last answer No of each capability, read from the log: an answered request is no longer in the snapshot. */
  readonly denials: ReadonlySignal<Partial<Record<Capability, Denial>>>;
  readonly tab: ReadonlySignal<ToolTab>;

  constructor(
    readonly live: LiveSession,
    private readonly ports: CasePorts,
  ) {
    const { id } = live.snapshot.peek();
    this.id = id;
    this.picture = new PictureKeeper(live, ports.clock);
    this.note = new NoteKeeper({
      clock: ports.clock,
      memory: ports.memory,
      key: `note:${id}`,
      read: () => live.commands.note(),
      save: (text, base) => live.commands.saveNote(text, base),
      online: () => live.link.peek().phase === "live",
    });
    this.denials = computed(() => lastDenials(this.#events.value));
    // The tab that has the next step, until the CSR chooses one.
    this.tab = computed(() => this.#chosenTab.value ?? (live.snapshot.value.state === "waiting" ? "tools" : "desktop"));
  }

  get snapshot(): ReadonlySignal<SessionSnapshot> {
    return this.live.snapshot;
  }

  get events(): ReadonlySignal<readonly Event[]> {
    return this.#events;
  }

  chooseTab(tab: ToolTab): void {
    this.#chosenTab.value = tab;
  }

  /** Live until the answer is called; an ended session is only read. */
  start(): () => void {
    const snapshot = this.snapshot.peek();
    const stops = [this.live.onEvent((event) => this.#heard(event)), this.note.start(snapshot.note)];
    if (snapshot.state !== "ended") {
      stops.push(this.picture.start(), this.live.start());
      let before = this.live.link.peek().phase;
      stops.push(
        this.live.link.subscribe(({ phase }) => {
          if (phase === "live" && before !== "live") this.note.cameBack();
          before = phase;
        }),
      );
    }
    void this.#readLog(snapshot.seq);
    return () => {
      for (const stop of stops.reverse()) stop();
    };
  }

  read(): void {
    this.unread.value = 0;
  }

  #heard(event: Event): void {
    this.#add([event]);
    const { me } = this.snapshot.peek();
    if (event.type === "chat.sent" && event.message.participant !== me && !this.ports.reading(this.id)) this.unread.value += 1;
    if (event.type === "note.saved" && event.author !== me) this.note.savedElsewhere(event.version);
  }

  #add(events: readonly Event[]): void {
    const all = new Map(this.#events.peek().map((event) => [event.seq, event]));
    for (const event of events) all.set(event.seq, event);
    this.#events.value = [...all.values()].sort((a, b) => a.seq - b.seq);
  }

  /** The log up to the snapshot; a failed read leaves the conversation, which the snapshot holds. */
  async #readLog(until: number): Promise<void> {
    try {
      for (let after = 0; after < until; ) {
        const page = await this.live.commands.events(after);
        const last = page.events.at(-1)?.seq ?? until;
        this.#add(page.events.filter((event) => event.seq <= until));
        after = Math.max(last, after + 1);
      }
    } catch (error) {
      console.warn("could not read the log", error);
    }
  }
}
