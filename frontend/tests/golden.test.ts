import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import type { SessionCommands } from "../src/core/commands.ts";
import { History } from "../src/core/history.ts";
import { LiveSession } from "../src/core/session.ts";
import { fold } from "../src/core/store.ts";
import type { Event, SessionSnapshot } from "../src/protocol/generated.ts";
import { FRONTEND } from "../tools/catalog.js";
import { FakeClock, FakeSocket, settle } from "./fakes.ts";

const FOLDER = path.resolve(FRONTEND, "..", "supportsite", "protocol", "golden");

function golden(family: string): Record<string, Record<string, unknown>> {
  const files = readdirSync(FOLDER).filter((name) => name.startsWith(`${family}.`));
  return Object.fromEntries(
    files.map((name) => [name, JSON.parse(readFileSync(path.join(FOLDER, name), "utf8")) as Record<string, unknown>]),
  );
}

const snapshot = golden("object")["object.session_snapshot.json"] as unknown as SessionSnapshot;
const events = Object.values(golden("event")).map((one, index) => ({ ...one, seq: snapshot.seq + 1 + index }) as unknown as Event);
const shape = (frame: object): string[] => Object.keys(frame).sort();

/** A session whose socket is open and welcomed. */
async function live(start: SessionSnapshot): Promise<{ session: LiveSession; socket: FakeSocket; clock: FakeClock; stop: () => void }> {
  const sockets: FakeSocket[] = [];
  const clock = new FakeClock();
  const commands = {
    ticket: () => Promise.resolve({ ticket: "t".repeat(22), endpoint: "endpoint-mine", url: "/ws/", expires_in_s: 30 }),
    events: () => Promise.resolve({ events: [], seq: start.seq }),
    snapshot: () => Promise.resolve(start),
  } as unknown as SessionCommands;
  const openSocket = (url: string): FakeSocket => {
    const socket = new FakeSocket(url);
    sockets.push(socket);
    return socket;
  };
  const session = new LiveSession({ snapshot: start, commands, clock, openSocket, memory: { get: () => null, set: () => undefined } });
  const stop = session.start();
  await settle();
  const [socket] = sockets;
  if (socket === undefined) throw new Error("no socket was opened");
  socket.welcome(start.seq);
  return { session, socket, clock, stop };
}

describe("the golden messages", () => {
  it("fold, every event of them, over the golden snapshot", () => {
    const after = events.reduce(fold, snapshot);
    expect(after.seq).toBe(snapshot.seq + events.length);
    expect(shape(after)).toEqual(shape(snapshot));
  });

  it("arrive by socket in order and are told to listeners", async () => {
    const { session, socket, stop } = await live(snapshot);
    const history = new History(session);
    history.start();
    const seen: string[] = [];
    session.onEvent((event) => seen.push(event.type));
    for (const event of events) socket.receive({ type: "event", event });
    expect(seen).toEqual(events.map((event) => event.type));
    stop();
  });

  it("are understood, every frame of the server", async () => {
    const { session, socket, stop } = await live(snapshot);
    for (const frame of Object.values(golden("server"))) socket.receive(frame);
    await settle();
    expect(session.link.value.phase).toBe("live");
    stop();
  });

  it("have the shape of what this client sends", async () => {
    const { session, socket, clock, stop } = await live(snapshot);
    session.sendTyping();
    session.signal("EnDpOiNt0bRoWsEr0aBcDe", { kind: "view_request", grant: "g", connection: "c", monitors: [], relay: null });
    for (let more = 1; more <= 20; more += 1) {
      const [event] = events;
      if (event !== undefined) socket.receive({ type: "event", event: { ...event, seq: snapshot.seq + more } });
    }
    await clock.pass(5_000);
    const wanted = golden("client");
    for (const type of ["hello", "heartbeat", "ack", "typing", "signal"]) {
      const sent = socket.sent.find((frame) => frame.type === type);
      const name = type === "signal" ? "client.signal.view_request.json" : `client.${type}.json`;
      expect(shape(sent ?? {}), type).toEqual(shape(wanted[name] ?? { missing: true }));
    }
    stop();
  });
});
