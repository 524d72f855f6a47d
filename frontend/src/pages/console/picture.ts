/** Which shared screen a session shows, and the one viewer that fetches it. */
import { signal, type ReadonlySignal } from "@preact/signals";

import type { Clock } from "../../core/clock.ts";
import { newId } from "../../core/id.ts";
import type { LiveSession } from "../../core/session.ts";
import { EMPTY_VIEW, type ViewerView } from "../../core/viewer-state.ts";
import { Viewer } from "../../core/viewer.ts";
import type { CursorPosition, CursorShape, Event, GrantInfo, SessionSnapshot, ViewerInput } from "../../protocol/generated.ts";

/** What a stage does at once and past the component tree: the owner's cursor, many times a second, and the last picture. */
export interface StageSink {
  /** Keep the picture that is shown now: its connection is about to close. */
  hold(): void;
  shape(shape: CursorShape): void;
  cursor(position: CursorPosition): void;
}

/** Return the grant whose picture is to be shown: the one shown now while it lives, else viewing before control. */
export function pictureGrant(snapshot: SessionSnapshot, shown: string | null): GrantInfo | null {
  if (snapshot.state === "ended") return null;
  const live = snapshot.grants.filter((grant) => grant.state !== "stopped");
  const kept = live.find((grant) => grant.id === shown);
  const view = live.find((grant) => grant.capability === "screen.view.desktop");
  const control = live.find((grant) => grant.capability === "screen.control.desktop");
  // A share from another program replaces the one that is shown; from the same program the picture just goes on.
  if (kept && (!view || view.endpoint === kept.endpoint)) return kept;
  return view ?? control ?? null;
}

export class PictureKeeper {
  readonly #view = signal<ViewerView>(EMPTY_VIEW);
  readonly #grant = signal<string | null>(null);
  #viewer: Viewer | null = null;
  #stopViewer: (() => void) | null = null;
  #shapes = new Map<number, CursorShape>();
  #cursor: CursorPosition | null = null;
  #sink: StageSink | null = null;

  constructor(
    private readonly live: LiveSession,
    private readonly clock: Clock,
  ) {}

  get view(): ReadonlySignal<ViewerView> {
    return this.#view;
  }

  /** The grant that is shown. */
  get grant(): ReadonlySignal<string | null> {
    return this.#grant;
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
    return () => {
      for (const stop of stops) stop();
      this.#drop();
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

  send(message: ViewerInput): boolean {
    return this.#viewer?.sendInput(message) ?? false;
  }

  shown(): void {
    this.#viewer?.pictureShown();
  }

  #heard(event: Event): void {
    if (event.type === "grant.resumed" && event.grant.id === this.#grant.peek()) this.#viewer?.sourceReturned();
    if (event.type === "endpoint.connected" && event.endpoint.id === this.#viewer?.target.endpoint) this.#viewer.sourceReturned();
  }

  #follow(snapshot: SessionSnapshot): void {
    const grant = pictureGrant(snapshot, this.#grant.peek());
    if (grant && grant.id === this.#grant.peek() && grant.endpoint === this.#viewer?.target.endpoint) return;
    if (!grant && !this.#viewer) return;
    this.#drop();
    if (grant) this.#open(grant);
  }

  #open(grant: GrantInfo): void {
    this.#grant.value = grant.id;
    const viewer = new Viewer({ grant: grant.id, endpoint: grant.endpoint }, this.#ports(), {
      changed: (view) => {
        if (this.#viewer === viewer) this.#view.value = view;
      },
      cursor: (position) => {
        this.#cursor = position;
        this.#sink?.cursor(position);
      },
      losing: () => this.#sink?.hold(),
      shape: (shape) => {
        this.#shapes.set(shape.serial, shape);
        this.#sink?.shape(shape);
      },
    });
    this.#viewer = viewer;
    this.#stopViewer = viewer.start();
  }

  #ports(): ConstructorParameters<typeof Viewer>[1] {
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
    const stop = this.#stopViewer;
    this.#viewer = null;
    this.#stopViewer = null;
    stop?.();
    this.#shapes.clear();
    this.#cursor = null;
    this.#grant.value = null;
    this.#view.value = EMPTY_VIEW;
  }
}
