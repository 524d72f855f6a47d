/**
 * A shared screen through the server's relay, with the face of a peer connection: pictures come as H.264 over a
 * WebSocket and are decoded by WebCodecs. Each decoded picture is acknowledged, so that the source never sends more
 * than two ahead: a slow link or computer gets fewer pictures, never late ones.
 */
import { PROTOCOL_VERSION } from "../protocol/generated.ts";
import { PictureReader, codecOf, type Picture } from "./relay-picture.ts";
import type { FrameSink } from "./relay-sink.ts";
import type { RelayInfo } from "./rest.ts";

/** The part of WebSocket that is used, so that tests bring their own. */
export type RelaySocket = Pick<WebSocket, "binaryType" | "bufferedAmount" | "onopen" | "onmessage" | "onclose" | "send" | "close">;

export interface RelayPorts {
  openSocket(url: string): RelaySocket;
  createDecoder(init: VideoDecoderInit): VideoDecoder;
  createSink(): FrameSink;
  /** Milliseconds. */
  now(): number;
}

const MAX_DECODE_QUEUE = 4;
const MAX_DECODER_FAULTS = 3;
const MICROSECONDS_PER_TICK = 1_000_000 / 90_000;

type ChannelFace = Pick<RTCDataChannel, "label" | "readyState" | "bufferedAmount"> & {
  onopen: (() => void) | null;
  onclose: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  send(data: string): void;
};

/** One relay. Handlers are those of `RTCPeerConnection`; the viewer treats both alike. */
export class RelayPeer {
  connectionState: RTCPeerConnectionState = "new";
  ontrack: ((event: object) => void) | null = null;
  ondatachannel: ((event: object) => void) | null = null;
  onicecandidate: ((event: object) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  readonly #socket: RelaySocket;
  readonly #sink: FrameSink;
  readonly #channels: Record<"input" | "state", ChannelFace>;
  readonly #pictures = new PictureReader();
  /** Numbers of the pictures in the decoder, by the time stamp that it gives back. */
  readonly #decoding = new Map<number, { number: number; since: number }>();
  #decoder: VideoDecoder | null = null;
  #codec = "";
  #needsKey = true;
  #faults = 0;
  #bytes = 0;
  #frames = 0;
  #decodeMs = 0;
  #size = { width: 0, height: 0 };

  constructor(
    info: RelayInfo,
    private readonly ports: RelayPorts,
  ) {
    this.#sink = ports.createSink();
    const socket = (this.#socket = ports.openSocket(info.url));
    socket.binaryType = "arraybuffer";
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", protocol: PROTOCOL_VERSION, ticket: info.ticket, after: 0 }));
    socket.onmessage = ({ data }: MessageEvent<unknown>) => this.#received(data);
    socket.onclose = () => this.#end("failed");
    this.#channels = { input: this.#channel("input"), state: this.#channel("state") };
  }

  #channel(label: "input" | "state"): ChannelFace {
    const socket = this.#socket;
    const open = (): boolean => this.connectionState === "connected";
    return {
      label,
      onopen: null,
      onclose: null,
      onmessage: null,
      get readyState(): RTCDataChannelState {
        return open() ? "open" : "closed";
      },
      get bufferedAmount(): number {
        return socket.bufferedAmount;
      },
      send: (data) => socket.send(`${label} ${data}`),
    };
  }

  /** Everything is in the hello; there is nothing to trickle. */
  addIceCandidate(): Promise<void> {
    return Promise.resolve();
  }

  /** What the stats of a peer connection say, as far as it exists here. */
  getStats(): Promise<ReadonlyMap<string, object>> {
    const video = {
      type: "inbound-rtp",
      kind: "video",
      bytesReceived: this.#bytes,
      framesDecoded: this.#frames,
      totalDecodeTime: this.#decodeMs / 1000,
      frameWidth: this.#size.width,
      frameHeight: this.#size.height,
    };
    return Promise.resolve(new Map<string, object>([["video", video], ["path", { type: "relay-socket" }]]));
  }

  close(): void {
    this.#end("closed");
  }

  #received(data: unknown): void {
    if (data instanceof ArrayBuffer) this.#receivedPart(data);
    else if (typeof data === "string") this.#receivedText(data);
  }

