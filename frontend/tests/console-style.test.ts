import { describe, expect, it } from "vitest";

import { type Api, ApiError } from "../src/core/api.ts";
import { ConsoleLook, moveTab } from "../src/pages/console/console-look.ts";
import { assignPlaces, keyAt, parsePlaces } from "../src/pages/console/customer-keys.ts";
import { byUrgency, heldOrder, placeTiles, unansweredSince } from "../src/pages/console/multi-tiles.ts";
import { TypingBurst } from "../src/pages/console/shortcuts.ts";
import type { ConsoleInfo } from "../src/pages/console/types.ts";
import type { ChatMessageInfo } from "../src/protocol/generated.ts";
import { settle, snapshot } from "./fakes.ts";

const row = (id: string, minute = 0) => ({ id, created_at: new Date(Date.UTC(2026, 10, 23, 10, minute)).toISOString() });

describe("the letter of a customer", () => {
  it("is given in the order in which they came", () => {
    expect(assignPlaces({}, [row("new", 2), row("old", 1)])).toEqual({ old: 0, new: 1 });
  });

  it("stays when another customer leaves, and is free for the next one after its own has left", () => {
    const three = assignPlaces({}, [row("a", 1), row("b", 2), row("c", 3)]);
    const two = assignPlaces(three, [row("b", 2), row("c", 3)]);
    expect(two).toEqual({ b: 1, c: 2 });
    expect(assignPlaces(two, [row("d", 4), row("b", 2), row("c", 3)])).toEqual({ b: 1, c: 2, d: 0 });
  });

  it("is nobody else's, whatever was kept", () => {
    const places = assignPlaces({ a: 0, b: 0, c: 5 }, [row("a", 1), row("b", 2), row("c", 3), row("d", 4)]);
    expect(new Set(Object.values(places)).size).toBe(4);
    expect(places.a).toBe(0);
  });

  it("differs for twenty customers, and neighbours differ in colour", () => {
    const keys = Array.from({ length: 20 }, (_one, place) => keyAt(place));
    expect(new Set(keys.map((key) => key.letter)).size).toBe(20);
    for (let place = 1; place < 20; place += 1) expect(keys[place]?.kind).not.toBe(keys[place - 1]?.kind);
    expect(keys.slice(0, 6).map((key) => key.kind)).toEqual(["k-a", "k-b", "k-c", "k-d", "k-e", "k-f"]);
  });

  it.each([null, "", "nonsense", "[]", "null", '{"a":"x","b":-1,"c":1.5}'])("counts as none when %s was kept", (text) => {
    expect(parsePlaces(text)).toEqual({});
  });
});

describe("the order of the tabs", () => {
  it.each([
    ["session", 0, ["session", "tools", "desktop", "application"]],
    ["tools", 3, ["desktop", "application", "session", "tools"]],
    ["desktop", 2, ["tools", "application", "desktop", "session"]],
    ["tools", -5, ["tools", "desktop", "application", "session"]],
    ["tools", 9, ["desktop", "application", "session", "tools"]],
  ] as const)("with %s moved to place %d", (tab, to, order) => {
    expect(moveTab(["tools", "desktop", "application", "session"], tab, to)).toEqual(order);
  });
});

describe("a burst of typing", () => {
  it("goes on after its field is gone, until a pause", () => {
    const burst = new TypingBurst();
    expect(burst.holds("v", false, 0)).toBe(false);
    burst.holds("h", true, 1000);
    expect([1300, 1900, 2500].map((time) => burst.holds("o", false, time))).toEqual([true, true, true]);
    expect(burst.holds("o", false, 3500)).toBe(false);
  });

  it("goes on when another customer is chosen while somebody types, and begins with no such choice", () => {
    const burst = new TypingBurst();
    burst.cut(0);
    expect(burst.holds("v", false, 10)).toBe(false);
    burst.holds("h", true, 1000);
    burst.cut(2500);
    expect(burst.holds("o", false, 3400)).toBe(true);
    burst.cut(9000);
    expect(burst.holds("o", false, 9010)).toBe(false);
  });

  it.each(["Tab", "Escape", "F6", "Control"])("ends with %s, which leaves the field", (key) => {
    const burst = new TypingBurst();
    burst.holds("h", true, 1000);
    burst.holds(key, true, 1010);
    expect(burst.holds("v", false, 1020)).toBe(false);
  });
});

