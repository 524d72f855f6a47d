import { beforeEach, describe, expect, it } from "vitest";

import { CLIPBOARD, isControl, ownerIsCsr, SCREEN } from "../src/core/capabilities.ts";
import { History, type Outcome } from "../src/core/history.ts";
import { setCatalog } from "../src/core/i18n.ts";
import { joinNames, shortName } from "../src/core/names.ts";
import { conversation, type Line } from "../src/pages/session/lines.ts";
import { excluded, grantName, headline, included, toldSentence } from "../src/pages/session/words.ts";
import { csr, event, grant, person, request, snapshot } from "./fakes.ts";

const ALL = [...SCREEN, ...CLIPBOARD];
const OUTCOMES: readonly Outcome[] = ["accepted", "granted", "denied", "expired", "cancelled", "stopped"];

describe("the words of the ten capabilities", () => {
  beforeEach(() => setCatalog("en", {}));

  it("ask, list and tell each of them apart", () => {
    expect(ALL).toHaveLength(10);
    const questions = ALL.map((capability) => headline(capability, "Daniel", null));
    expect(new Set(questions).size).toBe(10);
    for (const outcome of ["granted", "denied", "stopped"] as const) {
      const lines = [...SCREEN.filter((one) => !ownerIsCsr(one)), ...CLIPBOARD].map((capability) => toldSentence(capability, outcome, "Daniel"));
      expect(new Set(lines).size).toBe(6);
    }
    for (const outcome of OUTCOMES) for (const capability of ALL) expect(toldSentence(capability, outcome, "Daniel")).not.toBe("");
  });

  it("never promise that a share touches the customer's own computer", () => {
    for (const capability of SCREEN.filter(ownerIsCsr)) {
      expect(excluded(capability)).toMatch(/Nothing of your own computer/);
      expect(included(capability, "Daniel")).toMatch(/Daniel/);
      expect(included(capability, "Daniel").includes("operate")).toBe(isControl(capability));
    }
    expect(excluded("screen.view.application")).toMatch(/rest of your screen/);
  });

  it("name the one who gets the mouse at a hand-over", () => {
    expect(headline("screen.control.desktop", "Daniel", "Yuki")).toBe("Daniel asks that Yuki may operate your computer");
  });

  it("name what is allowed by its owner, monitor or programs", () => {
    const scope = { monitors: [2], applications: [] };
    expect(grantName("screen.view.desktop", scope, null)).toBe("Monitor 2");
    expect(grantName("share.control.desktop", { monitors: [], applications: [] }, "Daniel")).toBe("Control: desktop of Daniel");
    expect(grantName("share.view.application", { monitors: [], applications: [] }, "Daniel")).toBe("Windows of Daniel");
  });

  it("call people by the names that they use, in the reader's language", () => {
    expect(joinNames(["Daniel Okafor", "Yuki Sato"].map(shortName))).toBe("Daniel and Yuki");
    setCatalog("ja", {});
    expect(joinNames(["Daniel", shortName("佐藤 ゆき")])).toBe("Daniel、佐藤 ゆき");
  });
});

describe("what the conversation tells beside messages", () => {
  const share = { capability: "share.view.desktop", grantor: "csr", operator: "customer" } as const;
  let history: History;

  beforeEach(() => {
    history = new History({ snapshot: { peek: () => snapshot() }, commands: {}, onEvent: () => () => undefined } as unknown as ConstructorParameters<typeof History>[0]);
  });

  const lines = (me = "customer"): Line[] => conversation(snapshot({ me, participants: [csr({ joined_at: null }), person()] }), history.told.value, history.facts.value, []);

  it("is the whole life of a share, from the offer to its end", () => {
    history.take(event(1, "request.made", { request: request(share) }));
    history.take(event(2, "request.accepted", { request: request({ ...share, accepted_at: "2026-11-23T10:00:10Z" }) }));
    history.take(event(3, "request.granted", { request: "request", grant: grant({ capability: share.capability, owner: "csr", holder: "customer" }) }));
    history.take(event(4, "grant.stopped", { grant: "grant", cause: "csr_release" }));
    const told = lines().map((line) => (line.kind === "request" ? [line.told.outcome, line.name] : []));
    expect(told).toEqual([["accepted", "Daniel Okafor"], ["granted", "Daniel Okafor"], ["stopped", "Daniel Okafor"]]);
    expect(lines("second")).toEqual([]);
  });

  it("knows of a Support Manager only when it was the reader's own", () => {
    const endpoint = { id: "manager", kind: "support_manager", connected: true, label: "" } as const;
    history.take(event(1, "endpoint.connected", { participant: "csr", endpoint }));
    expect(history.managerSeen.value).toBe(false);
    history.take(event(2, "endpoint.connected", { participant: "customer", endpoint }));
    expect(history.managerSeen.value).toBe(true);
  });

  it("is pictures, marks and options, each once, with the computer that they are about", () => {
    const screenshot = { id: "shot-0001", participant: "csr", grant: "grant", width: 10, height: 10, size: 9, sha256: "0".repeat(64), at: "2026-11-23T10:00:00Z" };
    history.take(event(1, "request.granted", { request: "request", grant: grant() }));
    history.take(event(2, "grant.marked", { grant: "grant", participant: "csr" }));
    history.take(event(3, "screenshot.taken", { screenshot }));
    history.take(event(3, "screenshot.taken", { screenshot }));
    history.take(event(4, "options.changed", { options: { quality: "sampling" } }));
    const facts = lines().map((line) => (line.kind === "fact" ? line.fact : null));
    expect(facts.map((fact) => fact?.kind)).toEqual(["marked", "screenshot", "options"]);
    expect(facts[1]).toMatchObject({ screenshot: { id: "shot-0001" }, grant: { owner: "customer" } });
  });
});
