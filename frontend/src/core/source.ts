/**
 * This browser as the source of a picture: one captured screen, one RTCPeerConnection per viewer.
 * Stop is local first: the capture ends before anybody is told. A viewer is served only while its grant is active,
 * belongs to this endpoint, and the viewer is a CSR inside the session.
 */

import { signal, type ReadonlySignal } from "@preact/signals";

import type { GrantInfo, Signal, SignalData, StateMessage, ViewRequest } from "../protocol/generated.ts";
import type { Clock } from "./clock.ts";
import type { SessionCommands, StopWish } from "./commands.ts";
import { SourcePeer, type PeerFactory } from "./source-peer.ts";
import type { LiveSession } from "./session.ts";
import { isCsr, liveGrants, participant } from "./store.ts";

export type SourcePart = Pick<LiveSession, "snapshot" | "endpoint" | "signal" | "onSignal" | "onEvent">;

export interface SourceOptions {
  readonly session: SourcePart;
  readonly commands: Pick<SessionCommands, "ice" | "stopGrant" | "firstUse">;
  readonly clock: Clock;
  readonly openPeer: PeerFactory;
}

const ICE_KEPT_MS = 5 * 60_000;
const MAX_VIEWERS = 8;
const RETRY_MS = 2_000;
/** A viewer's page that the server lost for so long is signed out or closed, whatever it still plays. */
const GONE_MS = 10_000;

export class ScreenSource {
  readonly #grant = signal<string | null>(null);
  readonly #stopped = signal<ReadonlySet<string>>(new Set());
  readonly #peers = new Map<string, SourcePeer>();
  readonly #waiting = new Map<string, { readonly viewer: string; readonly request: ViewRequest }>();
  readonly #cancels = new Set<() => void>();
  readonly #gone = new Map<string, () => void>();
  #stream: MediaStream | null = null;
  #ice: { readonly servers: RTCIceServer[]; readonly at: number } | null = null;
  #used = false;
  #resting = false;
  /** The log has told of the grant: from then on its absence means that it stopped. */
  #confirmed = false;

  constructor(private readonly options: SourceOptions) {}

  /** The grant whose picture is captured now. */
  get grant(): ReadonlySignal<string | null> {
    return this.#grant;
  }

  /** Grants that were stopped here; the server may not know yet. */
  get stopped(): ReadonlySignal<ReadonlySet<string>> {
    return this.#stopped;
  }

