import { beforeEach, describe, expect, it } from "vitest";

import { ApiError, NetworkError } from "../src/core/api.ts";
import { isControl, SCREEN } from "../src/core/capabilities.ts";
import { actionState, type ActionFacts, lastDenials, privilegeOf } from "../src/pages/console/action.ts";
import { conversation } from "../src/pages/console/conversation.ts";
import { NoteKeeper } from "../src/pages/console/note.ts";
import { controlGrant, pictureGrant } from "../src/core/picture.ts";
import { spellAddress, spellNumber } from "../src/pages/console/spelling.ts";
import { elapsed } from "../src/pages/console/words.ts";
import { type Pauses, pausesAfter } from "../src/core/pauses.ts";
import type { Event, NoteInfo, StopCause } from "../src/protocol/generated.ts";
import { AT, event, FakeClock, grant, request, settle, snapshot } from "./fakes.ts";

const NOW = Date.parse(AT);
const CONTROL = "screen.control.desktop";
const VIEW = "screen.view.desktop";

function facts(change: Partial<ActionFacts> = {}): ActionFacts {
  return { snapshot: snapshot({ me: "csr" }), now: NOW, online: true, privilege: true, denial: undefined, ownerDrives: false, pauses: new Map(), own: "browser", ...change };
}

const mine = (change: Parameters<typeof snapshot>[0]): { snapshot: ReturnType<typeof snapshot> } => ({ snapshot: snapshot({ me: "csr", ...change }) });

