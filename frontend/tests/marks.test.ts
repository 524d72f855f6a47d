import { beforeEach, describe, expect, it } from "vitest";

import { MarkBoard, MarkHand } from "../src/core/marks.ts";
import type { Mark } from "../src/protocol/generated.ts";
import { FakeClock } from "./fakes.ts";

const mark = (change: Partial<Mark> = {}): Mark => ({ type: "mark", id: "m1", kind: "pen", points: [[0.1, 0.1]], done: false, participant: "other", colour: "c", ...change });

describe("marks on a picture", () => {
  let board: MarkBoard;

  beforeEach(() => {
    board = new MarkBoard("me");
  });

  it("append to a pen, and replace an arrow", () => {
    board.apply(mark(), 0);
    board.apply(mark({ points: [[0.2, 0.2]] }), 10);
    board.apply(mark({ id: "a", kind: "arrow", points: [[0, 0], [0.5, 0.5]] }), 10);
    board.apply(mark({ id: "a", kind: "arrow", points: [[0, 0], [1, 1]] }), 20);
    expect(board.visible(20).map(({ points }) => points)).toEqual([
      [[0.1, 0.1], [0.2, 0.2]],
      [[0, 0], [1, 1]],
    ]);
  });

  it("fade after six seconds without news, a pointer after three", () => {
    board.apply(mark(), 0);
    board.apply(mark({ id: "p", kind: "pointer" }), 0);
    expect(board.visible(2500).map(({ id, strength }) => [id, strength])).toEqual([["m1", 1], ["p", 0.5]]);
    expect(board.visible(3000).map(({ id }) => id)).toEqual(["m1"]);
    expect(board.visible(6000)).toEqual([]);
  });

  it("are the own hand's at once, and the source's answer only colours them", () => {
    board.echo(mark({ participant: null, colour: null, points: [[0, 0]] }), 0);
    board.echo(mark({ participant: null, colour: null, points: [[0.5, 0.5]] }), 5);
    expect(board.visible(5)).toMatchObject([{ author: "me", colour: null, own: true }]);
    board.apply(mark({ participant: "me", colour: "e", points: [[0, 0]] }), 50);
    expect(board.visible(50)).toMatchObject([{ colour: "e", points: [[0, 0], [0.5, 0.5]] }]);
    board.echo(mark({ id: "m2", participant: null, colour: null }), 60);
    expect(board.visible(60)[1]?.colour).toBe("e");
  });

  it("hold one pointer for each person, until it is done", () => {
    board.apply(mark({ id: "p1", kind: "pointer" }), 0);
    board.apply(mark({ id: "p2", kind: "pointer" }), 1);
    board.apply(mark({ id: "p3", kind: "pointer", participant: "third" }), 1);
    expect(board.visible(2).map(({ id }) => id)).toEqual(["p2", "p3"]);
    board.apply(mark({ id: "p2", kind: "pointer", done: true }), 3);
    expect(board.visible(3).map(({ id }) => id)).toEqual(["p3"]);
  });

  it("are cleared for one person, or for all", () => {
    board.apply(mark(), 0);
    board.apply(mark({ id: "m2", participant: "third" }), 0);
    board.apply({ type: "marks_cleared", participant: "other" }, 1);
    expect(board.visible(1).map(({ id }) => id)).toEqual(["m2"]);
    board.apply({ type: "marks_cleared", participant: null }, 2);
    expect(board.visible(2)).toEqual([]);
  });
});

describe("the own hand", () => {
  let clock: FakeClock;
  let sent: Mark[];
  let echoed: Mark[];
  let hand: MarkHand;

  beforeEach(() => {
    clock = new FakeClock();
    sent = [];
    echoed = [];
    let ids = 0;
    hand = new MarkHand({
      send: (message) => sent.push(message) > 0,
      echo: (message) => echoed.push(message),
      newId: () => `mark-${String((ids += 1))}`,
      now: () => clock.now(),
      after: (ms, run) => clock.after(ms, run),
    });
  });

  it("sends at most 60 messages a second and loses no point of a pen", async () => {
    hand.begin("pen", [0, 0]);
    for (let step = 1; step <= 1000; step += 1) {
      await clock.pass(1);
      hand.move([step / 1000, 0]);
    }
    hand.end();
    expect(sent.length).toBeLessThanOrEqual(61);
    expect(sent.flatMap(({ points }) => points)).toHaveLength(1001);
    expect(sent.at(-1)).toMatchObject({ id: "mark-1", done: true });
    expect(echoed).toHaveLength(1001);
  });

  it("sends start and end of an arrow, and the last place of a pointer", async () => {
    hand.begin("arrow", [0.1, 0.1]);
    hand.move([0.4, 0.4]);
    hand.move([0.5, 0.5]);
    hand.end();
    expect(sent.at(-1)?.points).toEqual([[0.1, 0.1], [0.5, 0.5]]);
    await clock.pass(100);
    hand.begin("pointer", [0, 0]);
    hand.move([0.2, 0.2]);
    hand.move([0.3, 0.3]);
    hand.end();
    expect(sent.at(-1)).toMatchObject({ kind: "pointer", points: [[0.3, 0.3]], done: true });
    expect(echoed.at(-1)).toMatchObject({ kind: "pointer", done: true });
  });

  it("ends nothing twice and draws nothing without a begin", () => {
    hand.move([0.5, 0.5]);
    hand.end();
    hand.begin("box", [0, 0]);
    hand.end();
    hand.end();
    expect(sent.filter(({ done }) => done)).toHaveLength(1);
  });
});