  start(): () => void {
    const { session } = this.options;
    const ends = [
      session.onSignal((message) => this.#signalled(message)),
      session.onEvent(() => this.#follow()),
    ];
    return () => {
      for (const end of ends) end();
      for (const cancel of this.#cancels) cancel();
      this.#cancels.clear();
      this.#release("page_closed");
    };
  }

  /** Show `stream` under a grant that the server confirmed. Viewers who already asked are answered now. */
  show(grant: GrantInfo, stream: MediaStream): void {
    this.#release("superseded");
    this.#stream = stream;
    this.#grant.value = grant.id;
    this.#used = false;
    this.#confirmed = false;
    this.#follow();
    for (const track of stream.getVideoTracks()) {
      track.contentHint = "detail";
      track.onended = () => this.stop(grant.id, "source_closed");
    }
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { viewer, request } of waiting) if (request.grant === grant.id) this.#viewRequested(viewer, request);
  }

  /** End the capture at once, then tell the server, as often as it takes. */
  stop(grant: string, cause: StopWish): void {
    if (this.#grant.peek() === grant) this.#release(cause);
    this.#markStopped(grant);
    this.#report(grant, cause);
  }

  /** End the capture at once and tell nobody: the caller stops everything, or the server already knows. */
  release(): void {
    const { session } = this.options;
    for (const grant of session.snapshot.peek().grants) if (grant.endpoint === session.endpoint) this.#markStopped(grant.id);
    this.#release("stopped");
  }

  /** End the capture at once; the grant stands and may be taken up again. */
  drop(): void {
    this.#release("closed");
  }

  /** Without a link nobody else could stop the picture: it rests until the link is back. */
  rest(resting: boolean): void {
    if (this.#resting === resting) return;
    this.#resting = resting;
    this.#follow();
  }

  /** Only this browser's own captures end here; a Support Manager's end where it runs. */
  #markStopped(grant: string): void {
    const { session } = this.options;
    const own = session.snapshot.peek().grants.some((other) => other.id === grant && other.endpoint === session.endpoint);
    if (own) this.#stopped.value = new Set([...this.#stopped.peek(), grant]);
  }

  #report(grant: string, cause: StopWish): void {
    const stillLives = (): boolean => liveGrants(this.options.session.snapshot.peek()).some((other) => other.id === grant);
    const attempt = (): void => {
      this.options.commands.stopGrant(grant, cause).catch(() => {
        if (!stillLives()) return;
        const cancel = this.options.clock.after(RETRY_MS, () => {
          this.#cancels.delete(cancel);
          if (stillLives()) attempt();
        });
        this.#cancels.add(cancel);
      });
    };
    attempt();
  }

  /** Grants change on the server: what is no longer active is no longer shown. */
  #follow(): void {
    const id = this.#grant.peek();
    if (id === null) return;
    const snapshot = this.options.session.snapshot.peek();
    const grant = snapshot.grants.find((other) => other.id === id);
    if (snapshot.state === "ended" || (grant === undefined && this.#confirmed)) {
      this.#release("stopped");
      return;
    }
    if (grant === undefined) return;
    this.#confirmed = true;
    for (const track of this.#stream?.getVideoTracks() ?? []) track.enabled = grant.state === "active" && !this.#resting;
    for (const [connection, peer] of this.#peers) {
      if (!this.#mayView(peer.participant)) this.#close(connection, "not_allowed");
      else this.#watchPage(connection, peer.viewer);
    }
  }

  #watchPage(connection: string, viewer: string): void {
    if (!this.#isGone(viewer)) {
      this.#gone.get(connection)?.();
      this.#gone.delete(connection);
    } else if (!this.#gone.has(connection)) {
      this.#gone.set(connection, this.options.clock.after(GONE_MS, () => this.#close(connection, "endpoint_gone")));
    }
  }

  #isGone(viewer: string): boolean {
    const people = this.options.session.snapshot.peek().participants;
    return people.some((person) => person.endpoints.some((other) => other.id === viewer && !other.connected));
  }

  #mayView(participantId: string | null): boolean {
    const person = participant(this.options.session.snapshot.peek(), participantId);
    return person !== undefined && isCsr(person) && person.state === "joined";
  }

  #signalled(message: Signal): void {
    const { data, sender } = message;
    if (sender === null) return;
    if (data.kind === "view_request") {
      if (this.#mayView(message.participant)) this.#viewRequested(sender, data, message.participant);
      else this.#send(sender, { kind: "hang_up", connection: data.connection, reason: "not_allowed" });
      return;
    }
    const peer = this.#peers.get(data.connection);
    if (peer?.viewer !== sender) return;
    if (data.kind === "hang_up") this.#close(data.connection, null);
    else if (data.kind === "answer") peer.answered(data.sdp);
    else if (data.kind === "candidate") peer.candidate(data);
  }

  #viewRequested(viewer: string, request: ViewRequest, participantId: string | null = null): void {
    const { session } = this.options;
    const grant = session.snapshot.peek().grants.find((other) => other.id === request.grant);
    if (grant !== undefined && (grant.state !== "active" || grant.endpoint !== session.endpoint)) {
      this.#send(viewer, { kind: "hang_up", connection: request.connection, reason: "not_granted" });
      return;
    }
    if (this.#stream === null || this.#grant.peek() !== request.grant) {
      // Not captured yet (the answer to "Allow" is on its way), or not any more, after a reload: answered when it is.
      this.#waiting.set(viewer, { viewer, request });
      return;
    }
    void this.#serve(viewer, request, participantId ?? this.#participantOf(viewer), this.#stream);
  }

