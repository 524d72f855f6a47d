/** Which shared screen a session shows, and the one viewer that fetches it. */
import { signal, type ReadonlySignal } from "@preact/signals";

import type { ClipboardPart, CursorPosition, CursorShape, Event, GrantInfo, Mark, SessionSnapshot, StateMessage, ViewerInput } from "../protocol/generated.ts";
import { isControl, isScreen, surfaceOf, viewOf } from "./capabilities.ts";
import type { Clock } from "./clock.ts";
import { newId } from "./id.ts";
import type { InputGrant } from "./input.ts";
import { MarkBoard } from "./marks.ts";
import { onNetworkChange } from "./network.ts";
import type { LiveSession } from "./session.ts";
import { EMPTY_VIEW, type ViewerView } from "./viewer-state.ts";
import { createFrameSink } from "./relay-sink.ts";
import { RelayPeer, relayPossible } from "./viewer-relay.ts";
import type { RelayOpener, ViewerPorts } from "./viewer-ports.ts";
import { SwitchingViewer } from "./viewer-switch.ts";

/** What a stage does at once and past the component tree: the owner's cursor, many times a second, and the last picture. */
export interface StageSink {
  /** Keep the picture that is shown now: its connection is about to close. */
  hold(): void;
  shape(shape: CursorShape): void;
  cursor(position: CursorPosition): void;
}

export interface PictureOptions {
  /** A window of one monitor shows that one, whatever the session's main picture shows. */
  readonly monitors?: readonly number[];
}

/**
 * Return the grant whose picture is to be shown: the one shown now while it lives, else viewing before control. Nobody is
 * shown their own computer.
 */
export function pictureGrant(snapshot: SessionSnapshot, shown: string | null): GrantInfo | null {
  if (snapshot.state === "ended") return null;
  const live = snapshot.grants.filter((grant) => grant.state !== "stopped" && isScreen(grant.capability) && grant.owner !== snapshot.me);
  const kept = live.find((grant) => grant.id === shown);
  const view = live.find((grant) => !isControl(grant.capability));
  const control = live.find((grant) => isControl(grant.capability));
  // A share from another program or of something else replaces the one that is shown; otherwise the picture just goes on.
  if (kept && (!view || sameScreen(view, kept))) return kept;
  return view ?? control ?? null;
}

function sameScreen(one: GrantInfo, other: GrantInfo): boolean {
  return one.endpoint === other.endpoint && viewOf(one.capability) === viewOf(other.capability);
}

/** The control grant that this reader may use now on the screen of `shown`; null while nothing may be operated. */
export function controlGrant(snapshot: SessionSnapshot, shown: string | null): GrantInfo | null {
  const picture = snapshot.grants.find((grant) => grant.id === shown);
  if (!picture) return null;
  const usable = (grant: GrantInfo): boolean => isControl(grant.capability) && grant.state === "active" && grant.holder === snapshot.me;
  return snapshot.grants.find((grant) => usable(grant) && sameScreen(grant, picture)) ?? null;
}

/** How long a picture is fetched on after the last stage for it went. */
const REST_AFTER_MS = 5000;

export class PictureKeeper {
  readonly #view = signal<ViewerView>(EMPTY_VIEW);
  readonly #grant = signal<string | null>(null);
  #viewer: SwitchingViewer | null = null;
  #stopViewer: (() => void) | null = null;
  #shapes = new Map<number, CursorShape>();
  #cursor: CursorPosition | null = null;
  #sink: StageSink | null = null;
  readonly #monitors = signal<readonly number[]>([]);
  #marks: MarkBoard;
  readonly #marksChanged = signal(0);
  #watchers = 0;
  #endpoint: string | null = null;
  #cancelRest: (() => void) | null = null;
  /** Hears the parts of clipboard text that was asked for. */
  onClipboard: ((part: ClipboardPart) => void) | null = null;

  constructor(
    private readonly live: LiveSession,
    private readonly clock: Clock,
    private readonly options: PictureOptions = {},
  ) {
    this.#monitors.value = options.monitors ?? [];
    this.#marks = new MarkBoard(live.snapshot.peek().me);
  }

