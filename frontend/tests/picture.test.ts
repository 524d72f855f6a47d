import { signal } from "@preact/signals";
import { describe, expect, it } from "vitest";

import { PictureKeeper } from "../src/core/picture.ts";
import type { LiveSession } from "../src/core/session.ts";
import type { SessionSnapshot, SignalData } from "../src/protocol/generated.ts";
import { FakeClock, grant, settle, snapshot } from "./fakes.ts";

/** A session with a desktop that may be seen, and what its console sends to that desktop. */
function keeper(clock: FakeClock, first: Partial<SessionSnapshot> = { grants: [grant()] }) {
  const current = signal(snapshot({ me: "csr", ...first }));
  const sent: SignalData["kind"][] = [];
  const live = {
    snapshot: current,
    link: signal({ phase: "live", retryAt: null, lostAt: null, code: null }),
    commands: { ice: () => Promise.resolve({ ice_servers: [] }) },
    signal: (_to: string, data: SignalData) => sent.push(data.kind) > 0,
    onSignal: () => () => undefined,
    onEvent: () => () => undefined,
  } as unknown as LiveSession;
  const picture = new PictureKeeper(live, clock);
  const stop = picture.start();
  return { picture, sent, stop, current };
}

describe("a picture", () => {
  it("is fetched while a stage is there for it, and not before", () => {
    const { picture, sent } = keeper(new FakeClock());
    expect(picture.grant.value).toBe("grant");
    expect(sent).toEqual([]);
    picture.watch();
    expect(sent).toEqual(["view_request"]);
    expect(picture.view.value.state).toBe("asking");
  });

  it("begins with its grant where the stage is there already", () => {
    const { picture, sent, current } = keeper(new FakeClock(), {});
    picture.watch();
    expect(sent).toEqual([]);
    current.value = { ...current.peek(), grants: [grant()] };
    expect(sent).toEqual(["view_request"]);
  });

  it("ends soon after its last stage has gone; the grant stays, and a later stage fetches it again", async () => {
    const clock = new FakeClock();
    const { picture, sent } = keeper(clock);
    const stages = [picture.watch(), picture.watch()];
    stages[0]?.();
    await clock.pass(60_000);
    expect(picture.view.value.state).toBe("asking");
    stages[1]?.();
    stages[1]?.();
    sent.length = 0;
    await clock.pass(5000);
    expect(sent.at(-1)).toBe("hang_up");
    expect([picture.view.value.state, picture.grant.value]).toEqual(["idle", "grant"]);
    picture.watch();
    expect(sent.at(-1)).toBe("view_request");
  });

  it("goes on when its stage is back in time, as after a switch to and fro or to another style", async () => {
    const clock = new FakeClock();
    const { picture, sent } = keeper(clock);
    picture.watch()();
    await clock.pass(2000);
    sent.length = 0;
    picture.watch();
    await clock.pass(400);
    expect(sent).toEqual([]);
    expect(picture.view.value.state).toBe("asking");
  });

  it("leaves the pictures of the other customers alone when its own goes", async () => {
    const clock = new FakeClock();
    const four = ["a", "b", "c", "d"].map((id) => keeper(clock, { id, grants: [grant({ id: `grant-${id}` })] }));
    const stages = four.map(({ picture }) => picture.watch());
    await settle();
    expect(four.map(({ sent }) => sent[0])).toEqual(["view_request", "view_request", "view_request", "view_request"]);
    stages[1]?.();
    await clock.pass(5000);
    expect(four.map(({ picture }) => picture.view.value.state === "idle")).toEqual([false, true, false, false]);
    expect(four.map(({ sent }) => sent.includes("hang_up") && sent.at(-1) === "hang_up")).toEqual([false, true, false, false]);
  });

  it("leaves nothing behind when its session is closed", async () => {
    const clock = new FakeClock();
    const { picture, sent, stop } = keeper(clock);
    picture.watch()();
    stop();
    sent.length = 0;
    await clock.pass(60_000);
    expect(sent).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