  #participantOf(endpoint: string): string | null {
    const people = this.options.session.snapshot.peek().participants;
    return people.find((person) => person.endpoints.some((other) => other.id === endpoint))?.id ?? null;
  }

  async #serve(viewer: string, request: ViewRequest, participantId: string | null, stream: MediaStream): Promise<void> {
    for (const [connection, peer] of this.#peers) if (peer.viewer === viewer) this.#close(connection, "superseded");
    if (this.#peers.size >= MAX_VIEWERS) {
      this.#send(viewer, { kind: "hang_up", connection: request.connection, reason: "too_many_viewers" });
      return;
    }
    const servers = await this.#iceServers();
    if (this.#stream !== stream) return;
    const peer = new SourcePeer({
      viewer,
      participant: participantId,
      connection: request.connection,
      stream,
      servers,
      clock: this.options.clock,
      openPeer: this.options.openPeer,
      send: (data) => this.#send(viewer, data),
      onConnected: () => this.#connected(request.grant),
      onLost: () => this.#close(request.connection, "lost"),
    });
    this.#peers.set(request.connection, peer);
    peer.start();
  }

  #connected(grant: string): void {
    if (this.#used) return;
    this.#used = true;
    this.options.commands.firstUse(grant).catch(() => (this.#used = false));
  }

  async #iceServers(): Promise<RTCIceServer[]> {
    const now = this.options.clock.now();
    if (this.#ice !== null && now - this.#ice.at < ICE_KEPT_MS) return this.#ice.servers;
    try {
      const { ice_servers } = await this.options.commands.ice();
      this.#ice = { servers: ice_servers.map((server) => ({ ...server })), at: now };
      return this.#ice.servers;
    } catch {
      return this.#ice?.servers ?? [];
    }
  }

  #send(viewer: string, data: SignalData): void {
    this.options.session.signal(viewer, data);
  }

  #close(connection: string, reason: string | null): void {
    const peer = this.#peers.get(connection);
    if (peer === undefined) return;
    this.#peers.delete(connection);
    this.#gone.get(connection)?.();
    this.#gone.delete(connection);
    peer.close();
    if (reason !== null) this.#send(peer.viewer, { kind: "hang_up", connection, reason });
  }

  #release(reason: string): void {
    const stream = this.#stream;
    this.#stream = null;
    this.#grant.value = null;
    for (const track of stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    for (const connection of [...this.#peers.keys()]) this.#close(connection, reason);
  }
}

/** Messages that a source sends on its `state` channel. */
export type SourceState = StateMessage;

/** Ask the browser for a screen; must run inside the click. Rejects when the person closes the picker. */
export function captureScreen(devices: MediaDevices): Promise<MediaStream> {
  const options = {
    video: { displaySurface: "monitor", frameRate: { ideal: 30, max: 30 } },
    audio: false,
    // Not this page: showing it would mirror the conversation into itself.
    selfBrowserSurface: "exclude",
    surfaceSwitching: "include",
    monitorTypeSurfaces: "include",
  };
  return devices.getDisplayMedia(options);
}

/** Whether this device can show its screen from the page: computers can, phones never. */
export function canShowScreen(navigator: Navigator): boolean {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  return typeof devices?.getDisplayMedia === "function" && !isPhone(navigator);
}

export function isPhone(navigator: Navigator): boolean {
  const hints = (navigator as { readonly userAgentData?: { readonly mobile: boolean } }).userAgentData;
  if (hints !== undefined) return hints.mobile;
  return /Android|iPhone|iPad|iPod|Mobile/i.test(navigator.userAgent) || (navigator.maxTouchPoints > 1 && /Mac/.test(navigator.userAgent));
}
