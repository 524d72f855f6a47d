import { beforeEach, describe, expect, it } from "vitest";

import { containBox, toUnit, wheelSteps } from "../src/core/input-geometry.ts";
import { StageInput } from "../src/core/input.ts";
import type { ViewerInput } from "../src/protocol/generated.ts";

let surface: HTMLElement;
let field: HTMLTextAreaElement;
let sent: ViewerInput[];
let frames: (() => void)[];
let grant: { id: string; epoch: number } | null;
let operating: boolean;
let now: number;
let input: StageInput;
let stop: () => void;

beforeEach(() => {
  document.body.replaceChildren();
  surface = document.createElement("div");
  field = document.createElement("textarea");
  surface.append(field);
  document.body.append(surface);
  surface.setPointerCapture = () => undefined;
  sent = [];
  frames = [];
  grant = { id: "grant-1", epoch: 3 };
  operating = false;
  now = 0;
  input = new StageInput(
    { surface, field, window },
    {
      send: (message) => sent.push(message) > 0,
      grant: () => grant,
      picture: () => ({ left: 100, top: 50, width: 400, height: 200 }),
      requestFrame: (run) => frames.push(run),
      cancelFrame: () => undefined,
      now: () => now,
      operating: (on) => (operating = on),
    },
  );
  stop = input.start();
});

const STAMPS = new Set(["grant", "epoch", "seq"]);

const bare = (): object[] => sent.map((message) => Object.fromEntries(Object.entries(message).filter(([name]) => !STAMPS.has(name))));

function pointer(type: string, x: number, y: number, init: PointerEventInit = {}): PointerEvent {
  const event = new PointerEvent(type, { clientX: x, clientY: y, bubbles: true, cancelable: true, button: 0, ...init });
  surface.dispatchEvent(event);
  return event;
}

function key(type: "keydown" | "keyup", name: string, code: string, init: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent(type, { key: name, code, bubbles: true, cancelable: true, ...init });
  field.dispatchEvent(event);
  return event;
}

const flush = (): void => frames.splice(0).forEach((run) => run());

function operate(): void {
  pointer("pointerdown", 300, 150);
  pointer("pointerup", 300, 150);
  sent.length = 0;
}

describe("the pointer", () => {
  it("begins operating with the first click, which goes through", () => {
    pointer("pointerdown", 200, 100);
    pointer("pointerup", 200, 100);
    expect(operating).toBe(true);
    expect(document.activeElement).toBe(field);
    expect(bare()).toEqual([
      { type: "button", x: 0.25, y: 0.25, button: 0, down: true },
      { type: "button", x: 0.25, y: 0.25, button: 0, down: false },
    ]);
  });

  it("stamps grant, epoch and a growing number on every message", () => {
    pointer("pointerdown", 200, 100);
    grant = { id: "grant-1", epoch: 4 };
    pointer("pointerup", 200, 100);
    expect(sent.map(({ grant: id, epoch, seq }) => [id, epoch, seq])).toEqual([
      ["grant-1", 3, 1],
      ["grant-1", 4, 2],
    ]);
  });

  it("moves nothing before operating, then sends a move at once and gathers what comes within 4 ms", () => {
    pointer("pointermove", 150, 60, { button: -1 });
    flush();
    expect(sent).toHaveLength(0);
    operate();
    now = 10;
    pointer("pointermove", 150, 60, { button: -1 });
    expect(bare()).toEqual([{ type: "pointer", x: 0.125, y: 0.05 }]);
    now = 12;
    pointer("pointermove", 160, 60, { button: -1 });
    pointer("pointermove", 200, 100, { button: -1 });
    expect(sent).toHaveLength(1);
    flush();
    expect(bare().slice(1)).toEqual([{ type: "pointer", x: 0.25, y: 0.25 }]);
  });

  it("takes a move from the earlier of the two events that tell it, once", () => {
    operate();
    now = 10;
    pointer("pointerrawupdate", 150, 60, { button: -1 });
    now = 20;
    pointer("pointermove", 150, 60, { button: -1 });
    flush();
    expect(bare()).toEqual([{ type: "pointer", x: 0.125, y: 0.05 }]);
  });

  it("keeps a drag inside the picture and a waiting move before the button", () => {
    operate();
    pointer("pointerdown", 300, 150);
    pointer("pointermove", 900, 150, { button: -1, buttons: 1 });
    pointer("pointerup", 900, 150);
    expect(bare()).toEqual([
      { type: "button", x: 0.5, y: 0.5, button: 0, down: true },
      { type: "pointer", x: 1, y: 0.5 },
      { type: "button", x: 1, y: 0.5, button: 0, down: false },
    ]);
  });

  it("sends nothing without a grant or outside the picture", () => {
    pointer("pointerdown", 20, 20);
    grant = null;
    pointer("pointerdown", 300, 150);
    expect(sent).toHaveLength(0);
    expect(operating).toBe(false);
  });

  it("adds wheel steps up that come within 4 ms", () => {
    operate();
    now = 2;
    const turn = (deltaY: number): boolean => surface.dispatchEvent(new WheelEvent("wheel", { deltaY, clientX: 300, clientY: 150, bubbles: true, cancelable: true }));
    turn(25);
    turn(25);
    flush();
    expect(bare()).toEqual([{ type: "wheel", x: 0.5, y: 0.5, dx: 0, dy: 0.5 }]);
  });
});

