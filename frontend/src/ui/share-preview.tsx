/** What this page shows of its own computer, small, with what the others point at: a browser cannot draw on the desktop. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { t, tn } from "../core/i18n.ts";
import { MarkBoard } from "../core/marks.ts";
import { joinNames } from "../core/names.ts";
import type { ScreenSource } from "../core/source.ts";
import { Icon } from "./icon.tsx";
import { MarkPainter } from "./marks-painter.ts";

export interface PreviewProps {
  source: Pick<ScreenSource, "stream" | "onMark" | "clearMarks">;
  /** How a participant is called. */
  nameOf: (participant: string) => string;
}

const LOOK_AGAIN_MS = 500;

export function SharePreview({ source, nameOf }: PreviewProps): JSX.Element | null {
  const video = useRef<HTMLVideoElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const names = useRef(nameOf);
  names.current = nameOf;
  const authors = useSignal<readonly string[]>([]);
  const stream = source.stream.value;
  useEffect(() => {
    if (video.current) video.current.srcObject = stream;
    const element = canvas.current;
    if (stream === null || !element) return undefined;
    const board = new MarkBoard(null);
    const painter = new MarkPainter(element, { visible: (now) => board.visible(now), nameOf: (id) => names.current(id) });
    const look = (): void => {
      const now = [...new Set(board.visible(Date.now()).map((mark) => mark.author))];
      if (now.join() !== authors.peek().join()) authors.value = now;
    };
    const timer = setInterval(look, LOOK_AGAIN_MS);
    const stops = [
      painter.start(),
      source.onMark((message) => {
        board.apply(message, Date.now());
        painter.wake();
        look();
      }),
    ];
    return () => {
      clearInterval(timer);
      authors.value = [];
      for (const stop of stops) stop();
    };
  }, [stream]);
  if (stream === null) return null;
  const who = joinNames(authors.value.map(nameOf));
  return (
    <section class="card preview" aria-label={t("What you show")}>
      <h2>{t("What you show")}</h2>
      <div class="pv">
        <video ref={video} autoplay muted playsInline disablePictureInPicture aria-label={t("A small picture of what the others see")} />
        <canvas ref={canvas} aria-hidden="true" />
      </div>
      <div class="row wrap">
        <span class="t12 mute" role="status">
          {who === "" ? t("What the others point at appears here.") : tn("{names} points here", "{names} point here", authors.value.length, { names: who })}
        </span>
        {who !== "" && (
          <button type="button" class="btn sm end" onClick={() => source.clearMarks()}>
            <Icon name="clear" size="s" />
            {t("Clear")}
          </button>
        )}
      </div>
    </section>
  );
}
