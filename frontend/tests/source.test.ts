import { beforeEach, describe, expect, it } from "vitest";

import type { SessionCommands } from "../src/core/commands.ts";
import type { EventListener, SignalListener } from "../src/core/session.ts";
import type { LinkState } from "../src/core/socket.ts";
import { ScreenSource, type SourcePart } from "../src/core/source.ts";
import { fold } from "../src/core/store.ts";
import { signal, type Signal } from "@preact/signals";
import type { Event, SessionSnapshot, SignalData } from "../src/protocol/generated.ts";
import { csr, event, FakeClock, grant, person, settle, snapshot } from "./fakes.ts";

class FakeTrack {
  onended: (() => void) | null = null;
  stopped = false;
  enabled = true;
  contentHint = "";
  stop(): void {
    this.stopped = true;
  }
  getSettings(): object {
    return { width: 1920, height: 1080 };
  }
}

class FakePeer {
  closed = false;
  connectionState = "new";
  remoteDescription: object | null = null;
  localDescription: { sdp: string } | null = null;
  onicecandidate: unknown = null;
  onconnectionstatechange: (() => void) | null = null;
  readonly candidates: unknown[] = [];
  preferences: string[] = [];
  readonly channel = { label: "state", readyState: "open", bufferedAmount: 0, sent: [] as Record<string, unknown>[], onmessage: null as ((event: { data: unknown }) => void) | null, send: (data: string): void => void this.channel.sent.push(JSON.parse(data) as Record<string, unknown>) };
  stats: object[] = [];
  addTrack(): object {
    return {
      getParameters: () => ({ encodings: [] }),
      setParameters: ({ degradationPreference }: { degradationPreference: string }) => {
        this.preferences.push(degradationPreference);
        return Promise.resolve();
      },
    };
  }
  createDataChannel(): object {
    return this.channel;
  }
  /** A message of the viewer. */
  hear(message: unknown): void {
    this.channel.onmessage?.({ data: typeof message === "string" ? message : JSON.stringify(message) });
  }
  told(type: string): Record<string, unknown>[] {
    return this.channel.sent.filter((message) => message["type"] === type);
  }
  setLocalDescription(): Promise<void> {
    this.localDescription = { sdp: "offer" };
    return Promise.resolve();
  }
  setRemoteDescription(answer: object): Promise<void> {
    this.remoteDescription = answer;
    return Promise.resolve();
  }
  addIceCandidate(candidate: unknown): Promise<void> {
    this.candidates.push(candidate);
    return Promise.resolve();
  }
  getStats(): Promise<Map<string, object>> {
    return Promise.resolve(new Map(this.stats.map((row, place) => [String(place), row])));
  }
  close(): void {
    this.closed = true;
  }
  become(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

let clock: FakeClock;
let state: Signal<SessionSnapshot>;
let listeners: Set<EventListener>;
let signals: Set<SignalListener>;
let sent: { readonly to: string; readonly data: SignalData }[];
let peers: FakePeer[];
let stops: string[];
let firstUses: string[];
let reachable: boolean;
let source: ScreenSource;
let link: Signal<LinkState>;
let marked: string[];
let track: FakeTrack;
let stream: MediaStream;

function happen(one: Event): void {
  state.value = fold(state.value, one);
  for (const listener of listeners) listener(one, state.value);
}

function signalled(data: SignalData, sender = "endpoint-csr", participant = "csr"): void {
  for (const listener of signals) listener({ type: "signal", to: "endpoint-mine", sender, participant, data });
}

const ask = (connection = "connection"): SignalData => ({ kind: "view_request", grant: "grant", connection, monitors: [], relay: null });
const kinds = (): string[] => sent.map((one) => one.data.kind);

function newStream(): MediaStream {
  track = new FakeTrack();
  const tracks = [track];
  return { getTracks: () => tracks, getVideoTracks: () => tracks } as unknown as MediaStream;
}

beforeEach(() => {
  clock = new FakeClock();
  state = signal(snapshot({ grants: [grant()] }));
  listeners = new Set();
  signals = new Set();
  sent = [];
  peers = [];
  stops = [];
  firstUses = [];
  reachable = true;
  link = signal<LinkState>({ phase: "live", retryAt: null, lostAt: null, code: null });
  marked = [];
  const session: SourcePart = {
    snapshot: state,
    endpoint: "endpoint-mine",
    link,
    signal: (to, data) => {
      sent.push({ to, data });
      return true;
    },
    onSignal: (listener) => {
      signals.add(listener);
      return () => signals.delete(listener);
    },
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const commands = {
    ice: () => Promise.resolve({ ice_servers: [] }),
    stopGrant: (id: string, cause: string) => {
      stops.push(`${id} ${cause}`);
      return reachable ? Promise.resolve(grant({ state: "stopped" })) : Promise.reject(new Error("no network"));
    },
    firstUse: (id: string, endpoint?: string) => {
      firstUses.push(endpoint === undefined ? id : `${id} by ${endpoint}`);
      return Promise.resolve();
    },
    marked: (id: string, participant: string) => {
      marked.push(`${id} ${participant}`);
      return reachable ? Promise.resolve() : Promise.reject(new Error("no network"));
    },
  } as unknown as SessionCommands;
  const openPeer = (): RTCPeerConnection => {
    peers.push(new FakePeer());
    return peers.at(-1) as unknown as RTCPeerConnection;
  };
  source = new ScreenSource({ session, commands, clock, openPeer });
  source.start();
  stream = newStream();
});

describe("the browser as a source", () => {
  it("offers its picture to a CSR who asks, and tells the first use once", async () => {
    source.show(grant(), stream);
    signalled(ask());
    await settle();
    expect(kinds()).toEqual(["offer"]);
    signalled({ kind: "candidate", connection: "connection", candidate: "early", mid: "0", line: 0 });
    signalled({ kind: "answer", connection: "connection", sdp: "answer" });
    await settle();
    expect(peers[0]?.remoteDescription).toEqual({ type: "answer", sdp: "answer" });
    expect(peers[0]?.candidates).toHaveLength(1);
    peers[0]?.become("connected");
    peers[0]?.become("connected");
    expect(firstUses).toEqual(["grant"]);
  });

  it("answers those who asked before the capture was there", async () => {
    signalled(ask());
    await settle();
    expect(sent).toEqual([]);
    source.show(grant(), stream);
    await settle();
    expect(kinds()).toEqual(["offer"]);
  });

  it("ends the picture of a page that the server lost ten seconds ago, and only that", async () => {
    source.show(grant(), stream);
    signalled(ask());
    await settle();
    const endpoint = csr().endpoints[0];
    if (endpoint === undefined) throw new Error("a CSR has a page");
    happen(event(1, "endpoint.disconnected", { participant: "csr", endpoint: endpoint.id }));
    await clock.pass(9_000);
    happen(event(2, "endpoint.connected", { participant: "csr", endpoint }));
    await clock.pass(60_000);
    expect(peers[0]?.closed).toBe(false);
    happen(event(3, "endpoint.disconnected", { participant: "csr", endpoint: endpoint.id }));
    await clock.pass(10_000);
    expect(peers[0]?.closed).toBe(true);
    expect(track.stopped).toBe(false);
  });

  it("shows everyone in the session, and refuses its owner, who left and who never was there", async () => {
    source.show(grant(), stream);
    const second = person({ id: "second", role: "secondary_customer", name: "Jonas", endpoints: [{ id: "endpoint-second", kind: "browser", connected: true, label: "" }] });
    const waits = person({ id: "waits", role: "secondary_customer", state: "lobby" });
    state.value = { ...state.value, participants: [csr(), person(), second, waits, csr({ id: "gone", state: "left" })] };
    signalled(ask("s"), "endpoint-second", "second");
    await settle();
    expect(sent.splice(0).map((one) => one.data.kind)).toEqual(["offer"]);
    peers.splice(0);
    signalled(ask("w"), "endpoint-waits", "waits");
    signalled(ask("a"), "endpoint-mine", "customer");
    signalled(ask("b"), "endpoint-gone", "gone");
    signalled(ask("c"), "endpoint-unknown", "nobody");
    await settle();
    expect(kinds()).toEqual(["hang_up", "hang_up", "hang_up", "hang_up"]);
    expect(peers).toEqual([]);
  });

  it("refuses a grant that is not active or not its own", async () => {
    for (const other of [grant({ state: "suspended" }), grant({ endpoint: "endpoint-other" })]) {
      state.value = { ...state.value, grants: [other] };
      signalled(ask());
    }
    await settle();
    expect(kinds()).toEqual(["hang_up", "hang_up"]);
  });

  it("stops the capture at once, also when the server cannot be reached, and goes on telling it", async () => {
    reachable = false;
    source.show(grant(), stream);
    signalled(ask());
    await settle();
    source.stop("grant", "owner_stop");
    expect(track.stopped).toBe(true);
    expect(peers[0]?.closed).toBe(true);
    expect(source.grant.value).toBeNull();
    await clock.pass(4_500);
    expect(stops.length).toBeGreaterThanOrEqual(3);
    happen(event(1, "grant.stopped", { grant: "grant", cause: "owner_stop" }));
    await clock.pass(10_000);
    const tries = stops.length;
    await clock.pass(10_000);
    expect(stops).toHaveLength(tries);
  });

  it("tells when the browser's own button ended the capture", () => {
    source.show(grant(), stream);
    track.onended?.();
    expect(stops).toEqual(["grant source_closed"]);
    expect(track.stopped).toBe(true);
  });

  it("follows the server: suspended shows nothing, resumed shows again, stopped ends the capture", async () => {
    source.show(grant(), stream);
    signalled(ask());
    await settle();
    happen(event(1, "grant.suspended", { grant: grant({ state: "suspended", epoch: 2 }), cause: "connection_lost" }));
    expect(track.enabled).toBe(false);
    happen(event(2, "grant.resumed", { grant: grant({ epoch: 3 }) }));
    expect(track.enabled).toBe(true);
    happen(event(3, "grant.stopped", { grant: "grant", cause: "csr_release" }));
    expect(track.stopped).toBe(true);
    expect(peers[0]?.closed).toBe(true);
    expect(stops).toEqual([]);
  });

  it("rests while nobody else could stop it, and shows again when the link is back", () => {
    source.show(grant(), stream);
    source.rest(true);
    expect(track.enabled).toBe(false);
    source.rest(false);
    expect(track.enabled).toBe(true);
  });

  it("knows what it stopped before the server does", () => {
    reachable = false;
    source.show(grant(), stream);
    source.release();
    expect([...source.stopped.value]).toEqual(["grant"]);
    expect(track.stopped).toBe(true);
  });

  it("does not take an answer that overtakes the log for a stopped grant", () => {
    state.value = { ...state.value, grants: [] };
    source.show(grant(), stream);
    happen(event(1, "session.kept", {}));
    expect(track.stopped).toBe(false);
    happen(event(2, "request.granted", { request: "request", grant: grant() }));
    happen(event(3, "grant.stopped", { grant: "grant", cause: "idle" }));
    expect(track.stopped).toBe(true);
  });

  it("hangs up on a CSR who leaves, and keeps the others", async () => {
    const yuki = csr({ id: "yuki", role: "assisting_csr", name: "Yuki Sato" });
    state.value = { ...state.value, participants: [...state.value.participants, yuki] };
    source.show(grant(), stream);
    signalled(ask("one"));
    signalled(ask("two"), "endpoint-yuki", "yuki");
    await settle();
    happen(event(1, "participant.left", { participant: "yuki" }));
    expect(peers.map((peer) => peer.closed)).toEqual([false, true]);
  });

  it("gives a viewer who asks anew a new connection and closes the old one", async () => {
    source.show(grant(), stream);
    signalled(ask("one"));
    await settle();
    signalled(ask("two"));
    await settle();
    expect(peers.map((peer) => peer.closed)).toEqual([true, false]);
    signalled({ kind: "answer", connection: "one", sdp: "late" });
    expect(peers[1]?.remoteDescription).toBeNull();
  });

  it("keeps the running connection of a pop-out window when its page asks for another", async () => {
    source.show(grant(), stream);
    signalled(ask("one"));
    await settle();
    peers[0]?.become("connected");
    signalled(ask("two"));
    await settle();
    expect(peers.map((peer) => peer.closed)).toEqual([false, false]);
  });

  it("has viewers whose connection broke ask anew as soon as the link is back", async () => {
    source.show(grant(), stream);
    signalled(ask("one"));
    await settle();
    peers[0]?.become("connected");
    link.value = { ...link.value, phase: "waiting" };
    peers[0]?.become("disconnected");
    link.value = { ...link.value, phase: "live" };
    expect(sent.at(-1)).toEqual({ to: "endpoint-csr", data: { kind: "hang_up", connection: "one", reason: "lost" } });
    signalled(ask("again"));
    await settle();
    expect(sent.at(-1)?.data.kind).toBe("offer");
    expect(track.stopped).toBe(false);
  });

  it("shows the CSR's computer to the customer the same way", async () => {
    const shared = grant({ capability: "share.view.application", owner: "csr", holder: "customer" });
    state.value = snapshot({ me: "csr", grants: [shared], participants: [csr({ endpoints: [{ id: "endpoint-mine", kind: "browser", connected: true, label: "" }] }), person({ endpoints: [] })] });
    source.show(shared, stream);
    signalled(ask("own"), "endpoint-mine", "csr");
    signalled(ask("customer"), "endpoint-customer", "customer");
    await settle();
    expect(kinds()).toEqual(["hang_up", "offer"]);
    peers[0]?.become("connected");
    expect(firstUses).toEqual(["grant by endpoint-mine"]);
    await clock.pass(1_000);
    expect(peers[0]?.told("screen")).toEqual([{ type: "screen", width: 1920, height: 1080, monitors: [], shown: [], surface: "application", windows: [], marks_in_picture: false }]);
  });
});

describe("how the browser sends", () => {
  const figures = (kbit: number, frames: number, at: number): object => ({ type: "outbound-rtp", kind: "video", timestamp: at, bytesSent: (kbit * 1000) / 8, framesEncoded: frames, totalEncodeTime: 0 });

  beforeEach(async () => {
    source.show(grant(), stream);
    signalled(ask());
    await settle();
  });

  it("is sharp first, and follows the session's option live", () => {
    expect(track.contentHint).toBe("detail");
    expect(peers[0]?.preferences).toEqual(["maintain-resolution"]);
    happen(event(1, "options.changed", { options: { quality: "sampling" } }));
    expect(track.contentHint).toBe("motion");
    expect(peers[0]?.preferences).toEqual(["maintain-resolution", "maintain-framerate"]);
    happen(event(2, "options.changed", { options: { quality: "standard" } }));
    expect(track.contentHint).toBe("detail");
  });

  it("turns to fast first by itself while much moves, and back when it rests", async () => {
    const peer = peers[0];
    if (peer === undefined) throw new Error("nobody is served");
    let [kbit, frames] = [0, 0];
    const second = async (moreKbit: number, moreFrames: number): Promise<void> => {
      [kbit, frames] = [kbit + moreKbit, frames + moreFrames];
      peer.stats = [figures(kbit, frames, clock.now())];
      await clock.pass(1_000);
    };
    for (let n = 0; n < 3; n += 1) await second(3_000, 25);
    expect(track.contentHint).toBe("detail");
    for (let n = 0; n < 3; n += 1) await second(3_000, 25);
    expect(track.contentHint).toBe("motion");
    expect(peer.told("quality").at(-1)).toMatchObject({ mode: "sampling" });
    for (let n = 0; n < 5; n += 1) await second(20, 2);
    expect(track.contentHint).toBe("detail");
    happen(event(1, "options.changed", { options: { quality: "standard" } }));
    for (let n = 0; n < 8; n += 1) await second(3_000, 25);
    expect(track.contentHint).toBe("detail");
  });
});

describe("marks on the browser's picture", () => {
  const drawn = (change: object = {}): object => ({ type: "mark", id: "mark-00001", kind: "pen", points: [[0.1, 0.2]], done: false, participant: "customer", colour: "f", ...change });
  let heard: unknown[];

  beforeEach(async () => {
    heard = [];
    const yuki = csr({ id: "yuki", role: "assisting_csr", name: "Yuki Sato" });
    const second = person({ id: "second", role: "secondary_customer", name: "Jonas" });
    state.value = { ...state.value, participants: [...state.value.participants, yuki, second] };
    source.onMark((message) => heard.push(message));
    source.show(grant(), stream);
    signalled(ask("one"));
    signalled(ask("two"), "endpoint-yuki", "yuki");
    signalled(ask("three"), "endpoint-second", "second");
    await settle();
  });

  it("go to every viewer and to the owner's page with their true author, one colour each", () => {
    peers[0]?.hear(drawn());
    peers[1]?.hear(drawn({ id: "mark-00002" }));
    expect(heard).toEqual([drawn({ participant: "csr", colour: "a" }), drawn({ id: "mark-00002", participant: "yuki", colour: "b" })]);
    for (const peer of peers) expect(peer.told("mark")).toEqual(heard);
  });

  it("are reported at a participant's first use only, and again when the report was lost", async () => {
    reachable = false;
    peers[0]?.hear(drawn());
    await settle();
    reachable = true;
    for (let n = 0; n < 3; n += 1) peers[0]?.hear(drawn());
    peers[1]?.hear(drawn({ id: "mark-00002" }));
    expect(marked).toEqual(["grant csr", "grant csr", "grant yuki"]);
  });

  it("are dropped when malformed, somebody else's, or sent while nothing is shown", () => {
    peers[0]?.hear(drawn());
    for (const bad of ["{", "null", drawn({ id: "x" }), drawn({ kind: "note" }), drawn({ points: [] }), drawn({ points: [[0, 2]] }), drawn({ points: [[0, null]] }), drawn({ points: Array(201).fill([0, 0]) })]) peers[0]?.hear(bad);
    peers[1]?.hear(drawn({ done: true }));
    happen(event(1, "grant.suspended", { grant: grant({ state: "suspended", epoch: 2 }), cause: "connection_lost" }));
    peers[0]?.hear(drawn({ id: "mark-00003" }));
    expect(heard).toHaveLength(1);
  });

  it("are limited in number", async () => {
    await clock.pass(1_000 - (clock.now() % 1_000));
    for (let n = 0; n < 500; n += 1) peers[0]?.hear(drawn());
    expect(heard).toHaveLength(120);
    await clock.pass(1_000);
    peers[0]?.hear(drawn());
    expect(heard).toHaveLength(121);
  });

  it("are cleared by a CSR for all or for one, by others for themselves", () => {
    peers[0]?.hear({ type: "marks_cleared", participant: null });
    peers[2]?.hear({ type: "marks_cleared", participant: null });
    peers[1]?.hear({ type: "marks_cleared", participant: "csr" });
    source.clearMarks();
    expect(heard).toEqual([null, "second", "csr", null].map((participant) => ({ type: "marks_cleared", participant })));
  });

  it("go with who leaves", () => {
    peers[1]?.hear(drawn());
    happen(event(1, "participant.left", { participant: "yuki" }));
    expect(heard.at(-1)).toEqual({ type: "marks_cleared", participant: "yuki" });
  });
});
