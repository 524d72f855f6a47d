import { describe, expect, it } from "vitest";

import { type Touch, type TouchAction, type TouchMode, TouchReader } from "../src/core/input-touch.ts";

const OPERATE: TouchMode = { operate: true, zoomed: false };
const ZOOMED: TouchMode = { operate: true, zoomed: true };
const LOOK: TouchMode = { operate: false, zoomed: true };

/** One touch: milliseconds, what, which finger, where. */
type Step = readonly [at: number, type: Touch["type"], id: number, x: number, y: number];

/** Plays a recorded sequence with the ticks that it asks for. Short words: "move 10,20", "press 10,20", "wheel 0,1.5". */
function play(mode: TouchMode, steps: readonly Step[]): string[] {
  const reader = new TouchReader(() => mode);
  const told: string[] = [];
  const tell = (actions: readonly TouchAction[]): void => void told.push(...actions.map(short));
  for (const [at, type, id, x, y] of steps) {
    for (let due = reader.dueAt; due !== null && due <= at; due = reader.dueAt) tell(reader.tick(due));
    tell(reader.take({ at, type, id, x, y }));
  }
  return told;
}

const near = (value: number): number => Math.round(value * 100) / 100 + 0;

function short(action: TouchAction): string {
  switch (action.do) {
    case "ring":
      return action.ring === null ? "ring off" : action.ring.armed ? "ring armed" : "ring";
    case "wheel":
      return `wheel ${near(action.dx)},${near(action.dy)}`;
    case "pan":
      return `pan ${near(action.dx)},${near(action.dy)}`;
    case "zoom":
      return `zoom ${near(action.factor)} by ${near(action.dx)},${near(action.dy)}`;
    default:
      return `${action.do}${action.button === 2 ? " right" : ""} ${action.x},${action.y}`;
  }
}

const CLICK = ["move 10,10", "press 10,10", "lift 10,10"];

