/** Over the picture: everybody's pointers and drawings, and the own hand while a tool is chosen. */
import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { newId } from "../core/id.ts";
import { toUnit } from "../core/input-geometry.ts";
import { MarkHand, type MarkPoint } from "../core/marks.ts";
import type { PictureKeeper } from "../core/picture.ts";
import { MarkPainter } from "./marks-painter.ts";
import type { StageTools } from "./stage-tools.ts";

export interface MarksProps {
  picture: PictureKeeper;
  tools: StageTools;
  /** How a participant is called on the picture. */
  nameOf: (participant: string) => string;
  /** What the drawing surface is, for those who do not see it. */
  label: string;
}

const KEY_STEP = 0.02;
const ARROWS: Readonly<Record<string, MarkPoint>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function MarksLayer({ picture, tools, nameOf, label }: MarksProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const names = useRef(nameOf);
  names.current = nameOf;
  const tool = tools.tool.value;

  useEffect(() => {
    const element = canvas.current;
    if (!element) return undefined;
    const painter = new MarkPainter(element, {
      visible: (now) => {
        const all = picture.marks.visible(now);
        // The source drew the others' marks on the screen itself; only the own hand is ahead of the picture.
        return picture.view.peek().screen?.marks_in_picture === true ? all.filter((mark) => mark.own) : all;
      },
      nameOf: (participant) => names.current(participant),
    });
    const stops = [painter.start(), picture.marksChanged.subscribe(() => painter.wake()), draw(element, picture, tools)];
    return () => {
      for (const stop of stops) stop();
    };
  }, [picture, tools]);
  useSignalEffect(() => {
    if (tools.tool.value !== null) canvas.current?.focus({ preventScroll: true });
  });
  return (
    <canvas
      ref={canvas}
      class={tool === null ? "marks" : "marks drawing"}
      data-tool={tool ?? "none"}
      role="application"
      aria-label={label}
      aria-hidden={tool === null}
      tabIndex={tool === null ? -1 : 0}
    />
  );
}

/** Reads pointer and keys while a tool is chosen; nothing of it reaches the computer below. */
function draw(canvas: HTMLCanvasElement, picture: PictureKeeper, tools: StageTools): () => void {
  const hand = new MarkHand({
    send: (message) => picture.tell(message),
    echo: (message) => picture.echoMark(message),
    newId,
    now: () => performance.now(),
    after: (ms, run) => {
      const handle = setTimeout(run, ms);
      return () => clearTimeout(handle);
    },
  });
  const stop = new AbortController();
  const on = { signal: stop.signal };
  const placeOf = (event: PointerEvent): { x: number; y: number } => toUnit(canvas.getBoundingClientRect(), event.clientX, event.clientY);
  canvas.addEventListener("pointerdown", (event) => {
    const tool = tools.tool.peek();
    if (tool === null || event.button !== 0) return;
    event.stopPropagation();
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    const { x, y } = placeOf(event);
    if (tool !== "pointer" || !hand.drawing) hand.begin(tool, [x, y]);
  }, on);
  canvas.addEventListener("pointermove", (event) => {
    const tool = tools.tool.peek();
    if (tool === null) return;
    event.stopPropagation();
    const { x, y } = placeOf(event);
    // A pointer needs no button: it is where the hand is.
    if (tool === "pointer" && !hand.drawing) hand.begin(tool, [x, y]);
    else hand.move([x, y]);
  }, on);
  for (const name of ["pointerup", "pointercancel"] as const) {
    canvas.addEventListener(name, (event) => {
      if (tools.tool.peek() !== null) event.stopPropagation();
      if (tools.tool.peek() !== "pointer") hand.end();
    }, on);
  }
  canvas.addEventListener("pointerleave", () => hand.end(), on);
  canvas.addEventListener("wheel", (event) => tools.tool.peek() !== null && event.stopPropagation(), on);
  const keys = byKeys(hand, tools);
  canvas.addEventListener("keydown", (event) => keys(event), on);
  canvas.addEventListener("blur", () => hand.end(), on);
  const untool = tools.tool.subscribe(() => hand.end());
  return () => {
    stop.abort();
    untool();
    hand.end();
  };
}

/** Arrows move the hand, Space or Enter sets the pen down and lifts it, Esc leaves the tool. */
function byKeys(hand: MarkHand, tools: StageTools): (event: KeyboardEvent) => void {
  let at: MarkPoint = [0.5, 0.5];
  const unit = (value: number): number => Math.max(0, Math.min(1, value));
  return (event) => {
    const tool = tools.tool.peek();
    if (tool === null) return;
    const arrow = ARROWS[event.key];
    if (event.key === "Escape") tools.tool.value = null;
    else if (arrow) {
      const step = event.shiftKey ? KEY_STEP / 5 : KEY_STEP;
      at = [unit(at[0] + arrow[0] * step), unit(at[1] + arrow[1] * step)];
      if (hand.drawing) hand.move(at);
      else if (tool === "pointer") hand.begin(tool, at);
    } else if (event.key === " " || event.key === "Enter") {
      if (hand.drawing) hand.end();
      else hand.begin(tool, at);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
}