  #receivedText(frame: string): void {
    this.#bytes += frame.length;
    if (frame === "ready") this.#connected();
    else if (frame.startsWith("state ")) this.#channels.state.onmessage?.({ data: frame.slice("state ".length) });
  }

  #connected(): void {
    if (this.connectionState !== "new") return;
    this.#to("connected");
    this.ontrack?.({ receiver: {}, streams: [this.#sink.stream] });
    for (const channel of [this.#channels.input, this.#channels.state]) {
      this.ondatachannel?.({ channel });
      channel.onopen?.();
    }
  }

  #receivedPart(data: ArrayBuffer): void {
    this.#bytes += data.byteLength;
    const picture = this.#pictures.read(data);
    if (picture) this.#decode(picture);
  }

  #decode(picture: Picture): void {
    const behind = (this.#decoder?.decodeQueueSize ?? 0) > MAX_DECODE_QUEUE;
    if (behind || (this.#needsKey && !picture.key)) {
      this.#restart(picture.number);
      return;
    }
    try {
      if (picture.key) this.#configure(picture.data);
      this.#needsKey = false;
      const timestamp = Math.round(picture.ticks * MICROSECONDS_PER_TICK);
      this.#decoding.set(timestamp, { number: picture.number, since: this.ports.now() });
      this.#decoder?.decode(new EncodedVideoChunk({ type: picture.key ? "key" : "delta", timestamp, data: picture.data }));
    } catch {
      this.#fault(picture.number);
    }
  }

  /** A key frame says what the decoder must be able to do. */
  #configure(data: Uint8Array): void {
    const codec = codecOf(data) ?? this.#codec;
    if (this.#decoder?.state === "configured" && codec === this.#codec) return;
    this.#codec = codec;
    if (!this.#decoder || this.#decoder.state === "closed") {
      const decoder = this.ports.createDecoder({
        output: (frame) => this.#decoded(frame),
        error: () => this.#decoder === decoder && this.#fault(this.#pictures.newest),
      });
      this.#decoder = decoder;
    }
    this.#decoder.configure({ codec, optimizeForLatency: true });
  }

  #decoded(frame: VideoFrame): void {
    const known = this.#decoding.get(frame.timestamp);
    this.#decoding.delete(frame.timestamp);
    this.#frames += 1;
    this.#faults = 0;
    this.#size = { width: frame.displayWidth, height: frame.displayHeight };
    this.#sink.show(frame);
    if (!known) return;
    this.#decodeMs += this.ports.now() - known.since;
    this.#acknowledge(known.number);
  }

  #fault(number: number): void {
    this.#faults += 1;
    if (this.#faults >= MAX_DECODER_FAULTS) {
      this.#end("failed");
      return;
    }
    if (this.#decoder && this.#decoder.state !== "closed") this.#decoder.close();
    this.#decoder = null;
    this.#restart(number);
  }

  /** Goes on with the next key frame; what is on the way is acknowledged, or no key frame could come. */
  #restart(number: number): void {
    this.#needsKey = true;
    this.#decoding.clear();
    this.#acknowledge(number);
    this.#send("key");
  }

  #acknowledge(number: number): void {
    this.#send(`ack ${number}`);
  }

  #send(text: string): void {
    if (this.connectionState === "connected") this.#socket.send(text);
  }

  #end(state: "failed" | "closed"): void {
    if (this.connectionState === "closed" || this.connectionState === "failed") return;
    const wasOpen = this.connectionState === "connected";
    this.connectionState = state;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    if (this.#decoder && this.#decoder.state !== "closed") this.#decoder.close();
    this.#sink.close();
    if (wasOpen) for (const channel of [this.#channels.input, this.#channels.state]) channel.onclose?.();
    if (state === "failed") this.onconnectionstatechange?.();
  }

  #to(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

/** Whether this browser can show a relayed picture. */
export const relayPossible = (): boolean => typeof VideoDecoder === "function" && typeof EncodedVideoChunk === "function";
