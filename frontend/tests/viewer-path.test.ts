import { describe, expect, it } from "vitest";

import { nextStep, peerAgainAfter, type PathFacts } from "../src/core/viewer-path.ts";

const NOW = 100_000;
const peer = { way: "peer", well: true, downSince: null, wasWell: true, losses: 0 } as const;
const relay = { ...peer, way: "relay" } as const;
const facts = (change: Partial<PathFacts> = {}): PathFacts => ({ now: NOW, shown: peer, trial: null, relay: true, peerAgainAt: NOW + 15_000, ...change });
const down = (ms: number, change: Partial<PathFacts["shown"]> = {}): PathFacts["shown"] => ({ ...peer, well: false, downSince: NOW - ms, ...change });
const trial = (change: Partial<NonNullable<PathFacts["trial"]>> = {}): PathFacts["trial"] => ({ way: "peer", since: NOW - 1000, carries: false, wanted: false, ...change });

describe("the way of a picture", () => {
  it("stays where it is while all is well", () => {
    expect(nextStep(facts())).toBe("none");
    expect(nextStep(facts({ shown: relay }))).toBe("none");
  });

  it("is the relay when no peer connection comes about in six seconds, or when two failed", () => {
    expect(nextStep(facts({ shown: down(5900, { wasWell: false }) }))).toBe("none");
    expect(nextStep(facts({ shown: down(6000, { wasWell: false }) }))).toBe("try_relay");
    expect(nextStep(facts({ shown: down(2000, { wasWell: false, losses: 2 }) }))).toBe("try_relay");
  });

  it("is never the relay where there is none", () => {
    expect(nextStep(facts({ relay: false, shown: down(60_000, { wasWell: false, losses: 9 }) }))).toBe("none");
  });

  it("is mended by a new connection beside a silent one, and by the relay if that fails", () => {
    expect(nextStep(facts({ shown: down(0) }))).toBe("try_peer");
    expect(nextStep(facts({ shown: down(3000), trial: trial() }))).toBe("none");
    expect(nextStep(facts({ shown: down(3500), trial: trial() }))).toBe("try_relay");
    expect(nextStep(facts({ shown: down(3500), trial: trial({ carries: true }) }))).toBe("promote");
  });

  it("does not change when the silent connection is heard again, unless the network changed", () => {
    expect(nextStep(facts({ trial: trial() }))).toBe("give_up");
    expect(nextStep(facts({ trial: trial({ carries: true }) }))).toBe("give_up");
    expect(nextStep(facts({ trial: trial({ way: "relay", carries: true }) }))).toBe("give_up");
    expect(nextStep(facts({ trial: trial({ wanted: true }) }))).toBe("none");
    expect(nextStep(facts({ trial: trial({ wanted: true, carries: true }) }))).toBe("promote");
  });

  it("leaves the relay when a peer connection carries a picture, tried more and more seldom", () => {
    expect(nextStep(facts({ shown: relay, peerAgainAt: NOW }))).toBe("try_peer");
    expect(nextStep(facts({ shown: relay, trial: trial() }))).toBe("none");
    expect(nextStep(facts({ shown: relay, trial: trial({ carries: true }) }))).toBe("promote");
    expect(nextStep(facts({ shown: relay, trial: trial({ since: NOW - 9000 }) }))).toBe("give_up");
    expect([0, 1, 2, 3, 9].map(peerAgainAfter)).toEqual([15_000, 30_000, 60_000, 120_000, 120_000]);
  });

  it("tries a peer connection at once when the relay is silent", () => {
    expect(nextStep(facts({ shown: down(0, { way: "relay" }) }))).toBe("try_peer");
  });
});
