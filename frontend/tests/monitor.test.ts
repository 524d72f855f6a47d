import { describe, expect, it } from "vitest";

import { ofQueue, quarterSums, totals } from "../src/pages/console/monitor.ts";
import { scaleTop } from "../src/pages/console/monitor-plot.tsx";
import { percent } from "../src/pages/console/monitor-words.ts";
import type { MonitorCsr, MonitorQueue, MonitorSession, MonitorState } from "../src/protocol/generated.ts";

function queue(change: Partial<MonitorQueue> = {}): MonitorQueue {
  const none = { open: true, override: "", until: null, waiting: 0, longest_since: null, wait: null, csrs_ready: 0, csrs: 0 } as const;
  return { id: "q", name: "Q", ...none, sl_seconds: 20, offered: 0, answered: 0, in_time: 0, left: 0, left_short: 0, service_level: null, ...change };
}

describe("the figures over the wall", () => {
  it("are those of the specification's example", () => {
    const all = totals([queue({ offered: 10, answered: 7, in_time: 5, left: 3, left_short: 1 })]);
    expect(all.serviceLevel).toBeCloseTo(0.5);
    expect(all.leftShare).toBeCloseTo(2 / 9);
  });

  it("add queues up instead of averaging their shares", () => {
    const all = totals([queue({ answered: 1, in_time: 1 }), queue({ answered: 9, in_time: 0 })]);
    expect(all.serviceLevel).toBeCloseTo(0.1);
  });

  it("name the queue of the longest wait", () => {
    const [early, late] = [queue({ id: "a", longest_since: "2026-11-23T10:00:00Z" }), queue({ id: "b", longest_since: "2026-11-23T10:05:00Z" })];
    expect(totals([late, queue(), early]).longest?.id).toBe("a");
  });

  it("are none while nobody came, not zero", () => {
    const all = totals([queue()]);
    expect([all.serviceLevel, all.leftShare, all.longest]).toEqual([null, null, null]);
    expect(percent(all.serviceLevel)).toBe("–");
  });

  it.each([
    [0.5, 2],
    [3, 4],
    [9, 10],
    [11, 20],
    [101, 200],
  ])("are drawn on a round scale: %d below %d", (value, top) => {
    expect(scaleTop(value)).toBe(top);
  });
});

describe("a monitor of one queue", () => {
  const csr = (id: string, queues: string[]): MonitorCsr => ({ id, queues }) as unknown as MonitorCsr;
  const session = (id: string, of: string): MonitorSession => ({ id, queue: of }) as unknown as MonitorSession;
  const state: MonitorState = {
    n: 1,
    now: "2026-11-27T10:02:00Z",
    queues: [queue({ id: "a", name: "A" }), queue({ id: "b", name: "B" })],
    csrs: [csr("one", ["a"]), csr("both", ["a", "b"]), csr("two", ["b"])],
    sessions: [session("s", "A"), session("t", "B")],
    quarters_from: "2026-11-27T06:15:00Z",
    quarters: [
      { at: "2026-11-27T06:15:00Z", queue: "a", in_time: 1, later: 2, left: 3 },
      { at: "2026-11-27T06:15:00Z", queue: "b", in_time: 10, later: 20, left: 30 },
      { at: "2026-11-27T10:00:00Z", queue: "b", in_time: 4, later: 0, left: 0 },
    ],
  };

  it("has its CSRs, sessions and quarters alone", () => {
    const only = ofQueue(state, "b");
    expect([only.queues, only.csrs, only.sessions].map((rows) => rows.map((row) => row.id))).toEqual([["b"], ["both", "two"], ["t"]]);
    expect(only.quarters.map((one) => one.in_time)).toEqual([10, 4]);
  });

  it("is the whole where the queue is none of the manager's any more", () => {
    expect(ofQueue(state, "gone")).toBe(state);
    expect(ofQueue(state, null)).toBe(state);
  });

  it("adds up quarters, empty ones included", () => {
    const sums = quarterSums(state);
    expect(sums).toHaveLength(16);
    expect(sums[0]).toEqual({ at: "2026-11-27T06:15:00.000Z", in_time: 11, later: 22, left: 33 });
    expect(sums[1]).toEqual({ at: "2026-11-27T06:30:00.000Z", in_time: 0, later: 0, left: 0 });
    expect(sums[15]?.in_time).toBe(4);
  });
});
