/** Fingers on a stage: read as gestures, what is local done here, the rest handed to the input of the computer. */

import { type TouchAction, type TouchMode, TouchReader } from "../core/input-touch.ts";
import { panned, pinched, unzoomed } from "../core/zoom.ts";
import type { StageTools } from "./stage-tools.ts";

export interface TouchPorts {
  /** The computer may be operated now. */
  operable(): boolean;
  act(action: TouchAction): void;
}

const TYPES = { pointerdown: "down", pointermove: "move", pointerup: "up", pointercancel: "cancel" } as const;

/** Listens on `surface`, which lies in its frame; the answer stops it and lets go of what was pressed. */
export function startTouch(surface: HTMLElement, tools: StageTools, ports: TouchPorts): () => void {
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const frame = (): HTMLElement => surface.parentElement ?? surface;
  const mode = (): TouchMode => ({ operate: ports.operable(), zoomed: tools.zoom.peek().scale > 1 || tools.fit.peek() === "actual" });
  const reader = new TouchReader(mode);
  const act = (action: TouchAction): void => {
    if (action.do === "ring") tools.ring.value = action.ring === null ? null : ringOn(surface, action.ring);
    else if (action.do === "pan" || action.do === "zoom") moveView(surface, frame(), tools, action);
    else ports.act(action);
  };
  const wait = (): void => {
    clearTimeout(timer);
    const due = reader.dueAt;
    if (due === null) return;
    timer = setTimeout(
      () => {
        reader.tick(due).forEach(act);
        wait();
      },
      Math.max(0, due - performance.now()),
    );
  };
  for (const [name, type] of Object.entries(TYPES)) {
    surface.addEventListener(
      name,
      (event) => {
        if (!(event instanceof PointerEvent) || event.pointerType !== "touch") return;
        if (type === "down") surface.setPointerCapture(event.pointerId);
        event.preventDefault();
        reader.take({ type, id: event.pointerId, x: event.clientX, y: event.clientY, at: performance.now() }).forEach(act);
        wait();
      },
      { signal: stop.signal },
    );
  }
  // A finger that holds would open the browser's menu, or ask to save the picture.
  surface.addEventListener("contextmenu", (event) => event.preventDefault(), { signal: stop.signal });
  return () => {
    stop.abort();
    clearTimeout(timer);
    reader.reset().forEach(act);
  };
}

function ringOn(surface: HTMLElement, { x, y, armed }: { x: number; y: number; armed: boolean }): { x: number; y: number; armed: boolean } {
  const box = surface.getBoundingClientRect();
  return { x: (x - box.left) / box.width, y: (y - box.top) / box.height, armed };
}

function moveView(surface: HTMLElement, frame: HTMLElement, tools: StageTools, action: Extract<TouchAction, { do: "pan" | "zoom" }>): void {
  // At 100 % the frame scrolls by itself; parting fingers zoom from there only after "Fit".
  if (tools.fit.peek() === "actual") {
    frame.scrollBy(-action.dx, -action.dy);
    return;
  }
  const zoom = tools.zoom.peek();
  const picture = unzoomed(surface.getBoundingClientRect(), zoom);
  const around = frame.getBoundingClientRect();
  tools.zoom.value = action.do === "pan" ? panned(zoom, action.dx, action.dy, picture, around) : pinched(zoom, action, picture, around);
}
