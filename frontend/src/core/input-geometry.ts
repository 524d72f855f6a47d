/** Where the picture is on the page, and what a turn of the wheel means. Pure. */

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Return the box of a `width` × `height` picture that is fitted into `frame` (as CSS `object-fit: contain`). */
export function containBox(frame: Box, width: number, height: number): Box {
  if (width <= 0 || height <= 0 || frame.width <= 0 || frame.height <= 0) return frame;
  const scale = Math.min(frame.width / width, frame.height / height);
  const shown = { width: width * scale, height: height * scale };
  return {
    left: frame.left + (frame.width - shown.width) / 2,
    top: frame.top + (frame.height - shown.height) / 2,
    ...shown,
  };
}

const clamp = (value: number): number => Math.max(0, Math.min(1, value));

/** Return 0..1 of the picture; outside of it the nearest point of the edge. */
export function toUnit(box: Box, clientX: number, clientY: number): { x: number; y: number; inside: boolean } {
  const x = (clientX - box.left) / box.width;
  const y = (clientY - box.top) / box.height;
  return { x: clamp(x), y: clamp(y), inside: x >= 0 && x <= 1 && y >= 0 && y <= 1 };
}

const PIXELS_PER_STEP = 100;
const LINES_PER_STEP = 3;
const NOTCH = 120;

interface WheelTurn {
  deltaX: number;
  deltaY: number;
  deltaMode: number;
  shiftKey?: boolean;
  wheelDeltaX?: number;
  wheelDeltaY?: number;
}

function steps(delta: number, mode: number, notches: number | undefined): number {
  if (delta === 0) return 0;
  // A wheel with notches reports whole multiples of 120 here; `deltaY` depends on system settings.
  if (notches !== undefined && notches !== 0 && notches % NOTCH === 0) return -notches / NOTCH;
  if (mode === 1) return delta / LINES_PER_STEP;
  return mode === 2 ? delta * 10 : delta / PIXELS_PER_STEP;
}

/** Return wheel steps, positive right and down; fractions for touch pads. */
export function wheelSteps(event: WheelTurn): { dx: number; dy: number } {
  return {
    dx: steps(event.deltaX, event.deltaMode, event.wheelDeltaX),
    dy: steps(event.deltaY, event.deltaMode, event.wheelDeltaY),
  };
}
