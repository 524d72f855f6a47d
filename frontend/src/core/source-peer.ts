/** One viewer of this browser's screen: offer, answer, candidates, and the `state` channel with heartbeat and figures. */

import { CHANNEL_HEARTBEAT_SECONDS, type Candidate, type SignalData, type StateMessage } from "../protocol/generated.ts";
import type { Clock } from "./clock.ts";

export type PeerFactory = (configuration: RTCConfiguration) => RTCPeerConnection;

export interface SourcePeerOptions {
  readonly viewer: string;
  readonly participant: string | null;
  readonly connection: string;
  readonly stream: MediaStream;
  readonly servers: RTCIceServer[];
  readonly clock: Clock;
  readonly openPeer: PeerFactory;
  readonly send: (data: SignalData) => void;
  readonly onConnected: () => void;
  readonly onLost: () => void;
}

const MAX_BITS_PER_SECOND = 8_000_000;
/** ICE may repair a short break by itself; after this long the viewer asks anew. */
const REPAIR_MS = 10_000;

export class SourcePeer {
  readonly viewer: string;
  readonly participant: string | null;
  #peer: RTCPeerConnection | null = null;
  #channel: RTCDataChannel | null = null;
  #early: Candidate[] = [];
  #answered = false;
  #stops: (() => void)[] = [];
  #lastSent = { bytes: 0, frames: 0, at: 0 };
  #lastSize = "";

  constructor(private readonly options: SourcePeerOptions) {
    this.viewer = options.viewer;
    this.participant = options.participant;
  }

  start(): void {
    const { options } = this;
    const peer = options.openPeer({ iceServers: options.servers, bundlePolicy: "max-bundle" });
    this.#peer = peer;
    for (const track of options.stream.getVideoTracks()) {
      const sender = peer.addTrack(track, options.stream);
      void this.#prefer(sender);
    }
    this.#channel = peer.createDataChannel("state", { ordered: true });
    this.#channel.onmessage = (event: MessageEvent<unknown>) => this.#received(event.data);
    peer.onicecandidate = ({ candidate }) => this.#found(candidate);
    peer.onconnectionstatechange = () => this.#changed(peer.connectionState);
    this.#offer(peer).catch((error: unknown) => {
      console.warn("could not offer the picture", error);
      options.onLost();
    });
    this.#stops.push(options.clock.every(CHANNEL_HEARTBEAT_SECONDS * 1000, () => void this.#beat()));
  }

  answered(sdp: string): void {
    const peer = this.#peer;
    if (peer === null || this.#answered) return;
    this.#answered = true;
    peer
      .setRemoteDescription({ type: "answer", sdp })
      .then(() => this.#early.splice(0).forEach((candidate) => this.#add(candidate)))
      .catch((error: unknown) => {
        console.warn("the viewer's answer does not fit", error);
        this.options.onLost();
      });
  }

  candidate(candidate: Candidate): void {
    if (this.#peer?.remoteDescription) this.#add(candidate);
    else this.#early.push(candidate);
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
    const peer = this.#peer;
    this.#peer = null;
    this.#channel = null;
    if (peer === null) return;
    peer.onicecandidate = null;
    peer.onconnectionstatechange = null;
    peer.close();
  }

  async #offer(peer: RTCPeerConnection): Promise<void> {
    await peer.setLocalDescription();
    const sdp = peer.localDescription?.sdp;
    if (sdp !== undefined) this.options.send({ kind: "offer", connection: this.options.connection, sdp });
  }

  /** Text must stay readable: give up frames before pixels. */
  async #prefer(sender: RTCRtpSender): Promise<void> {
    const parameters = sender.getParameters();
    parameters.degradationPreference = "maintain-resolution";
    for (const encoding of parameters.encodings) encoding.maxBitrate = MAX_BITS_PER_SECOND;
    try {
      await sender.setParameters(parameters);
    } catch (error) {
      console.warn("the browser keeps its own sending parameters", error);
    }
  }

  #found(candidate: RTCIceCandidate | null): void {
    const { connection } = this.options;
    this.options.send({
      kind: "candidate",
      connection,
      candidate: candidate?.candidate ?? "",
      mid: candidate?.sdpMid ?? null,
      line: candidate?.sdpMLineIndex ?? null,
    });
  }

  #add(candidate: Candidate): void {
    const init = candidate.candidate === "" ? undefined : { candidate: candidate.candidate, sdpMid: candidate.mid, sdpMLineIndex: candidate.line };
    this.#peer?.addIceCandidate(init).catch((error: unknown) => console.warn("a candidate does not fit", error));
  }

  #changed(state: RTCPeerConnectionState): void {
    if (state === "connected") this.options.onConnected();
    if (state === "failed") this.options.onLost();
    if (state === "disconnected") {
      this.#stops.push(
        this.options.clock.after(REPAIR_MS, () => {
          if (this.#peer !== null && this.#peer.connectionState !== "connected") this.options.onLost();
        }),
      );
    }
  }

  #received(data: unknown): void {
    if (typeof data !== "string") return;
    const message = JSON.parse(data) as StateMessage;
    if (message.type === "heartbeat" && message.echo_ms === null) {
      this.#tell({ type: "heartbeat", at_ms: this.options.clock.now(), echo_ms: message.at_ms });
    }
  }

  async #beat(): Promise<void> {
    this.#tell({ type: "heartbeat", at_ms: this.options.clock.now(), echo_ms: null });
    this.#tellSize();
    await this.#tellQuality();
  }

  #tellSize(): void {
    const settings = this.options.stream.getVideoTracks()[0]?.getSettings();
    const { width, height } = settings ?? {};
    if (width === undefined || height === undefined || this.#lastSize === `${width}x${height}`) return;
    const sent = this.#tell({ type: "screen", width, height, monitors: [{ number: 1, width, height, primary: true }] });
    if (sent) this.#lastSize = `${width}x${height}`;
  }

  async #tellQuality(): Promise<void> {
    const report = await this.#peer?.getStats();
    report?.forEach((entry: RTCOutboundRtpStreamStats) => {
      if (entry.type !== "outbound-rtp" || entry.kind !== "video") return;
      const now = { bytes: entry.bytesSent ?? 0, frames: entry.framesEncoded ?? 0, at: entry.timestamp };
      const before = this.#lastSent;
      this.#lastSent = now;
      const seconds = (now.at - before.at) / 1000;
      if (before.at === 0 || seconds <= 0) return;
      const limit = entry.qualityLimitationReason;
      this.#tell({
        type: "quality",
        frames_per_second: (now.frames - before.frames) / seconds,
        kbit_per_second: ((now.bytes - before.bytes) * 8) / 1000 / seconds,
        encode_ms: now.frames === 0 ? 0 : ((entry.totalEncodeTime ?? 0) * 1000) / now.frames,
        limited_by: limit === "cpu" ? "cpu" : limit === "bandwidth" ? "link" : now.frames === before.frames ? "still" : "nothing",
      });
    });
  }

  #tell(message: StateMessage): boolean {
    if (this.#channel?.readyState !== "open") return false;
    this.#channel.send(JSON.stringify(message));
    return true;
  }
}
