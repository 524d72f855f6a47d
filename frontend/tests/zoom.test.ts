import { describe, expect, it } from "vitest";

import { panned, pinched, unzoomed, WHOLE } from "../src/core/zoom.ts";

const FRAME = { left: 0, top: 0, width: 400, height: 300 };
/** A wide picture, fitted: bars above and below. */
const PICTURE = { left: 0, top: 50, width: 400, height: 200 };
const at = (factor: number, x: number, y: number, dx = 0, dy = 0): Parameters<typeof pinched>[1] => ({ factor, x, y, dx, dy });

describe("the reader's own zoom", () => {
  it("keeps the point under the fingers", () => {
    const zoom = pinched(WHOLE, at(2, 100, 150), PICTURE, FRAME);
    expect(zoom).toEqual({ scale: 2, x: -100, y: -100 });
    expect(pinched(zoom, at(1.5, 100, 150), PICTURE, FRAME)).toEqual({ scale: 3, x: -200, y: -200 });
  });

  it("never shows less than the fitted picture, nor more than eight times", () => {
    expect(pinched(WHOLE, at(0.5, 100, 100), PICTURE, FRAME)).toEqual(WHOLE);
    expect(pinched({ scale: 2, x: -100, y: 0 }, at(0.1, 100, 100), PICTURE, FRAME)).toEqual(WHOLE);
    expect(pinched(WHOLE, at(100, 200, 150), PICTURE, FRAME).scale).toBe(8);
  });

  it("does not let an edge into the frame, and keeps a smaller side in the middle", () => {
    const zoom = pinched(WHOLE, at(2, 200, 150), PICTURE, FRAME);
    expect(panned(zoom, 1_000, 1_000, PICTURE, FRAME)).toEqual({ scale: 2, x: 0, y: -50 });
    expect(panned(zoom, -1_000, -1_000, PICTURE, FRAME)).toEqual({ scale: 2, x: -400, y: -150 });
    const little = pinched(WHOLE, at(1.2, 0, 50), PICTURE, FRAME);
    expect(little.y + PICTURE.top + (PICTURE.height * 1.2) / 2).toBeCloseTo(150);
  });

  it("knows the box below the zoom", () => {
    const zoom = { scale: 2, x: -100, y: -80 };
    expect(unzoomed({ left: -100, top: -30, width: 800, height: 400 }, zoom)).toEqual(PICTURE);
  });
});