const TABLE: readonly { name: string; mode: TouchMode; steps: readonly Step[]; told: readonly string[] }[] = [
  { name: "a tap clicks left", mode: OPERATE, steps: [[0, "down", 1, 10, 10], [80, "up", 1, 11, 12]], told: CLICK },
  {
    name: "a tap that trembles is still a tap",
    mode: OPERATE,
    steps: [[0, "down", 1, 10, 10], [30, "move", 1, 16, 14], [80, "up", 1, 16, 14]],
    told: CLICK,
  },
  {
    name: "two taps close by click twice at one place",
    mode: OPERATE,
    steps: [[0, "down", 1, 10, 10], [80, "up", 1, 10, 10], [200, "down", 2, 24, 18], [260, "up", 2, 24, 18]],
    told: [...CLICK, ...CLICK],
  },
  {
    name: "a third tap is a click of its own",
    mode: OPERATE,
    steps: [[0, "down", 1, 10, 10], [50, "up", 1, 10, 10], [150, "down", 2, 12, 10], [190, "up", 2, 12, 10], [300, "down", 3, 14, 10], [340, "up", 3, 14, 10]],
    told: [...CLICK, ...CLICK, "move 14,10", "press 14,10", "lift 14,10"],
  },
  {
    name: "two taps far apart are two clicks",
    mode: OPERATE,
    steps: [[0, "down", 1, 10, 10], [80, "up", 1, 10, 10], [200, "down", 2, 90, 10], [260, "up", 2, 90, 10]],
    told: [...CLICK, "move 90,10", "press 90,10", "lift 90,10"],
  },
  {
    name: "a long press clicks right when the finger goes up, with a ring before",
    mode: OPERATE,
    steps: [[0, "down", 1, 10, 10], [900, "up", 1, 10, 10]],
    told: ["ring", "ring armed", "ring off", "move right 10,10", "press right 10,10", "lift right 10,10"],
  },
  {
    name: "a press that is let go before the ring is full clicks left",
    mode: OPERATE,
    steps: [[0, "down", 1, 10, 10], [400, "up", 1, 10, 10]],
    told: ["ring", "ring off", ...CLICK],
  },
  {
    name: "a finger that holds, then moves, drags from where it was",
    mode: ZOOMED,
    steps: [[0, "down", 1, 10, 10], [300, "move", 1, 40, 10], [350, "move", 1, 80, 30], [400, "up", 1, 80, 30]],
    told: ["ring", "ring off", "move 10,10", "press 10,10", "move 40,10", "move 80,30", "lift 80,30"],
  },
  {
    name: "an armed finger that moves drags and does not click right",
    mode: OPERATE,
    steps: [[0, "down", 1, 10, 10], [800, "move", 1, 60, 10], [900, "up", 1, 60, 10]],
    told: ["ring", "ring armed", "ring off", "move 10,10", "press 10,10", "move 60,10", "lift 60,10"],
  },
  {
    name: "a finger that moves at once pans a zoomed picture",
    mode: ZOOMED,
    steps: [[0, "down", 1, 10, 10], [50, "move", 1, 40, 10], [80, "move", 1, 60, 25], [100, "up", 1, 60, 25]],
    told: ["pan 30,0", "pan 20,15"],
  },
  {
    name: "a finger that moves at once moves the pointer over a whole picture",
    mode: OPERATE,
    steps: [[0, "down", 1, 10, 10], [50, "move", 1, 40, 10], [80, "up", 1, 40, 10]],
    told: ["move 40,10"],
  },
  {
    name: "two fingers turn the wheel, contents follow them",
    mode: OPERATE,
    steps: [[0, "down", 1, 100, 200], [10, "down", 2, 200, 200], [30, "move", 1, 100, 160], [31, "move", 2, 200, 160], [60, "up", 1, 100, 160], [70, "move", 2, 200, 100], [80, "up", 2, 200, 100]],
    told: ["wheel 0,0.5", "wheel 0,0.5"],
  },
  {
    name: "two fingers that part zoom around their middle",
    mode: OPERATE,
    steps: [[0, "down", 1, 100, 100], [10, "down", 2, 200, 100], [30, "move", 2, 300, 100], [40, "move", 1, 50, 100], [60, "up", 2, 300, 100], [70, "up", 1, 50, 100]],
    told: ["zoom 2 by 50,0", "zoom 1.25 by -25,0"],
  },
  {
    name: "a zoom stays a zoom when both fingers then wander",
    mode: OPERATE,
    steps: [[0, "down", 1, 100, 100], [10, "down", 2, 200, 100], [30, "move", 2, 240, 100], [40, "move", 1, 100, 180], [50, "move", 2, 240, 180]],
    told: ["zoom 1.4 by 20,0", "zoom 1.15 by 0,40", "zoom 0.87 by 0,40"],
  },
  {
    name: "a second finger while dragging changes nothing",
    mode: OPERATE,
    steps: [[0, "down", 1, 10, 10], [300, "move", 1, 40, 10], [310, "down", 2, 200, 200], [320, "move", 2, 250, 200], [330, "up", 2, 250, 200], [340, "move", 1, 50, 10], [350, "up", 1, 50, 10]],
    told: ["ring", "ring off", "move 10,10", "press 10,10", "move 40,10", "move 50,10", "lift 50,10"],
  },
  {
    name: "a drag that the system takes away lets go",
    mode: OPERATE,
    steps: [[0, "down", 1, 10, 10], [300, "move", 1, 40, 10], [320, "cancel", 1, 40, 10], [330, "move", 1, 90, 10], [340, "up", 1, 90, 10]],
    told: ["ring", "ring off", "move 10,10", "press 10,10", "move 40,10", "lift 40,10"],
  },
  {
    name: "a second finger takes the ring away and nothing is clicked",
    mode: OPERATE,
    steps: [[0, "down", 1, 10, 10], [300, "down", 2, 200, 200], [320, "up", 1, 10, 10], [330, "up", 2, 200, 200]],
    told: ["ring", "ring off"],
  },
  {
    name: "without control fingers only pan and zoom",
    mode: LOOK,
    steps: [[0, "down", 1, 10, 10], [900, "move", 1, 40, 10], [950, "up", 1, 40, 10], [1000, "down", 1, 10, 10], [1050, "up", 1, 10, 10], [1100, "down", 1, 0, 0], [1110, "down", 2, 100, 0], [1120, "move", 1, 0, 40], [1121, "move", 2, 100, 40]],
    told: ["pan 30,0", "zoom 1.08 by 0,20", "zoom 0.93 by 0,20"],
  },
];

describe("fingers on the picture", () => {
  it.each(TABLE)("$name", ({ mode, steps, told }) => {
    expect(play(mode, steps)).toEqual(told);
  });

  it("never leaves a button pressed, whatever the fingers do", () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    const kinds = ["down", "move", "move", "move", "up", "cancel"] as const;
    for (let round = 0; round < 300; round += 1) {
      const reader = new TouchReader(() => ({ operate: true, zoomed: random(2) === 0 }));
      const all: TouchAction[] = [];
      let at = 0;
      for (let step = 0; step < 30; step += 1) {
        at += random(200);
        all.push(...reader.tick(at), ...reader.take({ at, type: kinds[random(kinds.length)] ?? "move", id: random(3), x: random(300), y: random(300) }));
      }
      all.push(...reader.reset());
      let pressed = 0;
      for (const action of all) {
        if (action.do === "press") pressed += 1;
        if (action.do === "lift") pressed -= 1;
        expect(pressed).toBeGreaterThanOrEqual(0);
        expect(pressed).toBeLessThanOrEqual(1);
      }
      expect(pressed).toBe(0);
    }
  });
});
