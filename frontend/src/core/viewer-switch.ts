/**
 * A viewer that chooses its way: shows one connection, tries another beside it where `viewer-path.ts` says so, and
 * changes over when that one carries a picture. It has the face of `Viewer`.
 */
import type { SignalData, StateMessage, ViewerInput } from "../protocol/generated.ts";
import { nextStep, peerAgainAfter, UNHEARD_MS, type PathFacts, type Way } from "./viewer-path.ts";
import type { RelayOpener, ViewerListener, ViewerPorts, ViewerTarget } from "./viewer-ports.ts";
import { EMPTY_VIEW, type ViewerState, type ViewerView } from "./viewer-state.ts";
import { Viewer } from "./viewer.ts";

const LOOK_MS = 200;
/** After a sleep the silence is as long as the night; it counts as one that was just noticed. */
const NOTICED_MS = 2500;
const RELAY_AGAIN_MS = 5000;
const REFRESH_MS = 500;
const MAX_REFRESHES = 6;

interface Leg {
  readonly way: Way;
  readonly viewer: Viewer;
  readonly stop: () => void;
  readonly since: number;
  readonly wanted: boolean;
  carries: boolean;
  downSince: number | null;
  wasWell: boolean;
  losses: number;
  state: ViewerState;
}

export class SwitchingViewer {
  #shown: Leg | null = null;
  #trial: Leg | null = null;
  #view: ViewerView = EMPTY_VIEW;
  #cancelLook: () => void = () => undefined;
  #peerTries = 0;
  #peerAgainAt = 0;
  #relayFrom = 0;
  /** Once a key was wrong, nothing falls back to the relay: whoever made it fail may have wanted that. */
  #distrusted = false;
  #refreshes = 0;
  #refreshedAt = 0;

  /** `openRelay` is null where there is no relay for this picture. */
  constructor(
    readonly target: ViewerTarget,
    private readonly ports: ViewerPorts,
    private readonly listener: ViewerListener,
    private readonly openRelay: RelayOpener | null,
  ) {}

  get view(): ViewerView {
    return this.#view;
  }

  start(): () => void {
    this.#shown = this.#open("peer", false);
    this.#update(this.#shown);
    this.#lookLater();
    return () => this.#close();
  }

  receive(sender: string, data: SignalData): void {
    this.#shown?.viewer.receive(sender, data);
    this.#trial?.viewer.receive(sender, data);
  }

  /** The source's socket, or our own, came back. */
  sourceReturned(): void {
    this.#shown?.viewer.sourceReturned();
    this.#trial?.viewer.sourceReturned();
  }

