import { beforeEach, describe, expect, it } from "vitest";

import { orderCodecs } from "../src/core/viewer-codecs.ts";
import { parseStateMessage, type ViewerView } from "../src/core/viewer-state.ts";
import { judgeQuality, StatsReader, type ViewerFigures } from "../src/core/viewer-stats.ts";
import { Viewer } from "../src/core/viewer.ts";
import type { CursorPosition, Quality, SignalData, ViewerInput } from "../src/protocol/generated.ts";
import { FakeClock, settle } from "./fakes.ts";

class FakeChannel {
  readyState = "open";
  bufferedAmount = 0;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];
  constructor(readonly label: string) {}
  send(data: string): void {
    this.sent.push(JSON.parse(data) as Record<string, unknown>);
  }
  hear(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

class FakePeer {
  connectionState = "new";
  closed = false;
  localDescription: { sdp: string } | null = null;
  readonly candidates: unknown[] = [];
  readonly receiver = { track: { kind: "video" }, jitterBufferTarget: null as number | null };
  ontrack: ((event: object) => void) | null = null;
  ondatachannel: ((event: object) => void) | null = null;
  onicecandidate: ((event: object) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  preferences: { mimeType: string }[] = [];
  setRemoteDescription(): Promise<void> {
    return Promise.resolve();
  }
  createAnswer(): Promise<object> {
    return Promise.resolve({ type: "answer", sdp: "answer-sdp" });
  }
  setLocalDescription(): Promise<void> {
    this.localDescription = { sdp: "answer-sdp" };
    return Promise.resolve();
  }
  addIceCandidate(candidate: unknown): Promise<void> {
    this.candidates.push(candidate);
    return Promise.resolve();
  }
  getTransceivers(): object[] {
    return [{ receiver: this.receiver, setCodecPreferences: (list: { mimeType: string }[]) => (this.preferences = list) }];
  }
  getStats(): Promise<Map<string, object>> {
    return Promise.resolve(new Map<string, object>());
  }
  close(): void {
    this.closed = true;
  }
  turn(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

let clock: FakeClock;
let sent: { to: string; data: SignalData }[];
let peers: FakePeer[];
let views: ViewerView[];
let cursors: CursorPosition[];
let ids: number;

function make(): Viewer {
  return new Viewer(
    { grant: "grant-1", endpoint: "source-1" },
    {
      send: (to, data) => sent.push({ to, data }) > 0,
      iceServers: () => Promise.resolve([]),
      createPeer: () => {
        const peer = new FakePeer();
        peers.push(peer);
        return peer as unknown as RTCPeerConnection;
      },
      videoCodecs: () => [{ mimeType: "video/VP8", clockRate: 90000 }, { mimeType: "video/H264", clockRate: 90000, sdpFmtpLine: "profile-level-id=42e01f;packetization-mode=1" }],
      newId: () => `connection-${++ids}`,
      timers: clock,
    },
    { changed: (view) => views.push(view), cursor: (position) => cursors.push(position) },
  );
}

const asked = (): SignalData[] => sent.map(({ data }) => data).filter((data) => data.kind === "view_request");

async function connect(viewer: Viewer): Promise<{ peer: FakePeer; input: FakeChannel; state: FakeChannel }> {
  const last = asked().at(-1)!;
  viewer.receive("source-1", { kind: "offer", connection: last.connection, sdp: "offer-sdp" });
  await settle();
  const peer = peers.at(-1)!;
  const input = new FakeChannel("input");
  const state = new FakeChannel("state");
  peer.ondatachannel?.({ channel: input });
  peer.ondatachannel?.({ channel: state });
  peer.ontrack?.({ receiver: peer.receiver, streams: [{ id: "stream" }] });
  peer.turn("connected");
  return { peer, input, state };
}

const pointer: ViewerInput = { type: "pointer", grant: "g", epoch: 1, seq: 1, x: 0.5, y: 0.5 };

beforeEach(() => {
  clock = new FakeClock();
  sent = [];
  peers = [];
  views = [];
  cursors = [];
  ids = 0;
});

describe("a viewer", () => {
  it("asks for the picture of its grant and answers the source's offer", async () => {
    const viewer = make();
    viewer.start();
    expect(sent).toEqual([{ to: "source-1", data: { kind: "view_request", grant: "grant-1", connection: "connection-1", monitors: [], relay: null } }]);
    const { peer } = await connect(viewer);
    expect(sent.at(-1)).toEqual({ to: "source-1", data: { kind: "answer", connection: "connection-1", sdp: "answer-sdp" } });
    expect(viewer.view.state).toBe("live");
    expect(peer.receiver.jitterBufferTarget).toBe(0);
    expect(peer.preferences[0]?.mimeType).toBe("video/H264");
  });

  it("answers nobody but its source, and no connection but its own", async () => {
    const viewer = make();
    viewer.start();
    viewer.receive("somebody-else", { kind: "offer", connection: "connection-1", sdp: "x" });
    viewer.receive("source-1", { kind: "offer", connection: "connection-0", sdp: "x" });
    await settle();
    expect(peers).toHaveLength(0);
  });

  it("asks again with a new connection when no offer comes", async () => {
    const viewer = make();
    viewer.start();
    await clock.pass(2600);
    expect(asked().map((data) => data.connection)).toEqual(["connection-1", "connection-2"]);
    viewer.receive("source-1", { kind: "offer", connection: "connection-1", sdp: "late" });
    await settle();
    expect(peers).toHaveLength(0);
  });

  it("keeps candidates that come before the description", async () => {
    const viewer = make();
    viewer.start();
    viewer.receive("source-1", { kind: "candidate", connection: "connection-1", candidate: "early", mid: "0", line: 0 });
    const { peer } = await connect(viewer);
    viewer.receive("source-1", { kind: "candidate", connection: "connection-1", candidate: "late", mid: "0", line: 0 });
    expect(peer.candidates.map((one) => (one as { candidate: string }).candidate)).toEqual(["early", "late"]);
  });

  it("asks again at once when the connection fails, and says since when the picture is old", async () => {
    const viewer = make();
    viewer.start();
    const { peer } = await connect(viewer);
    viewer.pictureShown();
    await clock.pass(5000);
    const lostAt = clock.now();
    peer.turn("failed");
    await clock.pass(1);
    expect(peer.closed).toBe(true);
    expect(asked().at(-1)?.connection).toBe("connection-2");
    expect(viewer.view.lostAt).toBe(lostAt);
    expect(viewer.view.canInput).toBe(false);
    await connect(viewer);
    expect(viewer.view.lostAt).toBe(lostAt);
    viewer.pictureShown();
    expect(viewer.view.lostAt).toBeNull();
  });

  it("waits three seconds on a connection that may come back", async () => {
    const viewer = make();
    viewer.start();
    const { peer } = await connect(viewer);
    peer.turn("disconnected");
    await clock.pass(2000);
    peer.turn("connected");
    await clock.pass(5000);
    expect(viewer.view.state).toBe("live");
  });

  it("sends no input after three seconds without a sign, and asks anew after eight", async () => {
    const viewer = make();
    viewer.start();
    const { input, state } = await connect(viewer);
    state.hear({ type: "heartbeat", at_ms: 1, echo_ms: null });
    expect(viewer.sendInput(pointer)).toBe(true);
    await clock.pass(4100);
    expect(viewer.view.silent).toBe(true);
    expect(viewer.sendInput(pointer)).toBe(false);
    expect(input.sent).toHaveLength(1);
    state.hear({ type: "heartbeat", at_ms: 2, echo_ms: null });
    expect(viewer.view.silent).toBe(false);
    await clock.pass(9100);
    expect(asked()).toHaveLength(2);
  });

  it("echoes a heartbeat that asks for it and times its own", async () => {
    const viewer = make();
    viewer.start();
    const { state } = await connect(viewer);
    state.hear({ type: "heartbeat", at_ms: 77, echo_ms: null });
    expect(state.sent.at(-1)).toMatchObject({ type: "heartbeat", echo_ms: 77 });
    const count = state.sent.length;
    state.hear({ type: "heartbeat", at_ms: 78, echo_ms: clock.now() - 12 });
    expect(viewer.view.rttMs).toBe(12);
    expect(state.sent).toHaveLength(count);
  });

  it("drops input rather than queue it when the link is slow", async () => {
    const viewer = make();
    viewer.start();
    const { input } = await connect(viewer);
    input.bufferedAmount = 300_000;
    expect(viewer.sendInput(pointer)).toBe(false);
    expect(input.sent).toHaveLength(0);
  });

  it("asks at once when the source comes back while it waits", async () => {
    const viewer = make();
    viewer.start();
    await clock.pass(1000);
    viewer.sourceReturned();
    expect(asked()).toHaveLength(2);
  });

  it("hangs up and stays closed when it is stopped", async () => {
    const viewer = make();
    const stop = viewer.start();
    const { peer } = await connect(viewer);
    stop();
    expect(sent.at(-1)?.data).toMatchObject({ kind: "hang_up", connection: "connection-1" });
    expect(peer.closed).toBe(true);
    await clock.pass(60_000);
    expect(asked()).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it("tells the cursor apart from the view", async () => {
    const viewer = make();
    viewer.start();
    const { state } = await connect(viewer);
    const before = views.length;
    state.hear({ type: "cursor", serial: 1, x: 0.1, y: 0.2, visible: true });
    expect(cursors).toHaveLength(1);
    expect(views).toHaveLength(before);
  });
});

describe("state messages", () => {
  it("ignores what it does not know", () => {
    expect(parseStateMessage("{")).toBeNull();
    expect(parseStateMessage('{"type":"magic"}')).toBeNull();
    expect(parseStateMessage(new ArrayBuffer(1))).toBeNull();
    expect(parseStateMessage('{"type":"held","reason":"prompt"}')).toEqual({ type: "held", reason: "prompt" });
  });
});

describe("codecs", () => {
  it("puts H.264 Baseline first and keeps the others' order", () => {
    const codec = (mimeType: string, sdpFmtpLine?: string): RTCRtpCodec => ({ mimeType, clockRate: 90000, ...(sdpFmtpLine ? { sdpFmtpLine } : {}) });
    const list = [codec("video/VP8"), codec("video/H264", "profile-level-id=640c1f;packetization-mode=1"), codec("video/VP9"), codec("video/H264", "packetization-mode=1;profile-level-id=42e01f")];
    expect(orderCodecs(list).map((one) => one.sdpFmtpLine ?? one.mimeType)).toEqual(["packetization-mode=1;profile-level-id=42e01f", "profile-level-id=640c1f;packetization-mode=1", "video/VP8", "video/VP9"]);
  });
});

describe("quality", () => {
  const figures = (change: Partial<ViewerFigures> = {}): ViewerFigures => ({ framesPerSecond: 20, kbitPerSecond: 900, loss: 0, rttMs: 20, decodeMs: 2, width: 1920, height: 1080, path: "direct", ...change });
  const quality = (limited_by: Quality["limited_by"]): Quality => ({ type: "quality", frames_per_second: 20, kbit_per_second: 900, encode_ms: 5, limited_by, mode: "standard", estimate_kbit: null, queue_ms: null, loss: null, rtt_ms: null });

  it.each([
    [null, null, true, "measuring", "nothing"],
    [figures(), null, false, "offline", "nothing"],
    [figures(), quality("nothing"), true, "good", "nothing"],
    [figures({ framesPerSecond: 0 }), null, true, "good", "still"],
    [figures(), quality("link"), true, "fair", "sender_link"],
    [figures(), quality("cpu"), true, "fair", "sender_cpu"],
    [figures({ loss: 0.05 }), quality("link"), true, "fair", "loss"],
    [figures({ loss: 0.2 }), null, true, "poor", "loss"],
    [figures({ rttMs: 200 }), null, true, "fair", "distance"],
    [figures({ rttMs: 400 }), null, true, "poor", "distance"],
    [figures({ decodeMs: 40 }), null, true, "fair", "own_cpu"],
    [figures(), quality("viewer"), true, "fair", "own_cpu"],
    [figures({ path: "relay_tcp" }), quality("nothing"), true, "good", "relay"],
    [figures({ path: "relay_tcp" }), quality("link"), true, "fair", "sender_link"],
    [figures(), { ...quality("nothing"), loss: 0.2 }, true, "poor", "loss"],
    [figures({ rttMs: null }), { ...quality("nothing"), rtt_ms: 200 }, true, "fair", "distance"],
    [figures(), { ...quality("nothing"), queue_ms: 300 }, true, "fair", "sender_link"],
  ] as const)("names what limits: %#", (seen, told, connected, grade, limit) => {
    expect(judgeQuality(seen, told, connected)).toEqual({ grade, limit });
  });

  it("reads rates between two reports", () => {
    const reader = new StatsReader();
    const report = (bytes: number, frames: number, lost: number): RTCStatsReport =>
      new Map<string, object>([["v", { type: "inbound-rtp", kind: "video", bytesReceived: bytes, framesDecoded: frames, packetsLost: lost, packetsReceived: frames, totalDecodeTime: frames / 1000, frameWidth: 800, frameHeight: 600 }]]);
    expect(reader.read(report(0, 0, 0), 1000)).toBeNull();
    expect(reader.read(report(125_000, 30, 10), 2000)).toMatchObject({ framesPerSecond: 30, kbitPerSecond: 1000, loss: 0.25, decodeMs: 1, width: 800 });
  });
});
