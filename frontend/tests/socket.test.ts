import { beforeEach, describe, expect, it } from "vitest";

import { ApiError } from "../src/core/api.ts";
import { retryDelay, Socket, type LinkState } from "../src/core/socket.ts";
import type { SocketTicket } from "../src/core/rest.ts";
import { event, FakeClock, FakeSocket, settle } from "./fakes.ts";

let clock: FakeClock;
let sockets: FakeSocket[];
let states: LinkState[];
let endpoint: string | null;
let asked: (string | null)[];
let answer: () => Promise<SocketTicket>;
let seq: number;
let socket: Socket;

const last = (): FakeSocket => sockets.at(-1)!;
const phase = (): string => socket.state.phase;

beforeEach(() => {
  clock = new FakeClock();
  sockets = [];
  states = [];
  endpoint = null;
  asked = [];
  seq = 7;
  answer = () => Promise.resolve({ ticket: "t".repeat(22), endpoint: "endpoint-mine", url: "/ws/session/x/", expires_in_s: 30 });
  socket = new Socket({
    clock,
    requestTicket: (id) => {
      asked.push(id);
      return answer();
    },
    openSocket: (url) => {
      sockets.push(new FakeSocket(url));
      return last();
    },
    lastSeq: () => seq,
    onFrame: () => undefined,
    onState: (state) => states.push(state),
    endpointMemory: { get: () => endpoint, set: (id) => (endpoint = id) },
  });
});

async function live(): Promise<() => void> {
  const stop = socket.start();
  await settle();
  last().welcome(seq);
  return stop;
}

describe("a socket", () => {
  it("says hello with its ticket and its last seq, and is live when welcomed", async () => {
    const stop = await live();
    expect(last().sent[0]).toEqual({ type: "hello", protocol: 1, ticket: "t".repeat(22), after: 7 });
    expect(states.map((state) => state.phase)).toEqual(["connecting", "live"]);
    stop();
    expect(phase()).toBe("stopped");
    expect(clock.pending).toBe(0);
  });

  it("beats, and acknowledges after every 20 events", async () => {
    await live();
    await clock.pass(5_000);
    last().receive({ type: "heartbeat", seq });
    expect(last().sent.at(-1)).toEqual({ type: "heartbeat", seq: 7 });
    for (let next = 8; next < 28; next += 1) {
      seq = next;
      last().receive({ type: "event", event: event(next, "withheld", {}) });
    }
    expect(last().sent.at(-1)).toEqual({ type: "ack", seq: 27 });
  });

  it("comes back as the same endpoint with a new ticket and the newest seq", async () => {
    await live();
    seq = 9;
    last().onclose?.({ code: 1006 });
    expect(phase()).toBe("waiting");
    await clock.pass(300);
    last().welcome(9);
    expect(sockets).toHaveLength(2);
    expect(last().sent[0]).toMatchObject({ type: "hello", after: 9 });
    expect(asked).toEqual([null, "endpoint-mine"]);
    expect(phase()).toBe("live");
  });

  it("counts silence as loss", async () => {
    await live();
    await clock.pass(20_100);
    expect(sockets[0]?.closed).toBe(true);
    expect(["waiting", "connecting"]).toContain(phase());
  });

  it("waits longer and longer, never more than 2 s in the first minutes and 30 s later", async () => {
    answer = () => Promise.reject(new Error("no network"));
    socket.start();
    await clock.pass(60_000);
    const early = asked.length;
    expect(early).toBeGreaterThan(25);
    expect(early).toBeLessThan(40);
    await clock.pass(600_000);
    const before = asked.length;
    await clock.pass(60_000);
    expect(asked.length - before).toBeLessThanOrEqual(3);
    expect(retryDelay(50, 0, 1)).toBe(2_500);
    expect(retryDelay(50, 400_000, 1)).toBe(37_500);
  });

  it("does not come back by itself from codes that a retry cannot heal", async () => {
    for (const code of [4401, 4403, 4404, 4409]) {
      const stop = await live();
      last().onclose?.({ code });
      expect(socket.state).toMatchObject({ phase: "closed", code });
      const tries = asked.length;
      await clock.pass(60_000);
      expect(asked).toHaveLength(tries);
      stop();
    }
    expect(endpoint).toBeNull();
  });

  it("stays closed when the ticket is refused, and tries again when a person wants it", async () => {
    answer = () => Promise.reject(new ApiError(404, "not_found", "", {}, "r"));
    socket.start();
    await settle();
    expect(socket.state).toMatchObject({ phase: "closed", code: 4404 });
    answer = () => Promise.resolve({ ticket: "t".repeat(22), endpoint: null, url: "/ws/", expires_in_s: 30 });
    socket.retryNow();
    await settle();
    last().welcome();
    expect(phase()).toBe("live");
  });

  it("ignores a dead socket's late words", async () => {
    await live();
    const old = last();
    const late = old.onmessage;
    old.onclose?.({ code: 1006 });
    await clock.pass(300);
    late?.({ data: JSON.stringify({ type: "welcome", endpoint: "other", seq: 0, heartbeat_seconds: 1 }) });
    expect(endpoint).toBe("endpoint-mine");
    expect(phase()).toBe("connecting");
  });

  it("sends nothing without a link", () => {
    expect(socket.send({ type: "heartbeat", seq: 0 })).toBe(false);
  });
});
