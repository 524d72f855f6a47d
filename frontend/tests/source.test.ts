import { beforeEach, describe, expect, it } from "vitest";

import type { SessionCommands } from "../src/core/commands.ts";
import type { EventListener, SignalListener } from "../src/core/session.ts";
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
  addTrack(): object {
    return { getParameters: () => ({ encodings: [] }), setParameters: () => Promise.resolve() };
  }
  createDataChannel(label: string): object {
    return { label, readyState: "connecting" };
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
    return Promise.resolve(new Map<string, object>());
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
let track: FakeTrack;
let stream: MediaStream;

function happen(one: Event): void {
  state.value = fold(state.value, one);
  for (const listener of listeners) listener(one, state.value);
}

function signalled(data: SignalData, sender = "endpoint-csr", participant = "csr"): void {
  for (const listener of signals) listener({ type: "signal", to: "endpoint-mine", sender, participant, data });
}

const ask = (connection = "connection"): SignalData => ({ kind: "view_request", grant: "grant", connection });
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
  const session: SourcePart = {
    snapshot: state,
    endpoint: "endpoint-mine",
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
    firstUse: (id: string) => {
      firstUses.push(id);
      return Promise.resolve();
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

  it("refuses who is no CSR of the session", async () => {
    source.show(grant(), stream);
    state.value = { ...state.value, participants: [csr(), person(), csr({ id: "gone", state: "left" })] };
    signalled(ask("a"), "endpoint-mine", "customer");
    signalled(ask("b"), "endpoint-gone", "gone");
    signalled(ask("c"), "endpoint-unknown", "nobody");
    await settle();
    expect(kinds()).toEqual(["hang_up", "hang_up", "hang_up"]);
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
});
