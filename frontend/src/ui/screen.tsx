/** The picture itself: video, the last picture while a new one is fetched, the owner's cursor, and the input field. */
import type { ReadonlySignal } from "@preact/signals";
import type { ComponentChildren, JSX, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { StageInput } from "../core/input.ts";
import { controlGrant, type PictureKeeper } from "../core/picture.ts";
import type { CursorPosition, CursorShape, SessionSnapshot } from "../protocol/generated.ts";
import { CursorPainter } from "./cursor.ts";
import { pixelRatio } from "./pixel-ratio.ts";
import type { StageTools } from "./stage-tools.ts";
import { startTouch } from "./touch.ts";

interface Size {
  width: number;
  height: number;
}

const FIRST_SIZE: Size = { width: 16, height: 9 };

export interface ScreenProps {
  picture: PictureKeeper;
  snapshot: ReadonlySignal<SessionSnapshot>;
  tools: StageTools;
  /** What the picture is, for those who do not see it. */
  label: string;
  /** What the field that takes the keys is. */
  keysLabel: string;
  /** Lies over the picture, in its box. */
  children?: ComponentChildren;
}

export function Screen({ picture, snapshot, tools, label, keysLabel, children }: ScreenProps): JSX.Element {
  const surface = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const cursor = useRef<HTMLImageElement>(null);
  const [size, setSize] = useState<Size>(FIRST_SIZE);
  const view = picture.view.value;
  const shown = picture.grant.value;

  useStream(picture, video, setSize);
  useEffect(() => operate(picture, snapshot, tools, { surface, field, cursor, video, still }), [picture, tools]);

  const kind = ["screen"];
  if (view.pictureAt === null) kind.push("unborn");
  if (view.lostAt !== null || view.silent || isResting(snapshot.value, shown)) kind.push("old");
  // The picture of before the lock, the prompt or the loss stays, and is marked as old.
  if (view.capture !== "live") kind.push("blocked");
  if (tools.operating.value) kind.push("operating");
  const { scale, x, y } = tools.zoom.value;
  const zoom = scale === 1 ? "" : `;transform:translate(${x}px,${y}px) scale(${scale})`;
  const style = `--w:${size.width};--h:${size.height};--dpr:${pixelRatio.value};--zoom:${scale}${zoom}`;
  const ring = tools.ring.value;
  return (
    <div ref={surface} class={kind.join(" ")} style={style}>
      <canvas ref={still} aria-hidden="true" hidden={view.lostAt === null} />
      <video ref={video} autoplay muted playsInline disablePictureInPicture aria-label={label} />
      <img ref={cursor} class="remote-cursor" alt="" hidden />
      <textarea
        ref={field}
        class="keys"
        aria-label={keysLabel}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        tabIndex={controlGrant(snapshot.value, shown) ? 0 : -1}
      />
      {children}
      {ring !== null && <span class={ring.armed ? "press-ring armed" : "press-ring"} style={`left:${ring.x * 100}%;top:${ring.y * 100}%`} aria-hidden="true" />}
    </div>
  );
}

function isResting(snapshot: SessionSnapshot, shown: string | null): boolean {
  return snapshot.grants.some((grant) => grant.id === shown && grant.state === "suspended");
}

/** Shows the stream and reports the first frame of each stream. */
function useStream(
  picture: PictureKeeper,
  video: RefObject<HTMLVideoElement | null>,
  setSize: (size: Size) => void,
): void {
  const { stream } = picture.view.value;
  useEffect(() => {
    const element = video.current;
    if (!element || !stream) return;
    element.srcObject = stream;
    const sized = (): void => {
      if (element.videoWidth > 0) setSize({ width: element.videoWidth, height: element.videoHeight });
    };
    const handle = element.requestVideoFrameCallback(() => {
      sized();
      picture.shown();
    });
    element.addEventListener("resize", sized);
    return () => {
      element.removeEventListener("resize", sized);
      element.cancelVideoFrameCallback(handle);
    };
  }, [stream]);
}

interface Parts {
  surface: RefObject<HTMLDivElement | null>;
  field: RefObject<HTMLTextAreaElement | null>;
  cursor: RefObject<HTMLImageElement | null>;
  video: RefObject<HTMLVideoElement | null>;
  still: RefObject<HTMLCanvasElement | null>;
}

/** Copies the picture that is shown; a video element turns black when its connection closes. */
function keepPicture(video: HTMLVideoElement, canvas: HTMLCanvasElement): void {
  if (video.videoWidth === 0) return;
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
}

function operate(picture: PictureKeeper, snapshot: ReadonlySignal<SessionSnapshot>, tools: StageTools, parts: Parts): (() => void) | undefined {
  const surface = parts.surface.current;
  const field = parts.field.current;
  const image = parts.cursor.current;
  const video = parts.video.current;
  const still = parts.still.current;
  if (!surface || !field || !image || !video || !still) return undefined;
  const painter = new CursorPainter(surface, image, video);
  const input = new StageInput(
    { surface, field, window },
    {
      send: (message) => picture.send(message),
      grant: () => picture.operable(),
      picture: () => surface.getBoundingClientRect(),
      requestFrame: (run) => requestAnimationFrame(run),
      cancelFrame: (handle) => cancelAnimationFrame(handle),
      now: () => performance.now(),
      operating: (on) => {
        tools.operating.value = on;
        painter.operating(on);
      },
    },
  );
  tools.input = input;
  tools.field = field;
  tools.video = video;
  const sink = {
    shape: (shape: CursorShape): void => painter.shape(shape),
    cursor: (position: CursorPosition): void => painter.cursor(position),
    hold: (): void => keepPicture(video, still),
  };
  const touch = startTouch(surface, tools, { operable: () => picture.operable() !== null, act: (action) => input.touched(action) });
  const stops = [picture.attach(sink), touch, input.start(), painter.start()];
  // A grant that rests or ends takes the keys away at once.
  stops.push(
    snapshot.subscribe(() => {
      if (input.operating && picture.operable() === null) input.leave();
    }),
  );
  return () => {
    for (const stop of stops) stop();
    if (tools.input === input) tools.input = tools.field = tools.video = null;
  };
}
