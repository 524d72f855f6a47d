import { describe, expect, it } from "vitest";

import { type Api, ApiError } from "../src/core/api.ts";
import { Inbox } from "../src/pages/console/inbox.ts";
import type { InboxState, OfferInfo } from "../src/protocol/generated.ts";
import { FakeClock, FakeSocket, settle } from "./fakes.ts";

const NOW = "2026-11-23T10:00:00Z";

function offer(id: string, seconds = 20): OfferInfo {
  return {
    id,
    entry: `entry-${id}`,
    session: null,
    queue: { id: "q", name: "Printing" },
    name: "Camille Rousseau",
    language: "en",
    priority: 0,
    waiting_since: "2026-11-23T09:58:00Z",
    made_at: NOW,
    expires_at: new Date(Date.parse(NOW) + seconds * 1000).toISOString(),
    everybody: false,
    answers: [],
    context: {},
    page: "",
    said: [],
    earlier: [],
    earlier_count: 0,
    why: { strategy: "most_idle", rule: "", tried: 0 },
    note: "",
    giver: "",
  };
}

function state(change: Partial<InboxState> = {}): InboxState {
  const csr = { presence: "available", reason: "", since: NOW, paused_until: null, capacity: 2, sessions: 0, offers: 0, wrap_ups: 0 } as const;
  return { n: 1, now: NOW, csr, offers: [], closed: [], wrap_ups: [], queues: [], waiting: [], outcome_codes: [], ...change };
}

interface Call {
  readonly path: string;
  readonly body: unknown;
  readonly key: string | undefined;
}

function scene(answers: Readonly<Record<string, unknown>> = {}) {
  const calls: Call[] = [];
  const answer = <T>(path: string, body: unknown, key: string | undefined): Promise<T> => {
    calls.push({ path, body, key });
    const given = answers[path] ?? state({ n: 99 });
    return given instanceof Error ? Promise.reject(given) : Promise.resolve(given as T);
  };
  const api: Api = {
    get: (path) => answer(path, undefined, undefined),
    post: (path, body, options) => answer(path, body, options?.key),
    put: () => Promise.reject(new Error("not used")),
    upload: () => Promise.reject(new Error("not used")),
  };
  const clock = new FakeClock();
  const inbox = new Inbox({ api, clock, openSocket: (url) => new FakeSocket(url) });
  return { inbox, clock, calls };
}

describe("the inbox", () => {
  it("shows offers until their time is over by the server's clock, soonest first", async () => {
    const { inbox, clock } = scene({ "inbox/": state({ n: 0 }) });
    inbox.start();
    inbox.adopt(state({ offers: [offer("late", 30), offer("soon", 10)] }));
    expect(inbox.offers.map((one) => one.id)).toEqual(["soon", "late"]);
    expect(inbox.secondsUntil(offer("soon", 10).expires_at)).toBe(10);
    await clock.pass(10_000);
    expect(inbox.offers.map((one) => one.id)).toEqual(["late"]);
  });

  it("does not go back to an older state", () => {
    const { inbox } = scene();
    inbox.adopt(state({ n: 5, offers: [offer("a")] }));
    inbox.adopt(state({ n: 4 }));
    expect(inbox.offers).toHaveLength(1);
    inbox.adopt(state({ n: 5, now: "2026-11-23T10:00:01Z" }));
    expect(inbox.offers).toHaveLength(0);
  });

  it("repeats an answer with the same key, so that it is given once", async () => {
    const { inbox, calls } = scene({ "inbox/offers/a/accept/": { id: "s" } });
    await inbox.accept(offer("a"));
    await inbox.accept(offer("a"));
    const keys = calls.filter((call) => call.path === "inbox/offers/a/accept/").map((call) => call.key);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
    expect(keys[0]).not.toBe("");
  });

  it("reads again after a refusal and passes it on", async () => {
    const refused = new ApiError(409, "offer_gone", "Yuki has the customer", {}, "");
    const { inbox, calls } = scene({ "inbox/offers/a/accept/": refused, "inbox/": state({ n: 7 }) });
    await expect(inbox.accept(offer("a"))).rejects.toBe(refused);
    await settle();
    expect(calls.map((call) => call.path)).toContain("inbox/");
    expect(inbox.state.peek()?.n).toBe(7);
  });

  it("remembers each offer that went to others once", () => {
    const { inbox } = scene();
    const gone = { id: "x", name: "Kenji", state: "superseded", reason: "", taken_by: "Yuki Sato", at: NOW } as const;
    inbox.adopt(state({ n: 1, closed: [gone] }));
    inbox.adopt(state({ n: 2, closed: [gone] }));
    expect(inbox.closed.peek()).toEqual([gone]);
  });

  it("keeps what is written at a wrap-up until it is sent", async () => {
    const { inbox, calls } = scene();
    const wrapUp = { entry: "e", session: null, queue: { id: "q", name: "Q" }, name: "Sofia", answered_at: NOW, ended_at: NOW, deadline_at: NOW, transferred: false };
    inbox.write("e", { note: "done" });
    inbox.write("e", { outcome: "solved" });
    await inbox.finish(wrapUp);
    expect(calls.find((call) => call.path === "inbox/entries/e/wrap-up/")?.body).toEqual({ outcome: "solved", codes: [], note: "done" });
    expect(inbox.draft("e").note).toBe("");
  });

  it("asks for itself every five seconds while the socket is lost", async () => {
    const ticket = { ticket: "t", endpoint: null, url: "ws://x/", expires_in_s: 30 };
    const answers: Record<string, unknown> = { "inbox/ticket/": ticket };
    const { inbox, clock, calls } = scene(answers);
    inbox.start();
    inbox.adopt(state());
    await settle();
    answers["inbox/ticket/"] = new Error("no network");
    await clock.pass(30_000);
    expect(calls.filter((call) => call.path === "inbox/").length).toBeGreaterThanOrEqual(2);
  });
});
