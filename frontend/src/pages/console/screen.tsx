/** The picture itself: video, the last picture while a new one is fetched, the owner's cursor, and the input field. */
import type { JSX, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { StageInput } from "../../core/input.ts";
import { t } from "../../core/i18n.ts";
import { liveGrant } from "./action.ts";
import type { CursorPosition, CursorShape } from "../../protocol/generated.ts";
import type { SessionCase } from "./case.ts";
import type { CaseProps } from "./context.ts";
import { CursorPainter } from "./cursor.ts";
import { customer, shortName } from "./people.ts";
import type { StageTools } from "./stage-tools.ts";

interface Size {
  width: number;
  height: number;
}

const FIRST_SIZE: Size = { width: 16, height: 9 };

/** The control grant that this CSR may use now. */
function usableGrant(one: SessionCase): { id: string; epoch: number } | null {
  const snapshot = one.snapshot.peek();
  const grant = liveGrant(snapshot, "screen.control.desktop");
  const { canInput, state, silent } = one.picture.view.peek();
  if (!grant || grant.state !== "active" || grant.csr !== snapshot.me) return null;
  return canInput && state === "live" && !silent ? grant : null;
}

export function Screen({ one, tools }: CaseProps & { tools: StageTools }): JSX.Element {
  const surface = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const cursor = useRef<HTMLImageElement>(null);
  const [size, setSize] = useState<Size>(FIRST_SIZE);
  const view = one.picture.view.value;

  useStream(one, video, setSize);
  useEffect(() => operate(one, tools, { surface, field, cursor, video, still }), [one, tools]);

  const name = customer(one.snapshot.value)?.name ?? t("Customer");
  const kind = ["screen"];
  if (view.pictureAt === null) kind.push("unborn");
  if (view.lostAt !== null || view.silent || isResting(one)) kind.push("old");
  if (tools.operating.value) kind.push("operating");
  const style = `--w:${size.width};--h:${size.height}`;
  return (
    <div ref={surface} class={kind.join(" ")} style={style}>
      <canvas ref={still} aria-hidden="true" hidden={view.lostAt === null} />
      <video ref={video} autoplay muted playsInline disablePictureInPicture aria-label={t("The desktop of {name}", { name })} />
      <img ref={cursor} class="remote-cursor" alt="" hidden />
      <textarea
        ref={field}
        class="keys"
        aria-label={t("Keys for the computer of {name}. Press and release Ctrl and Alt alone to come back.", { name: shortName(name) })}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        tabIndex={liveGrant(one.snapshot.value, "screen.control.desktop") ? 0 : -1}
      />
    </div>
  );
}

function isResting(one: SessionCase): boolean {
  return one.snapshot.value.grants.some((grant) => grant.id === one.picture.grant.value && grant.state === "suspended");
}

/** Shows the stream and reports the first frame of each stream. */
function useStream(
  one: SessionCase,
  video: RefObject<HTMLVideoElement | null>,
  setSize: (size: Size) => void,
): void {
  const { stream } = one.picture.view.value;
  useEffect(() => {
    const picture = video.current;
    if (!picture || !stream) return;
    picture.srcObject = stream;
    const sized = (): void => {
      if (picture.videoWidth > 0) setSize({ width: picture.videoWidth, height: picture.videoHeight });
    };
    const handle = picture.requestVideoFrameCallback(() => {
      sized();
      one.picture.shown();
    });
    picture.addEventListener("resize", sized);
    return () => {
      picture.removeEventListener("resize", sized);
      picture.cancelVideoFrameCallback(handle);
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

function operate(one: SessionCase, tools: StageTools, parts: Parts): (() => void) | undefined {
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
      send: (message) => one.picture.send(message),
      grant: () => usableGrant(one),
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
  const sink = {
    shape: (shape: CursorShape): void => painter.shape(shape),
    cursor: (position: CursorPosition): void => painter.cursor(position),
    hold: (): void => keepPicture(video, still),
  };
  const stops = [one.picture.attach(sink), input.start(), painter.start()];
  // A grant that rests or ends takes the keys away at once.
  stops.push(
    one.snapshot.subscribe(() => {
      if (input.operating && usableGrant(one) === null) input.leave();
    }),
  );
  return () => {
    for (const stop of stops) stop();
    if (tools.input === input) tools.input = null;
  };
}
