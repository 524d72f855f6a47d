/** One session as the console keeps it: the live session, what was read of its log, unread messages, note and picture. */
import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";

import type { Clock } from "../../core/clock.ts";
import { type Pauses, pausesAfter } from "../../core/pauses.ts";
import { PictureKeeper } from "../../core/picture.ts";
import type { LiveSession, Memory } from "../../core/session.ts";
import type { Audience, Capability, Event, GrantInfo, SessionSnapshot } from "../../protocol/generated.ts";
import { type Denial, lastDenials } from "./action.ts";
import { ClipboardKeeper } from "./clipboard.ts";
import { NoteKeeper } from "./note.ts";
import { browserPorts, ShareKeeper, type ShareDesk } from "./share.ts";
import type { ToolTab } from "./types.ts";

export type PanelTab = "chat" | "notes" | "people" | "customer";

/** A message that is being written. It belongs to its session: another style or another customer loses nothing of it. */
export interface Draft {
  readonly text: string;
  readonly audience: Audience;
  readonly to: string | null;
}

export interface CasePorts {
  readonly clock: Clock;
  readonly memory: Memory;
  /** A window of one monitor shows that one and nothing else. */
  readonly monitors?: readonly number[];
  /** The session that is open in the window is read, the others collect unread messages. */
  reading(id: string): boolean;
}

export class SessionCase {
  readonly id: string;
  readonly note: NoteKeeper;
  readonly picture: PictureKeeper;
  /** This CSR's own computer, shown to the session. */
  readonly share: ShareKeeper;
  readonly clipboard: ClipboardKeeper;
  readonly unread = signal(0);
  readonly panel: Signal<PanelTab> = signal("chat");
  readonly draft = signal<Draft>({ text: "", audience: "everyone", to: null });
  readonly #chosenTab = signal<ToolTab | null>(null);
  readonly #events = signal<readonly Event[]>([]);
  /** The last answer No of each capability, read from the log: an answered request is no longer in the snapshot. */
  readonly denials: ReadonlySignal<Partial<Record<Capability, Denial>>>;
  /** Why grants rest, read from the log. */
  readonly pauses: ReadonlySignal<Pauses>;
  readonly tab: ReadonlySignal<ToolTab>;

  constructor(
    readonly live: LiveSession,
    private readonly ports: CasePorts,
  ) {
    const { id } = live.snapshot.peek();
    this.id = id;
    this.picture = new PictureKeeper(live, ports.clock, ports.monitors === undefined ? {} : { monitors: ports.monitors });
    this.share = new ShareKeeper(live, browserPorts(ports.clock));
    this.clipboard = new ClipboardKeeper(live, this.picture, ports.clock);
    this.note = new NoteKeeper({
      clock: ports.clock,
      memory: ports.memory,
      key: `note:${id}`,
      read: () => live.commands.note(),
      save: (text, base) => live.commands.saveNote(text, base),
      online: () => live.link.peek().phase === "live",
    });
    this.denials = computed(() => lastDenials(this.#events.value));
    this.pauses = computed(() => this.#events.value.reduce<Pauses>(pausesAfter, new Map()));
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
      stops.push(this.picture.start());
      // What is done once for the session is done by the console's window, not by that of one monitor.
      if (this.ports.monitors === undefined) stops.push(this.share.start(), this.clipboard.start());
      stops.push(this.live.start());
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

  /** Ends a grant; what this browser captures ends at once, and then the server is told. */
  async stop(desk: ShareDesk, grant: GrantInfo): Promise<void> {
    if (this.share.source.grant.peek() === grant.id) this.share.source.stop(grant.id, "owner_stop");
    else await desk.run(() => this.live.commands.stopGrant(grant.id, "csr_release"));
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
