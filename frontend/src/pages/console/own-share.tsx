/** The stage while this CSR's own computer is shown: to whom, a small picture of it, and Stop. Never a hall of mirrors. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { isControl, surfaceOf } from "../../core/capabilities.ts";
import { t } from "../../core/i18n.ts";
import { MarkBoard } from "../../core/marks.ts";
import { pausedByOwner } from "../../core/pauses.ts";
import { participant } from "../../core/store.ts";
import type { GrantInfo } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import { MarkPainter } from "../../ui/marks-painter.ts";
import { type CaseProps, useDesk } from "./context.ts";
import { customer, joined, shortName } from "./people.ts";

export function OwnShare({ one, grant }: CaseProps & { grant: GrantInfo }): JSX.Element {
  const desk = useDesk();
  const snapshot = one.snapshot.value;
  const watchers = joined(snapshot).filter((person) => person.id !== grant.owner);
  const broken = one.share.broken;
  return (
    <div class="st e own-share" role="status" data-share={grant.capability}>
      {one.share.stream.value ? <Preview one={one} stream={one.share.stream.value} /> : <Icon name={isControl(grant.capability) ? "share-control" : "share-view"} size="l" />}
      <b>{titleOf(one, grant)}</b>
      {broken ? (
        <p>{t("This page was loaded anew. Choose the screen again, nothing is shown until then.")}</p>
      ) : (
        <p>{restWords(one, grant) ?? t("Who can see it: {names}", { names: watchers.map((person) => person.name).join(", ") })}</p>
      )}
      <span class="row g2">
        {broken && (
          <button type="button" class="btn sm" onClick={() => void one.share.again(desk)}>
            {t("Choose the screen again")}
          </button>
        )}
        <button type="button" class="btn sm danger-line" onClick={() => void one.stop(desk, grant)}>
          <Icon name="stop" size="s" />
          {t("Stop sharing")}
        </button>
      </span>
    </div>
  );
}

function restWords(one: CaseProps["one"], grant: GrantInfo): string | null {
  if (grant.state !== "suspended") return null;
  return pausedByOwner(one.pauses.value, grant.id) ? t("Paused on your computer. Nothing is shown until you press Continue there.") : t("Paused: connection lost. It goes on by itself.");
}

function titleOf(one: CaseProps["one"], grant: GrantInfo): string {
  const name = shortName(customer(one.snapshot.value)?.name ?? t("Customer"));
  const application = surfaceOf(grant.capability) === "application";
  if (isControl(grant.capability)) return application ? t("{name} may operate your application", { name }) : t("{name} may operate your desktop", { name });
  return application ? t("You show your application to {name}", { name }) : t("You show your desktop to {name}", { name });
}

/**
 * A tab is shown live. A screen or window may hold this very page, and its live picture would mirror itself for ever: of
 * those a still is taken with the preview hidden, once at the start and at each press.
 */
function Preview({ one, stream }: CaseProps & { stream: MediaStream }): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const marks = useRef<HTMLCanvasElement>(null);
  const live = stream.getVideoTracks()[0]?.getSettings().displaySurface === "browser";
  const look = (): void => {
    const [picture, canvas] = [video.current, still.current];
    if (!picture || !canvas || live) return;
    canvas.style.visibility = "hidden";
    // Two frames on, the picture of this page no longer holds the old still.
    picture.requestVideoFrameCallback(() =>
      picture.requestVideoFrameCallback(() => {
        canvas.width = picture.videoWidth;
        canvas.height = picture.videoHeight;
        canvas.getContext("2d")?.drawImage(picture, 0, 0);
        canvas.style.visibility = "";
      }),
    );
  };
  useEffect(() => {
    if (!video.current) return;
    video.current.srcObject = stream;
    look();
  }, [stream]);
  useEffect(() => (marks.current ? drawMarks(one, marks.current) : undefined), [one]);
  return (
    <>
      <div class="preview">
        <video ref={video} class={live ? "" : "unseen"} autoplay muted playsInline aria-label={t("What you show")} />
        {!live && <canvas ref={still} role="img" aria-label={t("What you show")} />}
        <canvas ref={marks} class="marks" aria-hidden="true" />
      </div>
      {!live && (
        <button type="button" class="btn ghost sm" title={t("A live picture here would mirror itself")} onClick={look}>
          {t("Look again")}
        </button>
      )}
    </>
  );
}

function drawMarks(one: CaseProps["one"], canvas: HTMLCanvasElement): () => void {
  const board = new MarkBoard(one.snapshot.peek().me);
  const painter = new MarkPainter(canvas, {
    visible: (now) => board.visible(now),
    nameOf: (id) => shortName(participant(one.snapshot.peek(), id)?.name ?? ""),
  });
  const stops = [
    painter.start(),
    one.share.source.onMark((message) => {
      board.apply(message, Date.now());
      painter.wake();
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