describe("keys", () => {
  it("go to the customer, not to the page", () => {
    operate();
    const event = key("keydown", "a", "KeyA");
    key("keyup", "a", "KeyA");
    expect(event.defaultPrevented).toBe(true);
    expect(bare()).toEqual([
      { type: "key", key: "a", code: "KeyA", down: true },
      { type: "key", key: "a", code: "KeyA", down: false },
    ]);
  });

  it("go up under the name they went down with", () => {
    operate();
    key("keydown", "Shift", "ShiftLeft");
    key("keydown", "A", "KeyA");
    key("keyup", "Shift", "ShiftLeft");
    key("keyup", "a", "KeyA");
    expect(bare().at(-1)).toEqual({ type: "key", key: "A", code: "KeyA", down: false });
  });

  it("are let go when the window loses the focus", () => {
    operate();
    key("keydown", "Control", "ControlLeft", { ctrlKey: true });
    window.dispatchEvent(new Event("blur"));
    expect(bare().at(-1)).toEqual({ type: "release" });
    key("keyup", "Control", "ControlLeft");
    expect(bare().at(-1)).toEqual({ type: "release" });
  });

  it("come back with Ctrl and Alt pressed and let go alone", () => {
    operate();
    key("keydown", "Control", "ControlLeft", { ctrlKey: true });
    key("keydown", "Alt", "AltLeft", { ctrlKey: true, altKey: true });
    key("keyup", "Alt", "AltLeft");
    expect(operating).toBe(false);
    expect(bare().at(-1)).toEqual({ type: "release" });
  });

  it("stay with the customer when Ctrl and Alt belong to another key", () => {
    operate();
    key("keydown", "Control", "ControlLeft");
    key("keydown", "Alt", "AltLeft");
    key("keydown", "t", "KeyT");
    key("keyup", "t", "KeyT");
    key("keyup", "Alt", "AltLeft");
    key("keyup", "Control", "ControlLeft");
    expect(operating).toBe(true);
  });

  it("leave composing to the input method and send its text whole", () => {
    operate();
    key("keydown", "Process", "KeyN");
    field.dispatchEvent(new CompositionEvent("compositionstart"));
    key("keydown", "Enter", "Enter", { isComposing: true });
    field.value = "日本語";
    field.dispatchEvent(Object.assign(new Event("compositionend"), { data: "日本語" }));
    expect(bare()).toEqual([{ type: "text", text: "日本語" }]);
    expect(field.value).toBe("");
  });

  it("send text that arrives without keys, and pasted text", () => {
    operate();
    field.value = "é";
    field.dispatchEvent(new InputEvent("input"));
    const down = key("keydown", "V", "KeyV", { ctrlKey: true, shiftKey: true });
    expect(down.defaultPrevented).toBe(false);
    expect(bare()).toEqual([{ type: "text", text: "é" }]);
  });

  it("do not hold the Ctrl that Windows makes up for AltGr", () => {
    operate();
    now = 1000;
    key("keydown", "Control", "ControlLeft");
    now = 1001;
    key("keydown", "AltGraph", "AltRight");
    key("keydown", "@", "KeyQ");
    expect(bare()).toEqual([
      { type: "key", key: "Control", code: "ControlLeft", down: true },
      { type: "key", key: "Control", code: "ControlLeft", down: false },
      { type: "key", key: "@", code: "KeyQ", down: true },
    ]);
  });

  it("cut long text without halving a character", () => {
    operate();
    input.text(`${"a".repeat(1999)}😀b`);
    expect(sent.map((message) => (message.type === "text" ? message.text.length : 0))).toEqual([1999, 3]);
  });

  it("press a chord in order and let go in the opposite order", () => {
    input.chord([
      { key: "Control", code: "ControlLeft" },
      { key: "Delete", code: "Delete" },
    ]);
    expect(sent.map((message) => (message.type === "key" ? `${message.key}${message.down ? "+" : "-"}` : ""))).toEqual(["Control+", "Delete+", "Delete-", "Control-"]);
  });
});