describe("the stages of the multi-session window", () => {
  const live = ["a", "b", "c", "d", "e"];

  it("are filled by letter, with the chosen one among them", () => {
    expect(placeTiles([], live, "a", ["a"], 4)).toEqual(["a", "b", "c", "d"]);
    expect(placeTiles([], live, "e", ["e"], 2)).toEqual(["e", "a"]);
    expect(placeTiles([], live, null, [], 2)).toEqual(["a", "b"]);
  });

  it("keep their places when a customer on a stage is chosen", () => {
    expect(placeTiles(["a", "b", "c", "d"], live, "c", ["c", "a"], 4)).toEqual(["a", "b", "c", "d"]);
  });

  it("give a chosen customer the place of the one who was chosen longest ago", () => {
    expect(placeTiles(["a", "b", "c", "d"], live, "e", ["e", "a", "d", "b"], 4)).toEqual(["a", "b", "e", "d"]);
    expect(placeTiles(["a", "b", "c", "d"], live, "e", ["e", "a", "d", "b", "c"], 4)).toEqual(["a", "b", "e", "d"]);
  });

  it("close up when one leaves, and a new one gets the free place", () => {
    expect(placeTiles(["a", "b", "c", "d"], ["a", "c", "d"], "a", ["a"], 4)).toEqual(["a", "c", "d"]);
    expect(placeTiles(["a", "c", "d"], ["a", "c", "d", "e"], "a", ["a"], 4)).toEqual(["a", "c", "d", "e"]);
  });

  it("keep the chosen and the latest when there are fewer of them", () => {
    expect(placeTiles(["a", "b", "c", "d"], live, "d", ["d", "b", "a", "c"], 2)).toEqual(["b", "d"]);
    expect(placeTiles(["a", "b", "c", "d"], live, "d", ["d", "b"], 1)).toEqual(["d"]);
  });

  it("show an ended session while it is chosen, and not after", () => {
    expect(placeTiles(["a", "b"], ["b"], "a", ["a"], 4)).toEqual(["a", "b"]);
    expect(placeTiles(["a", "b"], ["b"], "b", ["b", "a"], 4)).toEqual(["b"]);
  });
});

describe("the list of customers", () => {
  const from = (participant: string, at: string, audience: "everyone" | "csrs" = "everyone"): ChatMessageInfo => ({ id: at, client_id: at, participant, audience, to: null, text: "x", at });
  const said = (...messages: ChatMessageInfo[]) => unansweredSince(snapshot({ me: "csr", messages }));

  it("counts how long a customer waits for an answer, from their first message without one", () => {
    expect(said()).toBeNull();
    expect(said(from("customer", "2026-11-23T10:00:00Z"), from("customer", "2026-11-23T10:01:00Z"))).toBe(Date.parse("2026-11-23T10:00:00Z"));
    expect(said(from("customer", "2026-11-23T10:00:00Z"), from("csr", "2026-11-23T10:01:00Z"))).toBeNull();
  });

  it("takes a word among CSRs for no answer", () => {
    expect(said(from("customer", "2026-11-23T10:00:00Z"), from("csr", "2026-11-23T10:01:00Z", "csrs"))).not.toBeNull();
  });

  it("has the active first, then who waits longest, then the letters", () => {
    const ranked = [
      { id: "a", active: true, since: null, place: 0 },
      { id: "b", active: true, since: 200, place: 1 },
      { id: "c", active: false, since: 50, place: 2 },
      { id: "d", active: true, since: 100, place: 3 },
      { id: "e", active: true, since: null, place: 4 },
    ];
    expect(ranked.sort(byUrgency).map(({ id }) => id)).toEqual(["d", "b", "a", "e", "c"]);
  });

  it("does not move under the pointer", () => {
    expect(heldOrder(["a", "b", "c"], ["c", "new", "a"])).toEqual(["a", "c", "new"]);
  });
});

describe("the style of the console", () => {
  const info: ConsoleInfo = { style: "dashboard", may_switch: true, tab_order: ["tools", "desktop", "application", "session"], session_limit: 6 };

  function look(answer: () => Promise<unknown>) {
    const sent: unknown[] = [];
    const api = { post: (_path: string, body: unknown) => (sent.push(body), answer()) } as unknown as Api;
    const run = (command: () => Promise<unknown>): Promise<boolean> => command().then(() => true, () => false);
    return { look: new ConsoleLook(api, run, info), sent };
  }

  it("holds at once and is kept on the server", async () => {
    const { look: one, sent } = look(() => Promise.resolve(info));
    void one.switchTo("multi");
    expect(one.style.value).toBe("multi");
    void one.orderTabs(["session", "tools", "desktop", "application"]);
    await settle();
    expect(sent).toEqual([{ style: "multi" }, { tab_order: ["session", "tools", "desktop", "application"] }]);
    expect([one.style.value, one.tabs.value[0]]).toEqual(["multi", "session"]);
  });

  it("is taken back when the server refuses it", async () => {
    const { look: one } = look(() => Promise.reject(new ApiError(403, "privilege_missing", "no", {}, "")));
    void one.switchTo("tray");
    void one.orderTabs(["session", "tools", "desktop", "application"]);
    await settle();
    expect([one.style.value, one.tabs.value[0]]).toEqual(["dashboard", "tools"]);
  });

  it("is the last one that was chosen, also when an earlier choice is refused late", async () => {
    const refusals: (() => void)[] = [];
    const { look: one } = look(() => new Promise((_done, refuse) => refusals.push(() => refuse(new Error("late")))));
    void one.switchTo("tray");
    void one.switchTo("multi");
    refusals[0]?.();
    await settle();
    expect(one.style.value).toBe("multi");
  });

  it("asks nothing of the server where nothing changes", () => {
    const { look: one, sent } = look(() => Promise.resolve(info));
    void one.switchTo("dashboard");
    void one.orderTabs([...info.tab_order]);
    expect(sent).toEqual([]);
  });
});