describe("the request button", () => {
  it("is idle while a request can be made", () => {
    expect(actionState(VIEW, facts())).toEqual({ kind: "idle" });
  });

  it("counts down while the customer is asked", () => {
    const state = actionState(VIEW, facts({ ...mine({ requests: [request()] }), now: NOW + 18_000 }));
    expect(state).toMatchObject({ kind: "pending", leftMs: 42_000, share: 0.7 });
  });

  it("is granted, and paused while the owner's own hands hold it", () => {
    const granted = mine({ grants: [grant({ capability: CONTROL })] });
    expect(actionState(CONTROL, facts(granted)).kind).toBe("granted");
    expect(actionState(CONTROL, facts({ ...granted, ownerDrives: true }))).toMatchObject({ kind: "paused", why: "owner" });
  });

  it("is paused while the grant rests, also for viewing", () => {
    expect(actionState(VIEW, facts(mine({ grants: [grant({ state: "suspended" })] })))).toMatchObject({ kind: "paused", why: "connection" });
  });

  it("tells a pause by the owner's hand from a broken connection, also when the log is read late", () => {
    const rests = (cause: StopCause, seq: number): Event => event(seq, "grant.suspended", { cause, grant: grant({ state: "suspended" }) });
    const why = (...events: Event[]): unknown => actionState(VIEW, facts({ ...mine({ grants: [grant({ state: "suspended" })] }), pauses: events.reduce<Pauses>(pausesAfter, new Map()) }));
    expect(why(rests("owner_stop", 8))).toMatchObject({ kind: "paused", why: "by_hand" });
    expect(why(rests("connection_lost", 8))).toMatchObject({ kind: "paused", why: "connection" });
    expect(why(rests("connection_lost", 9), rests("owner_stop", 8))).toMatchObject({ kind: "paused", why: "connection" });
    expect(why(rests("owner_stop", 8), event(9, "grant.resumed", { grant: grant() }))).toMatchObject({ why: "connection" });
  });

  it("tells a denial for five seconds, then is idle", () => {
    const denial = { at: AT, how: "denied" } as const;
    expect(actionState(VIEW, facts({ denial, now: NOW + 4900 }))).toEqual({ kind: "denied", denial });
    expect(actionState(VIEW, facts({ denial, now: NOW + 5000 })).kind).toBe("idle");
  });

  it("rests after three denials with the time that is left", () => {
    const rests = [{ capability: CONTROL, until: "2026-11-23T10:04:12Z" } as const];
    expect(actionState(CONTROL, facts(mine({ rests })))).toEqual({ kind: "resting", leftMs: 252_000 });
    expect(actionState(VIEW, facts(mine({ rests }))).kind).toBe("idle");
  });

  it.each([
    ["the CSR has no privilege", VIEW, facts({ privilege: false }), { kind: "locked", why: "privilege" }],
    ["the CSR assists", VIEW, facts({ snapshot: snapshot({ me: "other" }) }), { kind: "locked", why: "not_primary" }],
    ["the site is not verified", CONTROL, facts(mine({ site: { ...snapshot().site, verified: false } })), { kind: "locked", why: "site_unverified" }],
    ["the console is offline", VIEW, facts({ online: false }), { kind: "off", why: "offline" }],
    ["nobody has joined", VIEW, facts(mine({ state: "waiting" })), { kind: "off", why: "no_customer" }],
    ["the customer is away", VIEW, facts(mine({ state: "suspended" })), { kind: "off", why: "suspended" }],
    ["the session has ended", VIEW, facts(mine({ state: "ended" })), { kind: "off", why: "ended" }],
  ] as const)("is closed while %s", (_why, capability, given, state) => {
    expect(actionState(capability, given)).toEqual(state);
  });

  describe.each([...SCREEN])("for %s", (capability) => {
    const share = capability.startsWith("share.");
    const own = isControl(capability) && share ? "support_manager" : "browser";

    it("goes from idle through every answer", () => {
      expect(actionState(capability, facts({ own })).kind).toBe("idle");
      const asked = request({ capability, source: share ? "endpoint-csr" : null });
      expect(actionState(capability, facts(mine({ requests: [asked] })))).toMatchObject({ kind: "pending", step: "asked", leftMs: 60_000 });
      const live = grant({ capability, owner: share ? "csr" : "customer" });
      expect(actionState(capability, facts(mine({ grants: [live] }))).kind).toBe("granted");
      expect(actionState(capability, facts(mine({ grants: [{ ...live, state: "suspended" }] })))).toMatchObject({ kind: "paused", why: "connection" });
      expect(actionState(capability, facts({ denial: { at: AT, how: "expired" } })).kind).toBe("denied");
      expect(actionState(capability, facts({ own, ...mine({ rests: [{ capability, until: "2026-11-23T10:05:00Z" }] }) })).kind).toBe("resting");
    });

    it("tells no other capability's state", () => {
      const other = SCREEN.find((one) => one !== capability) ?? capability;
      const state = actionState(capability, facts({ own, ...mine({ requests: [request({ capability: other })], grants: [grant({ capability: other })] }) }));
      expect(state.kind).toBe("idle");
    });

    it("lets an unverified site view the customer's screen only", () => {
      const state = actionState(capability, facts({ own, ...mine({ site: { ...snapshot().site, verified: false } }) }));
      expect(state.kind).toBe(!share && !isControl(capability) ? "idle" : "locked");
    });

    it("needs the privilege of its own", () => {
      expect(new Set(SCREEN.map(privilegeOf)).size).toBe(8);
      expect(actionState(capability, facts({ own, privilege: false }))).toEqual({ kind: "locked", why: "privilege" });
    });
  });

  it("waits for the CSR's own computer once the customer agreed, with the time of that step", () => {
    const accepted = request({ capability: "share.view.desktop", source: "endpoint-csr", accepted_at: "2026-11-23T10:00:30Z", expires_at: "2026-11-23T10:01:30Z" });
    const state = actionState("share.view.desktop", facts({ ...mine({ requests: [accepted] }), now: NOW + 60_000 }));
    expect(state).toMatchObject({ kind: "pending", step: "own_computer", leftMs: 30_000, share: 0.5 });
  });

  it("asks for the own Support Manager before control is shared, and before a view only without a picker", () => {
    expect(actionState("share.control.desktop", facts({ own: "browser" })).kind).toBe("setup");
    expect(actionState("share.view.application", facts({ own: "browser" })).kind).toBe("idle");
    expect(actionState("share.view.application", facts({ own: "nothing" })).kind).toBe("setup");
    expect(actionState("screen.control.desktop", facts({ own: "nothing" })).kind).toBe("idle");
  });

  it("gives the clipboard only to the one who operates", () => {
    const control = grant({ capability: CONTROL });
    expect(actionState("clipboard.to_csr", facts())).toEqual({ kind: "off", why: "no_control" });
    expect(actionState("clipboard.to_csr", facts(mine({ grants: [control] }))).kind).toBe("idle");
    expect(actionState("clipboard.to_csr", facts(mine({ grants: [{ ...control, holder: "other" }] })))).toEqual({ kind: "off", why: "no_control" });
  });

  it("still lets an unverified site view", () => {
    expect(actionState(VIEW, facts(mine({ site: { ...snapshot().site, verified: false } }))).kind).toBe("idle");
  });

  it("finds the last denial of each capability in the log", () => {
    const events = [
      event(1, "request.made", { request: request({ id: "a" }) }),
      event(2, "request.expired", { request: "a", rest: null }),
      event(3, "request.made", { request: request({ id: "b", capability: CONTROL }) }),
      event(4, "request.denied", { request: "b", rest: null }),
      event(5, "request.denied", { request: "unknown", rest: null }),
    ];
    expect(lastDenials(events)).toEqual({ [VIEW]: { at: AT, how: "expired" }, [CONTROL]: { at: AT, how: "denied" } });
  });
});

