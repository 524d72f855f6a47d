/** One viewer of this browser's screen: offer, answer, candidates, and the `state` channel with heartbeat and figures. */

import { CHANNEL_HEARTBEAT_SECONDS, type Candidate, type Quality, type SignalData, type StateMessage } from "../protocol/generated.ts";
import type { Surface } from "./capabilities.ts";
import type { Clock } from "./clock.ts";
import { markFrom, type MarkMessage } from "./source-marks.ts";
import { type QualityMode, SENDING } from "./source-quality.ts";

export type PeerFactory = (configuration: RTCConfiguration) => RTCPeerConnection;

export interface SourcePeerOptions {
  readonly viewer: string;
  readonly participant: string;
  readonly connection: string;
  readonly stream: MediaStream;
  readonly surface: Surface;
  readonly mode: QualityMode;
  readonly servers: RTCIceServer[];
  readonly clock: Clock;
  readonly openPeer: PeerFactory;
  readonly send: (data: SignalData) => void;
  readonly onConnected: () => void;
  readonly onLost: () => void;
  readonly onMark: (message: MarkMessage) => void;
  /** Figures of the last second. */
  readonly onQuality: (figures: Quality) => void;
}

const MAX_BITS_PER_SECOND = 8_000_000;
/** ICE may repair a short break by itself; after this long the viewer asks anew. */
const REPAIR_MS = 10_000;
const MAX_BUFFERED_BYTES = 256 * 1024;

export class SourcePeer {
  readonly viewer: string;
  readonly participant: string;
  #peer: RTCPeerConnection | null = null;
  #channel: RTCDataChannel | null = null;
  #early: Candidate[] = [];
  #answered = false;
  #senders: RTCRtpSender[] = [];
  #mode: QualityMode;
  #stops: (() => void)[] = [];
  #lastSent = { bytes: 0, frames: 0, encodeSeconds: 0, at: 0 };
  #lastSize = "";

  constructor(private readonly options: SourcePeerOptions) {
    this.viewer = options.viewer;
    this.participant = options.participant;
    this.#mode = options.mode;
  }

  get connected(): boolean {
    return this.#peer?.connectionState === "connected";
  }

  /** It ran, and does not any more. */
  get broken(): boolean {
    return this.#peer?.connectionState === "disconnected" || this.#peer?.connectionState === "failed";
  }

  start(): void {
    const { options } = this;
    const peer = options.openPeer({ iceServers: options.servers, bundlePolicy: "max-bundle" });
    this.#peer = peer;
    for (const track of options.stream.getVideoTracks()) {
      this.#senders.push(peer.addTrack(track, options.stream));
    }
    this.setMode(this.#mode);
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

  /** Sharp first gives up frames before pixels, fast first pixels before frames. */
  setMode(mode: QualityMode): void {
    this.#mode = mode;
    for (const sender of this.#senders) void this.#prefer(sender, mode);
  }

  async #prefer(sender: RTCRtpSender, mode: QualityMode): Promise<void> {
    const parameters = sender.getParameters();
    parameters.degradationPreference = SENDING[mode].degradation;
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
    if (typeof data !== "string" || data.length > MAX_BUFFERED_BYTES) return;
    let message: { readonly type?: unknown; readonly at_ms?: unknown; readonly echo_ms?: unknown } | null;
    try {
      message = JSON.parse(data) as typeof message;
    } catch {
      return;
    }
    if (message?.type === "heartbeat") {
      if (message.echo_ms === null && typeof message.at_ms === "number") this.tell({ type: "heartbeat", at_ms: this.options.clock.now(), echo_ms: message.at_ms });
      return;
    }
    const mark = markFrom(message);
    if (mark !== null) this.options.onMark(mark);
  }

  async #beat(): Promise<void> {
    this.tell({ type: "heartbeat", at_ms: this.options.clock.now(), echo_ms: null });
    this.#tellSize();
    await this.#tellQuality();
  }

  #tellSize(): void {
    const settings = this.options.stream.getVideoTracks()[0]?.getSettings();
    const { width, height } = settings ?? {};
    if (width === undefined || height === undefined || this.#lastSize === `${width}x${height}`) return;
    const { surface } = this.options;
    // A browser does not say which window it shows, nor where the monitor stands.
    const monitors = surface === "desktop" ? [{ number: 1, width, height, primary: true, x: 0, y: 0, scale: 1 }] : [];
    const shown = monitors.map(({ number }) => number);
    const sent = this.tell({ type: "screen", width, height, monitors, shown, surface, windows: [], marks_in_picture: false });
    if (sent) this.#lastSize = `${width}x${height}`;
  }

  async #tellQuality(): Promise<void> {
    const report = await this.#peer?.getStats();
    if (report === undefined) return;
    const rows: Record<string, unknown>[] = [];
    report.forEach((row: Record<string, unknown>) => rows.push(row));
    const sent = rows.find((row) => row["type"] === "outbound-rtp" && row["kind"] === "video") as RTCOutboundRtpStreamStats | undefined;
    if (sent === undefined) return;
    const now = { bytes: sent.bytesSent ?? 0, frames: sent.framesEncoded ?? 0, encodeSeconds: sent.totalEncodeTime ?? 0, at: sent.timestamp };
    const before = this.#lastSent;
    this.#lastSent = now;
    const seconds = (now.at - before.at) / 1000;
    if (before.at === 0 || seconds <= 0) return;
    const frames = now.frames - before.frames;
    const limit = sent.qualityLimitationReason;
    const figures: Quality = {
      type: "quality",
      frames_per_second: frames / seconds,
      kbit_per_second: ((now.bytes - before.bytes) * 8) / 1000 / seconds,
      encode_ms: frames === 0 ? 0 : ((now.encodeSeconds - before.encodeSeconds) * 1000) / frames,
      mode: this.#mode,
      queue_ms: null,
      ...linkFigures(rows),
      limited_by: limit === "cpu" ? "cpu" : limit === "bandwidth" ? "link" : frames === 0 ? "still" : "nothing",
    };
    this.tell(figures);
    this.options.onQuality(figures);
  }

  /** False when it could not leave now: what is shown beside a picture is never queued. */
  tell(message: StateMessage): boolean {
    const channel = this.#channel;
    if (channel?.readyState !== "open" || channel.bufferedAmount > MAX_BUFFERED_BYTES) return false;
    channel.send(JSON.stringify(message));
    return true;
  }
}

/** What the receiver reported of the link, and what the browser believes that it carries. */
function linkFigures(rows: readonly Record<string, unknown>[]): Pick<Quality, "loss" | "rtt_ms" | "estimate_kbit"> {
  const number = (value: unknown, factor: number): number | null => (typeof value === "number" ? value * factor : null);
  const heard = rows.find((row) => row["type"] === "remote-inbound-rtp" && row["kind"] === "video");
  const pair = rows.find((row) => row["type"] === "candidate-pair" && row["nominated"] === true);
  return {
    loss: number(heard?.["fractionLost"], 1),
    rtt_ms: number(heard?.["roundTripTime"], 1000),
    estimate_kbit: number(pair?.["availableOutgoingBitrate"], 1 / 1000),
  };
}
