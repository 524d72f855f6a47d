/** Over the picture of shared applications: what is not shared is hatched, and each window has its title above it. */
import { useSignalEffect, type ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import type { ViewerView } from "../core/viewer-state.ts";
import type { WindowInfo } from "../protocol/generated.ts";
import { pixelRatio } from "./pixel-ratio.ts";

const GAP_PX = 10;
const FONT_PX = 12;

export function WindowsLayer({ view }: { view: ReadonlySignal<ViewerView> }): JSX.Element | null {
  const canvas = useRef<HTMLCanvasElement>(null);
  const screen = view.value.screen;
  const paint = (): void => {
    const now = view.peek().screen;
    if (canvas.current && now?.surface === "application") paintBlank(canvas.current, now.windows);
  };
  useSignalEffect(() => {
    if (view.value.screen && pixelRatio.value > 0) paint();
  });
  useEffect(() => {
    if (!canvas.current) return undefined;
    const sized = new ResizeObserver(paint);
    sized.observe(canvas.current);
    return () => sized.disconnect();
  }, [screen?.surface]);
  return screen?.surface === "application" ? <canvas ref={canvas} class="blank" aria-hidden="true" /> : null;
}

function paintBlank(canvas: HTMLCanvasElement, windows: readonly WindowInfo[]): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const ratio = devicePixelRatio;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = "#1b2229";
  context.fillRect(0, 0, width, height);
  hatch(context, width, height);
  const shown = windows.filter(({ state }) => state === "shown" || state === "hung");
  for (const { x, y, title, name } of shown) label(context, title || name, x * width, y * height);
  // The picture is black where nothing is shared and is laid over with `lighten`; dialogs and menus beside the windows stay.
  for (const one of shown) context.clearRect(one.x * width, one.y * height, one.width * width, one.height * height);
}

function hatch(context: CanvasRenderingContext2D, width: number, height: number): void {
  context.strokeStyle = "#323b45";
  context.lineWidth = 1;
  context.beginPath();
  for (let from = -height; from < width; from += GAP_PX) {
    context.moveTo(from, height);
    context.lineTo(from + height, 0);
  }
  context.stroke();
}

/** The title stands above its window where there is room. */
function label(context: CanvasRenderingContext2D, title: string, x: number, y: number): void {
  if (title === "" || y < FONT_PX + 6) return;
  context.font = `500 ${FONT_PX}px system-ui, sans-serif`;
  context.fillStyle = "#c3cad3";
  context.textBaseline = "bottom";
  context.fillText(title, Math.max(4, x), y - 4);
}