describe("the picture that is shown", () => {
  const view = grant({ id: "view" });
  const control = grant({ id: "control", capability: CONTROL });

  it("is the viewing grant's, else the control grant's", () => {
    expect(pictureGrant(snapshot({ me: "csr", grants: [control, view] }), null)?.id).toBe("view");
    expect(pictureGrant(snapshot({ me: "csr", grants: [control] }), null)?.id).toBe("control");
    expect(pictureGrant(snapshot({ me: "csr", grants: [] }), "view")).toBeNull();
  });

  it("goes on without a break while its grant lives on the same program", () => {
    expect(pictureGrant(snapshot({ me: "csr", grants: [control, view] }), "control")?.id).toBe("control");
    expect(pictureGrant(snapshot({ me: "csr", grants: [control] }), "view")?.id).toBe("control");
  });

  it("changes to a share from another program", () => {
    const other = grant({ id: "view-2", endpoint: "endpoint-2" });
    expect(pictureGrant(snapshot({ me: "csr", grants: [control, other] }), "control")?.id).toBe("view-2");
  });

  it("changes when another surface of the same program is shared instead", () => {
    const application = grant({ id: "view-2", capability: "screen.view.application" });
    expect(pictureGrant(snapshot({ me: "csr", grants: [control, application] }), "control")?.id).toBe("view-2");
  });

  it("is never the reader's own computer's", () => {
    const shared = grant({ id: "share", capability: "share.view.desktop", owner: "csr", holder: "customer" });
    expect(pictureGrant(snapshot({ me: "csr", grants: [shared] }), null)).toBeNull();
    expect(pictureGrant(snapshot({ me: "customer", grants: [shared] }), null)?.id).toBe("share");
    expect(pictureGrant(snapshot({ me: "second", grants: [view] }), null)?.id).toBe("view");
  });

  it("is operated by the holder of an active control grant on the same screen only", () => {
    const grants = [view, control];
    expect(controlGrant(snapshot({ me: "csr", grants }), "view")?.id).toBe("control");
    expect(controlGrant(snapshot({ me: "yuki", grants }), "view")).toBeNull();
    expect(controlGrant(snapshot({ me: "csr", grants: [view, { ...control, state: "suspended" }] }), "view")).toBeNull();
    expect(controlGrant(snapshot({ me: "csr", grants: [view, { ...control, capability: "screen.control.application" }] }), "view")).toBeNull();
    expect(controlGrant(snapshot({ me: "csr", grants }), null)).toBeNull();
  });

  it("ends with the session", () => {
    expect(pictureGrant(snapshot({ me: "csr", state: "ended", grants: [view] }), "view")).toBeNull();
  });
});

