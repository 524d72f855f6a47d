/** The reader's own zoom into a picture, on top of how the page fits it. Pure. */

import type { Box } from "./input-geometry.ts";

/** A CSS transform around the picture's upper left corner: scale, then move by `x`, `y` pixels. */
export interface Zoom {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export const WHOLE: Zoom = { scale: 1, x: 0, y: 0 };
const MAX_SCALE = 8;

interface Pinch {
  readonly factor: number;
  /** Client pixels: the point that stays under the fingers. */
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

/** Keep the picture over its frame: no edge leaves it that could cover it, and a smaller picture stays in the middle. */
function held(move: number, from: number, size: number, frameFrom: number, frameSize: number): number {
  const most = frameFrom - from;
  const least = frameFrom + frameSize - from - size;
  return least > most ? (least + most) / 2 : Math.min(most, Math.max(least, move));
}

function kept({ scale, x, y }: Zoom, picture: Box, frame: Box): Zoom {
  if (scale <= 1) return WHOLE;
  return {
    scale,
    x: held(x, picture.left, picture.width * scale, frame.left, frame.width),
    y: held(y, picture.top, picture.height * scale, frame.top, frame.height),
  };
}

/** `picture` is the box without the zoom, both in client pixels. */
export function pinched(zoom: Zoom, { factor, x, y, dx, dy }: Pinch, picture: Box, frame: Box): Zoom {
  const scale = Math.min(MAX_SCALE, Math.max(1, zoom.scale * factor));
  const ratio = scale / zoom.scale;
  const from = (at: number, edge: number, move: number): number => at - edge - ratio * (at - edge - move);
  return kept({ scale, x: from(x, picture.left, zoom.x) + dx, y: from(y, picture.top, zoom.y) + dy }, picture, frame);
}

export function panned(zoom: Zoom, dx: number, dy: number, picture: Box, frame: Box): Zoom {
  return kept({ scale: zoom.scale, x: zoom.x + dx, y: zoom.y + dy }, picture, frame);
}

/** The box without the zoom, from the one that is on the page. */
export function unzoomed(shown: Box, { scale, x, y }: Zoom): Box {
  return { left: shown.left - x, top: shown.top - y, width: shown.width / scale, height: shown.height / scale };
}