  /** The network is another one: what runs may be dead without having noticed. */
  networkChanged(): void {
    this.#peerTries = 0;
    if (this.#trial?.way === "peer") this.#drop();
    if (!this.#trial && this.#shown?.wasWell) this.#trial = this.#open("peer", true);
  }

  pictureShown(): void {
    this.#shown?.viewer.pictureShown();
  }

  sendInput(message: ViewerInput): boolean {
    return this.#shown?.viewer.sendInput(message) ?? false;
  }

  sendState(message: StateMessage): boolean {
    return this.#shown?.viewer.sendState(message) ?? false;
  }

  #open(way: Way, wanted: boolean): Leg {
    const ports = way === "relay" ? { ...this.ports, openRelay: this.openRelay } : this.ports;
    const { listener } = this;
    let leg: Leg | null = null;
    const mine = (): boolean => leg !== null && leg === this.#shown;
    const viewer = new Viewer(this.target, ports, {
      changed: (view) => {
        if (leg) this.#changed(leg, view);
      },
      cursor: (position) => mine() && listener.cursor?.(position),
      shape: (shape) => listener.shape?.(shape),
      marks: (message) => mine() && listener.marks?.(message),
      clipboard: (part) => mine() && listener.clipboard?.(part),
      losing: () => mine() && listener.losing?.(),
    });
    const now = this.ports.timers.now();
    leg = { way, viewer, wanted, since: now, stop: viewer.start(), carries: false, downSince: now, wasWell: false, losses: 0, state: viewer.view.state };
    return leg;
  }

  #changed(leg: Leg, view: ViewerView): void {
    if (view.state === "lost" && leg.state !== "lost") leg.losses += 1;
    if (view.wrongKey) this.#distrusted = true;
    leg.state = view.state;
    if (leg === this.#shown) this.#update(leg);
  }

  /** Tells the view of the connection that is shown, with the picture's own history. */
  #update(leg: Leg): void {
    const { startedAt, pictureAt } = this.#view;
    const view = leg.viewer.view;
    const fresh = view.pictureAt !== null;
    this.#view = {
      ...view,
      startedAt: startedAt ?? view.startedAt,
      pictureAt: pictureAt ?? view.pictureAt,
      // Until the new connection's first frame is on the screen, the last picture of the old one is.
      lostAt: fresh || pictureAt === null ? view.lostAt : (this.#view.lostAt ?? leg.since),
    };
    this.listener.changed(this.#view);
  }

  #lookLater(): void {
    this.#cancelLook = this.ports.timers.after(LOOK_MS, () => {
      this.#look();
      if (this.#shown) this.#lookLater();
    });
  }

  #look(): void {
    const now = this.ports.timers.now();
    for (const leg of [this.#shown, this.#trial]) if (leg) judge(leg, now);
    if (this.#trial) void this.#lookForPicture(this.#trial);
    this.#refresh(now);
    this.#step(now);
  }

  #step(now: number): void {
    const { shown, facts } = { shown: this.#shown, facts: this.#facts(now) };
    if (!shown || !facts) return;
    switch (nextStep(facts)) {
      case "try_peer":
        this.#trial = this.#open("peer", false);
        this.#peerAgainAt = now + peerAgainAfter(this.#peerTries++);
        break;
      case "try_relay":
        this.#drop();
        this.#relayFrom = now + RELAY_AGAIN_MS;
        this.#trial = this.#open("relay", false);
        break;
      case "promote":
        this.#promote(now);
        break;
      case "give_up":
        this.#drop();
        break;
      case "none":
        break;
    }
  }

  #facts(now: number): PathFacts | null {
    const shown = this.#shown;
    if (!shown) return null;
    return {
      now,
      shown: { ...shown, well: shown.downSince === null },
      trial: this.#trial,
      relay: this.openRelay !== null && !this.#distrusted && now >= this.#relayFrom,
      peerAgainAt: this.#peerAgainAt,
    };
  }

  async #lookForPicture(trial: Leg): Promise<void> {
    if (!trial.carries && (await trial.viewer.framesDecoded()) > 0) trial.carries = true;
  }

  /** A still screen sends nothing by itself: asks for its picture until the stage shows the new connection's first one. */
  #refresh(now: number): void {
    if (this.#refreshes === 0 || now - this.#refreshedAt < REFRESH_MS) return;
    if (this.#shown?.viewer.view.pictureAt !== null) {
      this.#refreshes = 0;
    } else if (this.#shown.viewer.sendState({ type: "refresh" })) {
      this.#refreshes -= 1;
      this.#refreshedAt = now;
    }
  }

  /** Shows the trial from now on; the old picture stays on the stage until its first frame. */
  #promote(now: number): void {
    const [old, next] = [this.#shown, this.#trial];
    if (!old || !next) return;
    this.listener.losing?.();
    this.#shown = next;
    this.#trial = null;
    if (this.#view.pictureAt !== null) this.#view = { ...this.#view, lostAt: this.#view.lostAt ?? now };
    if (next.way === "peer") this.#peerTries = 0;
    else this.#peerAgainAt = now + peerAgainAfter(this.#peerTries++);
    this.#update(next);
    this.#refreshes = MAX_REFRESHES;
    this.#refreshedAt = now - REFRESH_MS;
    old.stop();
  }

  #drop(): void {
    const trial = this.#trial;
    this.#trial = null;
    trial?.stop();
  }

  #close(): void {
    this.#cancelLook();
    this.#drop();
    const shown = this.#shown;
    shown?.stop();
    this.#shown = null;
  }
}

/** Notes since when a connection is not well. */
function judge(leg: Leg, now: number): void {
  const { state } = leg.viewer.view;
  if (state === "live" && leg.viewer.unheardMs < UNHEARD_MS) {
    leg.downSince = null;
    leg.wasWell = true;
    leg.losses = 0;
  } else if (leg.downSince === null) {
    leg.downSince = now - (state === "live" ? Math.min(leg.viewer.unheardMs, NOTICED_MS) : 0);
  }
}