describe("stopping", () => {
  it("lets go of what is held and listens no more", () => {
    pointer("pointerdown", 300, 150);
    stop();
    expect(bare().at(-1)).toEqual({ type: "release" });
    sent.length = 0;
    pointer("pointerdown", 300, 150);
    expect(sent).toHaveLength(0);
  });
});

describe("geometry", () => {
  it("fits a picture into a frame", () => {
    expect(containBox({ left: 0, top: 0, width: 200, height: 200 }, 1920, 1080)).toEqual({ left: 0, top: 43.75, width: 200, height: 112.5 });
  });

  it("clamps to the picture's edge and says so", () => {
    expect(toUnit({ left: 0, top: 0, width: 100, height: 100 }, -5, 50)).toEqual({ x: 0, y: 0.5, inside: false });
  });

  it.each([
    [{ deltaX: 0, deltaY: 57, deltaMode: 0, wheelDeltaY: -120 }, { dx: 0, dy: 1 }],
    [{ deltaX: 0, deltaY: 25, deltaMode: 0, wheelDeltaY: -75 }, { dx: 0, dy: 0.25 }],
    [{ deltaX: 0, deltaY: -3, deltaMode: 1 }, { dx: 0, dy: -1 }],
    [{ deltaX: 0, deltaY: 1, deltaMode: 2 }, { dx: 0, dy: 10 }],
  ])("counts wheel steps: %#", (turn, steps) => {
    expect(wheelSteps(turn)).toEqual(steps);
  });
});

describe("fingers and a phone's keyboard", () => {
  const tap = (x: number, y: number, button: 0 | 2 = 0): void => {
    for (const act of ["move", "press", "lift"] as const) input.touched({ do: act, x, y, button });
  };

  it("click where they tap, without opening the keyboard", () => {
    tap(200, 100);
    expect(bare()).toEqual([
      { type: "pointer", x: 0.25, y: 0.25 },
      { type: "button", x: 0.25, y: 0.25, button: 0, down: true },
      { type: "button", x: 0.25, y: 0.25, button: 0, down: false },
    ]);
    expect(document.activeElement).not.toBe(field);
    expect(operating).toBe(true);
  });

  it("turn the wheel where they are", () => {
    input.touched({ do: "wheel", x: 200, y: 100, dx: 0, dy: 1.5 });
    flush();
    expect(bare()).toEqual([{ type: "wheel", x: 0.25, y: 0.25, dx: 0, dy: 1.5 }]);
  });

  it("do nothing beside the picture and without a grant, but always let go", () => {
    input.touched({ do: "press", x: 300, y: 150, button: 0 });
    sent.splice(0);
    input.touched({ do: "press", x: 20, y: 20, button: 2 });
    expect(sent).toEqual([]);
    input.touched({ do: "lift", x: 20, y: 20, button: 0 });
    expect(bare().at(-1)).toEqual({ type: "button", x: 0, y: 0, button: 0, down: false });
    grant = null;
    sent.splice(0);
    tap(300, 150);
    expect(sent).toEqual([]);
  });

  it("leave pointer events of fingers to the gestures", () => {
    pointer("pointerdown", 300, 150, { pointerType: "touch" });
    pointer("pointermove", 310, 150, { pointerType: "touch" });
    pointer("pointerup", 310, 150, { pointerType: "touch" });
    flush();
    expect(sent).toEqual([]);
  });

  it("erase and break lines, though no key is told of", () => {
    field.focus();
    for (const inputType of ["deleteContentBackward", "insertLineBreak"]) {
      const event = new InputEvent("beforeinput", { inputType, bubbles: true, cancelable: true });
      field.dispatchEvent(event);
      expect(event.defaultPrevented).toBe(true);
    }
    expect(bare().map((message) => [(message as { key: string }).key, (message as { down: boolean }).down])).toEqual([["Backspace", true], ["Backspace", false], ["Enter", true], ["Enter", false]]);
  });
});
