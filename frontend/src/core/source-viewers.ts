/** The connections of a browser source: who is served, over which peer, and when one is closed. */

import type { Quality, SignalData } from "../protocol/generated.ts";
import type { Surface } from "./capabilities.ts";
import type { Clock } from "./clock.ts";
import type { IceAnswer } from "./rest.ts";
import type { MarkMessage } from "./source-marks.ts";
import { SourcePeer, type PeerFactory } from "./source-peer.ts";
import type { QualityMode } from "./source-quality.ts";

export interface ViewersPorts {
  readonly clock: Clock;
  readonly openPeer: PeerFactory;
  readonly ice: () => Promise<IceAnswer>;
  readonly send: (viewer: string, data: SignalData) => void;
}

export interface Serving {
  readonly viewer: string;
  readonly participant: string;
  readonly connection: string;
  readonly stream: MediaStream;
  readonly surface: Surface;
  readonly mode: () => QualityMode;
  /** Asked again when the addresses of the relays are there: much may have changed. */
  readonly wanted: () => boolean;
  readonly onConnected: () => void;
  readonly onMark: (message: MarkMessage) => void;
  readonly onQuality: (figures: Quality) => void;
}

const ICE_KEPT_MS = 5 * 60_000;
const MAX_CONNECTIONS = 12;
/** A viewer's pop-out windows have connections of their own. */
const MAX_OF_ONE_VIEWER = 4;
/** A viewer's page that the server lost for so long is signed out or closed, whatever it still plays. */
const GONE_MS = 10_000;

export class SourceViewers {
  readonly #peers = new Map<string, SourcePeer>();
  readonly #gone = new Map<string, () => void>();
  #ice: { readonly servers: RTCIceServer[]; readonly at: number } | null = null;

  constructor(private readonly ports: ViewersPorts) {}

  /** Who has a connection now. */
  get participants(): ReadonlySet<string> {
    return new Set([...this.#peers.values()].map((peer) => peer.participant));
  }

  async serve(serving: Serving): Promise<void> {
    const { viewer, connection, participant, stream, surface } = serving;
    this.#makeRoom(viewer);
    if (this.#peers.size >= MAX_CONNECTIONS) {
      this.ports.send(viewer, { kind: "hang_up", connection, reason: "too_many_viewers" });
      return;
    }
    const servers = await this.#iceServers();
    if (!serving.wanted()) return;
    const peer = new SourcePeer({
      viewer,
      participant,
      connection,
      stream,
      surface,
      mode: serving.mode(),
      servers,
      clock: this.ports.clock,
      openPeer: this.ports.openPeer,
      send: (data) => this.ports.send(viewer, data),
      onConnected: serving.onConnected,
      onLost: () => this.#close(connection, "lost"),
      onMark: serving.onMark,
      onQuality: serving.onQuality,
    });
    this.#peers.set(connection, peer);
    peer.start();
  }

  signalled(sender: string, data: SignalData): void {
    const peer = this.#peers.get(data.connection);
    if (peer?.viewer !== sender) return;
    if (data.kind === "hang_up") this.#close(data.connection, null);
    else if (data.kind === "answer") peer.answered(data.sdp);
    else if (data.kind === "candidate") peer.candidate(data);
  }

  /** The session changed: hang up on who may not view any more, and watch the pages that are gone. */
  follow(mayView: (participant: string) => boolean, isGone: (viewer: string) => boolean): void {
    for (const [connection, peer] of this.#peers) {
      if (!mayView(peer.participant)) this.#close(connection, "not_allowed");
      else this.#watchPage(connection, isGone(peer.viewer));
    }
  }

  /** After sleep or a change of network: viewers whose connection broke ask again at once, not when they notice. */
  linkReturned(): void {
    for (const [connection, peer] of this.#peers) if (peer.broken) this.#close(connection, "lost");
  }

  setMode(mode: QualityMode): void {
    for (const peer of this.#peers.values()) peer.setMode(mode);
  }

  tell(message: MarkMessage): void {
    for (const peer of this.#peers.values()) peer.tell(message);
  }

  closeAll(reason: string): void {
    for (const connection of [...this.#peers.keys()]) this.#close(connection, reason);
  }

  #watchPage(connection: string, gone: boolean): void {
    if (!gone) {
      this.#gone.get(connection)?.();
      this.#gone.delete(connection);
    } else if (!this.#gone.has(connection)) {
      this.#gone.set(connection, this.ports.clock.after(GONE_MS, () => this.#close(connection, "endpoint_gone")));
    }
  }

  /** A viewer who asks anew gets a new connection; one that runs may be a pop-out window's and stays. */
  #makeRoom(viewer: string): void {
    const own = [...this.#peers].filter(([, peer]) => peer.viewer === viewer);
    const running = own.filter(([, peer]) => peer.connected);
    const tooMany = running.slice(0, Math.max(0, running.length - MAX_OF_ONE_VIEWER + 1));
    const idle = own.filter(([, peer]) => !peer.connected);
    for (const [connection] of [...idle, ...tooMany]) this.#close(connection, "superseded");
  }

  async #iceServers(): Promise<RTCIceServer[]> {
    const now = this.ports.clock.now();
    if (this.#ice !== null && now - this.#ice.at < ICE_KEPT_MS) return this.#ice.servers;
    try {
      const { ice_servers } = await this.ports.ice();
      this.#ice = { servers: ice_servers.map((server) => ({ ...server })), at: now };
      return this.#ice.servers;
    } catch {
      return this.#ice?.servers ?? [];
    }
  }

  #close(connection: string, reason: string | null): void {
    const peer = this.#peers.get(connection);
    if (peer === undefined) return;
    this.#peers.delete(connection);
    this.#gone.get(connection)?.();
    this.#gone.delete(connection);
    peer.close();
    if (reason !== null) this.ports.send(peer.viewer, { kind: "hang_up", connection, reason });
  }
}