describe("notes", () => {
  let clock: FakeClock;
  let server: NoteInfo;
  let saves: [string, number][];
  let failure: Error | null;
  let kept: string | null;
  let note: NoteKeeper;

  const save = (text: string, base: number): Promise<NoteInfo> => {
    saves.push([text, base]);
    if (failure) return Promise.reject(failure);
    if (base !== server.version) return Promise.reject(new ApiError(409, "note_conflict", "", { note: server }, ""));
    server = { text, version: base + 1, author: "csr", at: AT };
    return Promise.resolve(server);
  };

  beforeEach(() => {
    clock = new FakeClock();
    server = { text: "old", version: 4, author: "csr", at: AT };
    saves = [];
    failure = null;
    kept = null;
    note = new NoteKeeper({
      clock,
      key: "note:session",
      memory: { get: () => kept, set: (_key, value) => (kept = value) },
      read: () => Promise.resolve(server),
      save,
      online: () => true,
    });
    note.start(server);
  });

  it("are saved once the typing pauses, on the version that was read", async () => {
    note.edit("n");
    note.edit("new");
    expect(note.view.value.state).toBe("unsaved");
    await clock.pass(1000);
    expect(saves).toEqual([["new", 4]]);
    expect(note.view.value).toMatchObject({ state: "saved", version: 5, text: "new" });
    expect(kept).toBeNull();
  });

  it("show both texts when somebody else saved meanwhile, and let a person decide", async () => {
    server = { text: "theirs", version: 5, author: "other", at: AT };
    note.edit("mine");
    await clock.pass(1000);
    expect(note.view.value).toMatchObject({ state: "conflict", text: "mine", theirs: { text: "theirs" } });
    note.keepBoth();
    await clock.pass(1000);
    expect(server.text).toBe("theirs\n\nmine");
    expect(note.view.value.state).toBe("saved");
  });

  it("keep the text while the server cannot be reached, and save it later", async () => {
    failure = new NetworkError("no");
    note.edit("kept");
    await clock.pass(1000);
    expect(note.view.value).toMatchObject({ state: "offline", text: "kept" });
    expect(kept).toBe("kept");
    failure = null;
    await clock.pass(4000);
    expect(server.text).toBe("kept");
  });

  it("follow another CSR's save while nothing is typed here", async () => {
    server = { text: "theirs", version: 6, author: "other", at: AT };
    note.savedElsewhere(6);
    await settle();
    expect(note.view.value).toMatchObject({ text: "theirs", version: 6 });
  });
});

describe("the conversation", () => {
  it("puts messages and events in the order of time, unsent messages last and once", () => {
    const message = (id: string, at: string): object => ({ id, client_id: `client-${id}`, participant: "csr", audience: "everyone", to: null, text: id, at });
    const messages = [message("b", "2026-11-23T10:00:02Z")] as never;
    const started = { ...event(1, "session.started", { session_type: "Support", number_expires_at: AT }), at: "2026-11-23T10:00:01Z" };
    const outgoing = (id: string): never => ({ client_id: `client-${id}`, text: id, audience: "everyone", to: null, at: 0, state: "waiting", error: "" }) as never;
    const items = conversation(snapshot({ messages }), [started], [outgoing("b"), outgoing("c")]);
    expect(items.map(({ kind, key }) => [kind, key])).toEqual([
      ["line", "e1"],
      ["message", "client-b"],
      ["outgoing", "client-c"],
    ]);
  });
});

describe("words", () => {
  it("spell an address and a number", () => {
    expect(spellAddress("a.b:1").map(({ word }) => word)).toEqual(["Alfa", "dot", "Bravo", "colon", "one"]);
    expect(spellNumber("482913507")).toBe("four eight two, nine one three, five zero seven");
  });

  it("count time up", () => {
    expect(elapsed(AT, NOW + 768_000)).toBe("12:48");
    expect(elapsed(AT, NOW + 3_723_000)).toBe("1:02:03");
    expect(elapsed(null, NOW)).toBe("");
  });
});
