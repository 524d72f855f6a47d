import { beforeEach, describe, expect, it } from "vitest";

import { ApiError, NetworkError, type Api } from "../src/core/api.ts";
import { Host, readHello } from "../src/core/host.ts";
import { setCatalog } from "../src/core/i18n.ts";
import { EntryModel, type EntryBoot } from "../src/pages/entry/model.ts";
import type { QueueInfo, SiteInfo } from "../src/protocol/generated.ts";
import { FakeClock, settle } from "./fakes.ts";

type Posted = { readonly path: string; readonly body: Record<string, unknown>; readonly key: string | undefined };

const BUSY = new ApiError(503, "unavailable", "Try again soon.", {}, "r");

function scene(answers: readonly unknown[], open = true) {
  const posted: Posted[] = [];
  const gone: string[] = [];
  const left = [...answers];
  const clock = new FakeClock();
  const kept = new Map<string, string>();
  const api = {
    post: (path: string, body: Record<string, unknown>, options?: { key?: string }) => {
      posted.push({ path, body, key: options?.key });
      const answer = left.shift();
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  } as unknown as Api;
  const queue = { id: "q1", name: "Printing", open, fields: [], when_closed: "message", changes_at: null } as unknown as QueueInfo;
  const boot: EntryBoot = { queue, language: "en", origins: [], own_page: "/q/q1/", site: {} as SiteInfo };
  const memory = { get: (key: string) => kept.get(key) ?? null, set: (key: string, value: string | null) => void kept.set(key, value ?? "") };
  const model = new EntryModel({ boot, api, host: null, memory, clock, origin: () => ({ entry_url: "", referrer: "", context: "" }), go: (url) => gone.push(url) });
  return { model, posted, gone, clock };
}

describe("the entry form", () => {
  beforeEach(() => setCatalog("en", {}));

  it("enters once and goes to the conversation", async () => {
    const { model, posted, gone } = scene([{ url: "/s/x/" }]);
    await Promise.all([model.enter("Camille", { topic: "toner" }), model.enter("Camille", { topic: "toner" })]);
    expect(posted).toHaveLength(1);
    expect(gone).toEqual(["/s/x/"]);
  });

  it("asks again by itself, as the same visit, while the server is away or too busy", async () => {
    const { model, posted, gone, clock } = scene([BUSY, new NetworkError("away"), { url: "/s/x/" }]);
    const entered = model.enter("Camille", {});
    await settle();
    expect([model.busy.value, model.patient.value, model.trouble.value]).toEqual([true, true, ""]);
    await clock.pass(5000);
    await entered;
    expect(gone).toEqual(["/s/x/"]);
    expect(posted).toHaveLength(3);
    expect(new Set(posted.map(({ body }) => body.tab)).size).toBe(1);
    expect([model.busy.value, model.patient.value]).toEqual([false, false]);
  });

  it("says so after half a minute, and lets the customer try again", async () => {
    const { model, posted, clock } = scene(Array.from({ length: 20 }, () => BUSY));
    const entered = model.enter("Camille", {});
    await clock.pass(60_000);
    await entered;
    expect(posted).toHaveLength(15);
    expect([model.trouble.value, model.busy.value, model.patient.value]).toEqual(["Try again soon.", false, false]);
  });

  it("does not repeat what was refused, and shows what is wrong beside its field", async () => {
    const { model, posted } = scene([new ApiError(400, "invalid", "", { fields: { "form.topic": "missing" } }, "r")]);
    await model.enter("Camille", {});
    expect(posted).toHaveLength(1);
    expect(model.errors.value).toEqual({ topic: "Please fill this in." });
  });

  it("offers a message where the queue is closed, sent once under its own key", async () => {
    const { model, posted, clock } = scene([BUSY, {}], false);
    expect([model.face.value, model.kind.value]).toEqual(["refused", "message"]);
    const left = model.leaveMessage({ name: "Camille", text: "Call me" });
    await clock.pass(3000);
    await left;
    expect(model.face.value).toBe("sent");
    expect(posted).toHaveLength(2);
    expect(posted[0]?.key).toBe(posted[1]?.key);
  });
});

describe("the page around an embedded one", () => {
  function embedded() {
    const told: [unknown, string][] = [];
    const parent = { postMessage: (message: unknown, origin: string) => void told.push([message, origin]) };
    let hear: (event: MessageEvent) => void = () => undefined;
    const frame = { parent, addEventListener: (_: "message", listener: (event: MessageEvent) => void) => void (hear = listener) };
    const host = new Host(frame, ["https://shop.example"]);
    const say = (origin: string, data: unknown, source: unknown = parent): void => hear({ origin, data, source } as unknown as MessageEvent);
    return { host, told, say };
  }
  const HELLO = { from: "supportsite", type: "hello", context: "signed", page: "https://shop.example/help", referrer: "" };

  it("is told nothing before it has spoken from an origin that the site allows", () => {
    const { host, told, say } = embedded();
    host.tell({ type: "open" });
    say("https://evil.example", HELLO);
    say("https://shop.example", HELLO, {});
    say("https://shop.example", { ...HELLO, from: "somebody" });
    expect([told, host.hello]).toEqual([[], null]);
    say("https://shop.example", HELLO);
    expect(told).toEqual([[{ from: "supportsite", type: "open" }, "https://shop.example"]]);
    expect(host.hello?.context).toBe("signed");
  });

  it("is believed in short words only", () => {
    expect(readHello({ ...HELLO, context: "x".repeat(5000), page: 7 })).toEqual({ context: "", page: "", referrer: "" });
    expect(readHello("hello")).toBeNull();
  });
});
