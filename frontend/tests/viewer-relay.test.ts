import { beforeEach, describe, expect, it, vi } from "vitest";

import { codecOf, PictureReader } from "../src/core/relay-picture.ts";
import { RelayPeer, type RelaySocket } from "../src/core/viewer-relay.ts";

/** The bytes that `split_picture(number=7, key=True, pts=90000, data=…)` of the server's contract makes. */
const HEADER = "0300000000070000000000015f90";
const SPS = "0000000167" + "42c028" + "da01e0";

const bytes = (hex: string): ArrayBuffer => Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16)).buffer;

function part(number: number, data: string, { key = false, last = true, place = 0 } = {}): ArrayBuffer {
  const flags = (key ? 1 : 0) | (last ? 2 : 0);
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");
  return bytes(hex(flags, 2) + hex(place, 2) + hex(number, 8) + hex(number * 1500, 16) + data);
}

describe("the parts of a picture", () => {
  it("are read as the server's contract writes them", () => {
    const picture = new PictureReader().read(bytes(HEADER + SPS));
    expect(picture).toMatchObject({ number: 7, key: true, ticks: 90_000 });
    expect(codecOf(picture!.data)).toBe("avc1.42c028");
    expect(codecOf(new Uint8Array(12))).toBeNull();
  });

  it("are put together, and begun anew where one is missing", () => {
    const reader = new PictureReader();
    expect(reader.read(part(1, "aa", { last: false }))).toBeNull();
    expect(reader.read(part(1, "bb", { place: 1 }))?.data).toEqual(new Uint8Array([0xaa, 0xbb]));
    expect(reader.read(part(2, "aa", { last: false }))).toBeNull();
    expect(reader.read(part(2, "cc", { place: 2 }))).toBeNull();
    expect(reader.read(part(3, "dd"))?.number).toBe(3);
    expect(reader.read(new ArrayBuffer(3))).toBeNull();
  });
});

class Decoder {
  state = "unconfigured";
  decodeQueueSize = 0;
  codec = "";
  readonly chunks: { type: string; timestamp: number }[] = [];
  constructor(readonly init: VideoDecoderInit) {}
  configure({ codec }: { codec: string }): void {
    [this.state, this.codec] = ["configured", codec];
  }
  decode(chunk: { type: string; timestamp: number }): void {
    this.chunks.push(chunk);
  }
  close(): void {
    this.state = "closed";
  }
  output(): void {
    const { timestamp } = this.chunks.at(-1)!;
    this.init.output({ timestamp, displayWidth: 1920, displayHeight: 1080 } as VideoFrame);
  }
}

let sent: string[];
let socket: Record<"onopen" | "onmessage" | "onclose", ((event: object) => void) | null> & { closed: boolean };
let decoders: Decoder[];
let shown: number;

function make(): RelayPeer {
  return new RelayPeer(
    { id: "relay", url: "ws://x/", ticket: "t".repeat(20), expires_in_s: 30, participant: "csr" },
    {
      openSocket: () => {
        socket = { onopen: null, onmessage: null, onclose: null, closed: false };
        return Object.assign(socket, {
          binaryType: "blob",
          bufferedAmount: 0,
          send: (data: string) => sent.push(data),
          close: () => (socket.closed = true),
        }) as unknown as RelaySocket;
      },
      createDecoder: (init) => {
        const decoder = new Decoder(init);
        decoders.push(decoder);
        return decoder as unknown as VideoDecoder;
      },
      createSink: () => ({ stream: { id: "relayed" } as MediaStream, show: () => (shown += 1), close: () => undefined }),
      now: () => 0,
    },
  );
}

const receive = (data: string | ArrayBuffer): void => socket.onmessage?.({ data });

beforeEach(() => {
  [sent, decoders, shown] = [[], [], 0];
  vi.stubGlobal("EncodedVideoChunk", function (this: object, init: object) {
    Object.assign(this, init);
  });
});

describe("a relay's end in the browser", () => {
  it("says hello with its ticket, and is connected when the source is there", () => {
    const peer = make();
    const states: string[] = [];
    const channels: string[] = [];
    peer.onconnectionstatechange = () => states.push(peer.connectionState);
    peer.ondatachannel = (event) => channels.push((event as { channel: { label: string } }).channel.label);
    socket.onopen?.({});
    expect(JSON.parse(sent[0]!)).toMatchObject({ type: "hello", ticket: "t".repeat(20) });
    receive('{"type":"welcome"}');
    expect(states).toEqual([]);
    receive("ready");
    expect(states).toEqual(["connected"]);
    expect(channels).toEqual(["input", "state"]);
  });

  it("acknowledges a picture when it is decoded, not before", () => {
    make();
    receive("ready");
    receive(part(1, SPS, { key: true }));
    expect(decoders[0]).toMatchObject({ codec: "avc1.42c028", state: "configured" });
    expect(sent).toEqual([]);
    decoders[0]!.output();
    expect(sent).toEqual(["ack 1"]);
    expect(shown).toBe(1);
    receive(part(2, "00000001"));
    decoders[0]!.output();
    expect(sent.at(-1)).toBe("ack 2");
  });

  it("begins with a key frame, and asks for one", () => {
    make();
    receive("ready");
    receive(part(5, "00000001"));
    expect(decoders).toHaveLength(0);
    expect(sent).toEqual(["ack 5", "key"]);
  });

  it("goes on with a new decoder after a fault, and fails after three", () => {
    const peer = make();
    receive("ready");
    for (const number of [1, 2, 3]) {
      receive(part(number, SPS, { key: true }));
      decoders.at(-1)!.init.error(new DOMException("fault"));
    }
    expect(decoders).toHaveLength(3);
    expect(sent.slice(0, 2)).toEqual(["ack 1", "key"]);
    expect(peer.connectionState).toBe("failed");
    expect(socket.closed).toBe(true);
  });

  it("carries the messages of both channels", async () => {
    const peer = make();
    const heard: unknown[] = [];
    const channels: { label: string; send(data: string): void; onmessage: ((event: { data: unknown }) => void) | null }[] = [];
    peer.ondatachannel = (event) => channels.push((event as { channel: (typeof channels)[number] }).channel);
    receive("ready");
    channels[1]!.onmessage = ({ data }) => heard.push(data);
    channels[0]!.send('{"type":"release"}');
    receive('state {"type":"held"}');
    expect(sent).toEqual(['input {"type":"release"}']);
    expect(heard).toEqual(['{"type":"held"}']);
    expect([...(await peer.getStats()).values()]).toContainEqual({ type: "relay-socket" });
  });

  it("fails when the socket closes, and closes for good", () => {
    const peer = make();
    const states: string[] = [];
    peer.onconnectionstatechange = () => states.push(peer.connectionState);
    receive("ready");
    socket.onclose?.({});
    peer.close();
    expect(states).toEqual(["connected", "failed"]);
  });
});
