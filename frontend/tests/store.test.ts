import { describe, expect, it } from "vitest";

import { admitsReader, fold, hasGap, me, supportManager } from "../src/core/store.ts";
import type { Event } from "../src/protocol/generated.ts";
import { AT, csr, event, grant, person, request, snapshot } from "./fakes.ts";

describe("folding events over a snapshot", () => {
  it("follows a request from made to granted to stopped", () => {
    let now = fold(snapshot(), event(1, "request.made", { request: request() }));
    expect(now.requests.map((item) => item.id)).toEqual(["request"]);
    now = fold(now, event(2, "request.granted", { request: "request", grant: grant() }));
    expect(now.requests).toEqual([]);
    expect(now.grants.map((item) => item.id)).toEqual(["grant"]);
    now = fold(now, event(3, "grant.suspended", { grant: grant({ state: "suspended", epoch: 2 }), cause: "connection_lost" }));
    expect(now.grants[0]?.state).toBe("suspended");
    now = fold(now, event(4, "grant.stopped", { grant: "grant", cause: "owner_stop" }));
    expect(now.grants).toEqual([]);
    expect(now.seq).toBe(4);
  });

  it("keeps one rest per capability", () => {
    const rest = { capability: "screen.view.desktop" as const, until: AT };
    const before = snapshot({ requests: [request()], rests: [{ ...rest, until: "2026-11-23T09:00:00Z" }] });
    const now = fold(before, event(1, "request.denied", { request: "request", rest }));
    expect(now.rests).toEqual([rest]);
    expect(now.requests).toEqual([]);
  });

  it("ignores what it already has, and only counts what it does not know", () => {
    const before = snapshot({ seq: 5 });
    expect(fold(before, event(5, "session.kept", {}))).toBe(before);
    const unknown = { ...event(6, "withheld", {}), type: "something.new" } as unknown as Event;
    expect(fold(before, unknown)).toEqual({ ...before, seq: 6 });
  });

  it("empties what ends with the session", () => {
    const before = snapshot({ grants: [grant()], requests: [request()], suspended_until: AT });
    const now = fold(before, event(1, "session.ended", { reason: "csr_end" }));
    expect(now).toMatchObject({ state: "ended", end_reason: "csr_end", grants: [], requests: [], suspended_until: null });
    expect(now.participants.every((one) => one.endpoints.length === 0)).toBe(true);
  });

  it("knows when a Support Manager comes and goes", () => {
    const endpoint = { id: "manager", kind: "support_manager" as const, connected: true, label: "Linux" };
    let now = fold(snapshot(), event(1, "endpoint.connected", { participant: "customer", endpoint }));
    expect(supportManager(me(now))?.id).toBe("manager");
    now = fold(now, event(2, "endpoint.disconnected", { participant: "customer", endpoint: "manager" }));
    expect(supportManager(me(now))).toBeUndefined();
  });

  it("never lists a message twice", () => {
    const message = { id: "m", client_id: "c", participant: "csr", audience: "everyone" as const, to: null, text: "hi", at: AT };
    const before = snapshot({ messages: [message] });
    expect(fold(before, event(1, "chat.sent", { message })).messages).toHaveLength(1);
  });

  it("sees a gap, and sees when the reader is let in", () => {
    expect(hasGap(snapshot({ seq: 3 }), event(5, "withheld", {}))).toBe(true);
    expect(hasGap(snapshot({ seq: 3 }), event(4, "withheld", {}))).toBe(false);
    const outside = snapshot({ me: "later", participants: [person({ id: "later", role: "secondary_customer", state: "lobby" })] });
    const joined = person({ id: "later", role: "secondary_customer" });
    expect(admitsReader(outside, event(1, "participant.joined", { participant: joined }))).toBe(true);
    expect(admitsReader(outside, event(1, "participant.joined", { participant: csr() }))).toBe(false);
  });
});
