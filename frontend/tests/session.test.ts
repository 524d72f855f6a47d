import { beforeEach, describe, expect, it } from "vitest";

import { ApiError, NetworkError } from "../src/core/api.ts";
import type { SessionCommands } from "../src/core/commands.ts";
import { History } from "../src/core/history.ts";
import type { Outgoing } from "../src/core/outbox.ts";
import { LiveSession, type Memory } from "../src/core/session.ts";
import type { ChatMessageInfo, Event, SessionSnapshot } from "../src/protocol/generated.ts";
import { AT, event, FakeClock, FakeSocket, grant, person, request, settle, snapshot } from "./fakes.ts";

let clock: FakeClock;
let socket: FakeSocket;
let log: Event[];
let said: Outgoing[];
let refuse: Error | null;
let kept: Map<string, string>;
let memory: Memory;
let whole: SessionSnapshot;

function make(start = snapshot()): LiveSession {
  const commands = {
    ticket: () => Promise.resolve({ ticket: "t".repeat(22), endpoint: "endpoint-mine", url: "/ws/", expires_in_s: 30 }),
    events: (after: number) => Promise.resolve({ events: log.filter((one) => one.seq > after), seq: log.at(-1)?.seq ?? 0 }),
    snapshot: () => Promise.resolve(whole),
    say: (message: Outgoing): Promise<ChatMessageInfo> => {
      if (refuse !== null) return Promise.reject(refuse);
      said.push(message);
      return Promise.resolve({ ...message, id: "m", participant: "customer", at: AT });
    },
  } as unknown as SessionCommands;
  const openSocket = (url: string): FakeSocket => (socket = new FakeSocket(url));
  return new LiveSession({ snapshot: start, commands, clock, openSocket, memory });
}

function chat(seq: number, text: string): Event {
  const message = { id: `m${seq}`, client_id: `c${seq}`, participant: "csr", audience: "everyone" as const, to: null, text, at: AT };
  return event(seq, "chat.sent", { message });
}

beforeEach(() => {
  clock = new FakeClock();
  log = [];
  said = [];
  refuse = null;
  kept = new Map();
  memory = { get: (key) => kept.get(key) ?? null, set: (key, value) => (value === null ? kept.delete(key) : kept.set(key, value)) };
  whole = snapshot();
});

describe("a live session", () => {
  it("reads the log where events are missing, and tells every event once and in order", async () => {
    const session = make();
    const seen: number[] = [];
    session.onEvent((one) => seen.push(one.seq));
    session.start();
    await settle();
    socket.welcome();
    log = [chat(1, "a"), chat(2, "b"), chat(3, "c"), chat(4, "d")];
    socket.receive({ type: "event", event: log[0] });
    socket.receive({ type: "event", event: log[3] });
    await settle();
    socket.receive({ type: "event", event: log[2] });
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(session.snapshot.value.messages.map((message) => message.text)).toEqual(["a", "b", "c", "d"]);
  });

  it("reads the log when heartbeats stay ahead of it", async () => {
    const session = make();
    session.start();
    await settle();
    socket.welcome();
    log = [chat(1, "a")];
    socket.receive({ type: "heartbeat", seq: 1 });
    await settle();
    expect(session.snapshot.value.seq).toBe(0);
    socket.receive({ type: "heartbeat", seq: 1 });
    await settle();
    expect(session.snapshot.value.seq).toBe(1);
  });

  it("reads the whole snapshot when it is let in from the lobby", async () => {
    const outside = snapshot({ me: "later", participants: [person({ id: "later", state: "lobby", role: "secondary_customer" })] });
    whole = snapshot({ me: "later", seq: 9, participants: [person({ id: "later", role: "secondary_customer" }), person()] });
    const session = make(outside);
    session.start();
    await settle();
    socket.welcome();
    socket.receive({ type: "event", event: event(1, "participant.joined", { participant: person({ id: "later", role: "secondary_customer" }) }) });
    await settle();
    expect(session.snapshot.value.participants).toHaveLength(2);
  });

  it("reads again when the log overtook the snapshot that it was let in with", async () => {
    const outside = snapshot({ me: "later", participants: [person({ id: "later", state: "lobby", role: "secondary_customer" })] });
    const inside = person({ id: "later", role: "secondary_customer" });
    whole = snapshot({ me: "later", seq: 1, participants: [inside, person()] });
    const session = make(outside);
    session.start();
    await settle();
    socket.welcome();
    socket.receive({ type: "event", event: event(1, "participant.joined", { participant: inside }) });
    socket.receive({ type: "event", event: event(2, "request.made", { request: request() }) });
    whole = snapshot({ me: "later", seq: 2, participants: [inside, person()], requests: [request()] });
    await clock.pass(5_000);
    expect(session.snapshot.value.participants).toHaveLength(2);
    expect(session.snapshot.value.requests).toHaveLength(1);
  });

  it("keeps what is written without a link, over a reload too, and sends it in order when the link is back", async () => {
    refuse = new NetworkError("offline");
    const first = make();
    first.outbox.add("one");
    first.outbox.add("two");
    await settle();
    expect(said).toEqual([]);
    const second = make();
    expect(second.outbox.items.value.map((item) => item.text)).toEqual(["one", "two"]);
    refuse = null;
    second.start();
    await settle();
    socket.welcome();
    await settle();
    expect(said.map((item) => item.text)).toEqual(["one", "two"]);
    expect(second.outbox.items.value).toEqual([]);
  });

  it("does not repeat what the server refuses until a person wants it", async () => {
    refuse = new ApiError(400, "text_too_long", "Too long.", {}, "r");
    const session = make();
    session.outbox.add("x");
    await settle();
    await clock.pass(30_000);
    const [item] = session.outbox.items.value;
    expect(item).toMatchObject({ state: "failed", error: "Too long." });
    refuse = null;
    session.outbox.retry(item!.client_id);
    await settle();
    expect(said).toHaveLength(1);
  });

  it("shows who types for a while, and not after the message is there", async () => {
    const session = make();
    session.start();
    await settle();
    socket.welcome();
    socket.receive({ type: "typing", participant: "csr", audience: "everyone" });
    expect(session.typing.value).toEqual(["csr"]);
    socket.receive({ type: "event", event: chat(1, "hi") });
    expect(session.typing.value).toEqual([]);
    socket.receive({ type: "typing", participant: "csr", audience: "everyone" });
    await clock.pass(4_100);
    expect(session.typing.value).toEqual([]);
  });

  it("lets go of everything when it stops", async () => {
    const session = make();
    const stop = session.start();
    await settle();
    socket.welcome();
    socket.receive({ type: "typing", participant: "csr", audience: "everyone" });
    stop();
    expect(clock.pending).toBe(0);
    expect(socket.closed).toBe(true);
  });
});

describe("the history", () => {
  it("tells what was answered before the page was loaded, and what is answered now", async () => {
    log = [
      event(1, "request.made", { request: request() }),
      event(2, "request.granted", { request: "request", grant: grant() }),
    ];
    const session = make(snapshot({ seq: 2, grants: [grant()] }));
    const history = new History(session);
    history.start();
    session.start();
    await settle();
    socket.welcome(2);
    socket.receive({ type: "event", event: event(3, "grant.stopped", { grant: "grant", cause: "owner_stop" }) });
    expect(history.told.value.map((one) => one.outcome)).toEqual(["granted", "stopped"]);
  });
});
