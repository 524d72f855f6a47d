import { beforeEach, describe, expect, it } from "vitest";

import type { ViewerView } from "../src/core/viewer-state.ts";
import { SwitchingViewer } from "../src/core/viewer-switch.ts";
import type { SignalData } from "../src/protocol/generated.ts";
import { FakeClock, settle } from "./fakes.ts";

class Channel {
  readyState = "open";
  bufferedAmount = 0;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly sent: string[] = [];
  constructor(readonly label: string) {}
  send(data: string): void {
    this.sent.push((JSON.parse(data) as { type: string }).type);
  }
}

/** A connection, by whatever way, that connects when told to. */
class Peer {
  connectionState = "new";
  frames = 0;
  closed = false;
  readonly sctp = { transport: { state: "new" } };
  localDescription = { sdp: "answer" };
  ontrack: ((event: object) => void) | null = null;
  ondatachannel: ((event: object) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  readonly input = new Channel("input");
  readonly state = new Channel("state");
  constructor(readonly name: string) {}
  setRemoteDescription = (): Promise<void> => Promise.resolve();
  setLocalDescription = (): Promise<void> => Promise.resolve();
  createAnswer = (): Promise<object> => Promise.resolve({});
  addIceCandidate = (): Promise<void> => Promise.resolve();
  getTransceivers = (): object[] => [];
  getStats = (): Promise<Map<string, object>> =>
    Promise.resolve(new Map([["v", { type: "inbound-rtp", kind: "video", framesDecoded: this.frames }]]));
  close(): void {
    this.closed = true;
  }
  connect(): void {
    this.ontrack?.({ receiver: {}, streams: [{ id: this.name }] });
    for (const channel of [this.input, this.state]) this.ondatachannel?.({ channel });
    this.turn("connected");
    this.frames = 1;
    this.beat();
  }
  turn(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
  beat(): void {
    this.state.onmessage?.({ data: JSON.stringify({ type: "heartbeat", at_ms: 1, echo_ms: 1 }) });
  }
}

let clock: FakeClock;
let sent: SignalData[];
let peers: Peer[];
let relays: Peer[];
let holds: number;
let views: ViewerView[];
let stop: () => void;

function make(relay = true): SwitchingViewer {
  const viewer = new SwitchingViewer(
    { grant: "grant-1", endpoint: "source" },
    {
      send: (_to, data) => sent.push(data) > 0,
      iceServers: () => Promise.resolve([]),
      createPeer: () => {
        const peer = new Peer(`peer-${peers.length}`);
        peers.push(peer);
        return peer as unknown as RTCPeerConnection;
      },
      videoCodecs: () => [],
      newId: () => `c${sent.length}-${clock.now()}`,
      timers: clock,
    },
    { changed: (view) => views.push(view), losing: () => (holds += 1) },
    relay
      ? () => {
          const peer = new Peer(`relay-${relays.length}`);
          relays.push(peer);
          return Promise.resolve({ id: `id-${relays.length}`, peer: peer as unknown as RTCPeerConnection });
        }
      : null,
  );
  stop = viewer.start();
  return viewer;
}

const requests = (): Extract<SignalData, { kind: "view_request" }>[] => sent.filter((data) => data.kind === "view_request");

/** The source offers what was asked for last. */
async function offer(viewer: SwitchingViewer): Promise<Peer> {
  const asked = requests().at(-1)!;
  viewer.receive("source", { kind: "offer", connection: asked.connection, sdp: "x" });
  await settle();
  return peers.at(-1)!;
}

/** Time passes while these are heard. */
async function pass(seconds: number, ...heard: Peer[]): Promise<void> {
  for (let half = 0; half < seconds * 2; half += 1) {
    for (const peer of heard) peer.beat();
    await clock.pass(500);
  }
}

const stream = (viewer: SwitchingViewer): string | undefined => viewer.view.stream?.id;

beforeEach(() => {
  clock = new FakeClock();
  [sent, peers, relays, views, holds] = [[], [], [], [], 0];
});

describe("a viewer that chooses its way", () => {
  it("shows a peer connection and never opens a relay beside it", async () => {
    const viewer = make();
    const peer = await offer(viewer);
    peer.connect();
    viewer.pictureShown();
    await pass(60, peer);
    expect(stream(viewer)).toBe("peer-0");
    expect([peers.length, relays.length]).toEqual([1, 0]);
  });

  it("shows the relay when no peer connection came about, and leaves it without a gap when one does", async () => {
    const viewer = make();
    await pass(7);
    expect(relays).toHaveLength(1);
    expect(requests().map((data) => data.relay)).toContain("id-1");
    const relay = relays[0]!;
    relay.connect();
    await pass(1, relay);
    expect(stream(viewer)).toBe("relay-0");
    viewer.pictureShown();
    expect(viewer.view.lostAt).toBeNull();

    await pass(15, relay);
    const peer = await offer(viewer);
    expect(stream(viewer)).toBe("relay-0");
    peer.connect();
    await pass(1, relay, peer);
    expect(stream(viewer)).toBe("peer-0");
    expect(relay.closed).toBe(true);
    expect(holds).toBeGreaterThan(0);
    expect(viewer.view.lostAt).not.toBeNull();
    expect(peer.state.sent).toContain("refresh");
    viewer.pictureShown();
    expect(viewer.view.lostAt).toBeNull();
    expect(viewer.view.state).toBe("live");
  });

  it("opens no relay after a key that does not fit: whoever stands in between may have wanted it", async () => {
    const viewer = make();
    const peer = await offer(viewer);
    peer.sctp.transport.state = "failed";
    peer.turn("failed");
    expect(viewer.view.wrongKey).toBe(true);
    await pass(60);
    expect(relays).toHaveLength(0);
    const honest = await offer(viewer);
    honest.connect();
    await pass(1, honest);
    expect(viewer.view.wrongKey).toBe(false);
  });

  it("opens no relay where there is none", async () => {
    const viewer = make(false);
    await pass(60);
    expect(relays).toHaveLength(0);
    expect(viewer.view.state).toBe("asking");
  });

  it("mends a silent connection within four seconds, under the same grant", async () => {
    const viewer = make();
    const first = await offer(viewer);
    first.connect();
    viewer.pictureShown();
    await pass(5, first);
    await clock.pass(2600);
    expect(requests()).toHaveLength(2);
    const second = await offer(viewer);
    second.connect();
    await pass(1, second);
    expect(stream(viewer)).toBe("peer-1");
    expect(first.closed).toBe(true);
    expect(new Set(requests().map((data) => data.grant))).toEqual(new Set(["grant-1"]));
  });

  it("keeps a connection that is heard again, and gives the trial up", async () => {
    const viewer = make();
    const first = await offer(viewer);
    first.connect();
    await pass(5, first);
    await clock.pass(2600);
    const second = await offer(viewer);
    await pass(1, first);
    expect(second.closed).toBe(true);
    expect(stream(viewer)).toBe("peer-0");
  });

  it("tries a new connection at once when the network changed", async () => {
    const viewer = make();
    const first = await offer(viewer);
    first.connect();
    await pass(5, first);
    viewer.networkChanged();
    expect(requests()).toHaveLength(2);
    const second = await offer(viewer);
    second.connect();
    await pass(1, first, second);
    expect(stream(viewer)).toBe("peer-1");
  });

  it("goes to the relay when the mending fails too", async () => {
    const viewer = make();
    const first = await offer(viewer);
    first.connect();
    await pass(5, first);
    await clock.pass(7000);
    expect(relays).toHaveLength(1);
    relays[0]!.connect();
    await pass(1, relays[0]!);
    expect(stream(viewer)).toBe("relay-0");
  });

  it("sends input by the connection that is shown, and closes all", async () => {
    const viewer = make();
    const peer = await offer(viewer);
    peer.connect();
    expect(viewer.sendInput({ type: "pointer", grant: "g", epoch: 1, seq: 1, x: 0, y: 0 })).toBe(true);
    expect(peer.input.sent).toEqual(["pointer"]);
    stop();
    await clock.pass(60_000);
    expect(peer.closed).toBe(true);
  });
});