  get view(): ReadonlySignal<ViewerView> {
    return this.#view;
  }

  /** The grant that is shown. */
  get grant(): ReadonlySignal<string | null> {
    return this.#grant;
  }

  /** The monitors that were chosen to be shown; none: all that the grant covers. */
  get monitors(): ReadonlySignal<readonly number[]> {
    return this.#monitors;
  }

  /** Pointers and drawings on the picture. */
  get marks(): MarkBoard {
    return this.#marks;
  }

  /** Grows with every message about marks. */
  get marksChanged(): ReadonlySignal<number> {
    return this.#marksChanged;
  }

  start(): () => void {
    const stops = [
      this.live.snapshot.subscribe((snapshot) => this.#follow(snapshot)),
      this.live.onSignal((message) => {
        if (message.sender !== null) this.#viewer?.receive(message.sender, message.data);
      }),
      this.live.onEvent((event) => this.#heard(event)),
      // A question asked while the socket was down never left.
      this.live.link.subscribe(({ phase }) => {
        if (phase === "live") this.#viewer?.sourceReturned();
      }),
    ];
    stops.push(onNetworkChange(() => this.#viewer?.networkChanged()));
    return () => {
      for (const stop of stops) stop();
      this.#cancelRest?.();
      this.#drop();
    };
  }

  /**
   * A stage is there for the picture, until the answer is called. Only then it is fetched: nobody's computer sends what
   * nobody looks at. The connection outlives its last stage for a moment, so that going to and fro costs no picture.
   */
  watch(): () => void {
    this.#watchers += 1;
    this.#cancelRest?.();
    this.#cancelRest = null;
    const grant = this.#shownGrant();
    if (grant && !this.#viewer) this.#open(grant);
    let watching = true;
    return () => {
      if (!watching) return;
      watching = false;
      this.#watchers -= 1;
      if (this.#watchers === 0) this.#cancelRest = this.clock.after(REST_AFTER_MS, () => this.#rest());
    };
  }

  /** The stage that shows the picture; it is told at once what is known. */
  attach(sink: StageSink): () => void {
    this.#sink = sink;
    for (const shape of this.#shapes.values()) sink.shape(shape);
    if (this.#cursor) sink.cursor(this.#cursor);
    return () => {
      if (this.#sink === sink) this.#sink = null;
    };
  }

  /** The grant under which this reader may operate at this moment. */
  operable(): InputGrant | null {
    const { canInput, state, silent } = this.#view.peek();
    if (!canInput || state !== "live" || silent) return null;
    return controlGrant(this.live.snapshot.peek(), this.#grant.peek());
  }

  send(message: ViewerInput): boolean {
    return this.#viewer?.sendInput(message) ?? false;
  }

  /** Sends what goes beside the picture; false when it could not leave now. */
  tell(message: StateMessage): boolean {
    return this.#viewer?.sendState(message) ?? false;
  }

  /** Draws the own mark at once; the source's answer comes later. */
  echoMark(mark: Mark): void {
    this.#marks.echo(mark, this.clock.now());
    this.#marksChanged.value += 1;
  }

  /** Shows these monitors of the grant; none: all of them. */
  chooseMonitors(monitors: readonly number[]): void {
    const grant = this.#shownGrant();
    if (!grant || String(monitors) === String(this.#monitors.peek())) return;
    this.#monitors.value = monitors;
    if (!this.#viewer) return;
    this.#close();
    this.#open(grant);
  }

  shown(): void {
    this.#viewer?.pictureShown();
  }

  #heard(event: Event): void {
    if (event.type === "grant.resumed" && event.grant.id === this.#grant.peek()) this.#viewer?.sourceReturned();
    if (event.type === "endpoint.connected" && event.endpoint.id === this.#viewer?.target.endpoint) this.#viewer.sourceReturned();
  }

  #follow(snapshot: SessionSnapshot): void {
    const found = pictureGrant(snapshot, this.#grant.peek());
    // A window of one monitor has nothing to do with applications.
    const grant = found && this.options.monitors !== undefined && surfaceOf(found.capability) !== "desktop" ? null : found;
    if (grant && grant.id === this.#grant.peek() && grant.endpoint === this.#endpoint) return;
    if (!grant && this.#grant.peek() === null) return;
    this.#drop();
    if (!grant) return;
    this.#grant.value = grant.id;
    this.#endpoint = grant.endpoint;
    if (this.#watchers > 0) this.#open(grant);
  }

  #shownGrant(): GrantInfo | undefined {
    return this.live.snapshot.peek().grants.find((one) => one.id === this.#grant.peek());
  }

  /** Nobody looks any more: the connection ends, the grant stays. */
  #rest(): void {
    this.#cancelRest = null;
    this.#clear();
  }

  #close(): void {
    const stop = this.#stopViewer;
    this.#viewer = this.#stopViewer = null;
    stop?.();
  }

  #open(grant: GrantInfo): void {
    const viewer = new SwitchingViewer({ grant: grant.id, endpoint: grant.endpoint, monitors: this.#monitors.peek() }, this.#ports(), {
      changed: (view) => {
        if (this.#viewer === viewer) this.#view.value = view;
      },
      marks: (message) => {
        this.#marks.apply(message, this.clock.now());
        this.#marksChanged.value += 1;
      },
      clipboard: (part) => this.onClipboard?.(part),
      cursor: (position) => {
        this.#cursor = position;
        this.#sink?.cursor(position);
      },
      losing: () => this.#sink?.hold(),
      shape: (shape) => {
        this.#shapes.set(shape.serial, shape);
        this.#sink?.shape(shape);
      },
    }, this.#relayOf(grant));
    this.#viewer = viewer;
    this.#stopViewer = viewer.start();
  }

  /** Only a Support Manager serves relays; a browser that shows its own screen does not. */
  #relayOf(grant: GrantInfo): RelayOpener | null {
    const { participants } = this.live.snapshot.peek();
    const source = participants.flatMap((person) => person.endpoints).find((one) => one.id === grant.endpoint);
    if (source?.kind !== "support_manager" || !relayPossible()) return null;
    return async () => {
      const info = await this.live.commands.openRelay(grant.id);
      const peer = new RelayPeer(info, {
        openSocket: (url) => new WebSocket(url),
        createDecoder: (init) => new VideoDecoder(init),
        createSink: createFrameSink,
        now: () => performance.now(),
      });
      // The viewer uses only what both have.
      return { id: info.id, peer: peer as unknown as RTCPeerConnection };
    };
  }

  #ports(): ViewerPorts {
    return {
      // The server relays to connected programs and for active grants only, and counts what it must refuse.
      send: (to, data) => this.#reachable(to) && (data.kind === "hang_up" || this.#active()) && this.live.signal(to, data),
      iceServers: async () => {
        const { ice_servers } = await this.live.commands.ice();
        return ice_servers.map((server) => ({ ...server }));
      },
      createPeer: (configuration) => new RTCPeerConnection(configuration),
      videoCodecs: () => RTCRtpReceiver.getCapabilities("video")?.codecs ?? [],
      newId: () => newId(),
      timers: this.clock,
    };
  }

  #reachable(endpoint: string): boolean {
    const { participants } = this.live.snapshot.peek();
    return participants.some((person) => person.endpoints.some((one) => one.id === endpoint && one.connected));
  }

  #active(): boolean {
    return this.live.snapshot.peek().grants.some((grant) => grant.id === this.#grant.peek() && grant.state === "active");
  }

  #drop(): void {
    this.#clear();
    this.#monitors.value = this.options.monitors ?? [];
    this.#grant.value = this.#endpoint = null;
  }

  /** Ends the connection and what belongs to it. */
  #clear(): void {
    this.#close();
    this.#shapes.clear();
    this.#cursor = null;
    this.#marks.clearAll();
    this.#marksChanged.value += 1;
    this.#view.value = EMPTY_VIEW;
  }
}
