/** A still of the shared picture: saved to the session, shown in the conversation. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

import { t } from "../../core/i18n.ts";
import { primaryCustomer } from "../../core/store.ts";
import type { ScreenshotInfo } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import type { StageTools } from "../../ui/stage-tools.ts";
import { type CaseProps, useDesk } from "./context.ts";

/** The picture that is on the screen now, in its own pixels; null before the first one. */
export function stillOf(video: HTMLVideoElement): Promise<Blob | null> {
  if (video.videoWidth === 0) return Promise.resolve(null);
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

export function ScreenshotButton({ one, tools }: CaseProps & { tools: StageTools }): JSX.Element {
  const desk = useDesk();
  const busy = useSignal(false);
  const view = one.picture.view.value;
  const allowed = desk.me.privileges["screenshot.take"] !== false;
  const off = view.state !== "live" || view.pictureAt === null || view.capture !== "live" || !allowed || busy.value;
  const take = async (): Promise<void> => {
    busy.value = true;
    await desk.run(async () => {
      const still = tools.video ? await stillOf(tools.video) : null;
      if (still) await one.live.commands.saveScreenshot(still);
    });
    busy.value = false;
  };
  const name = primaryCustomer(one.snapshot.value)?.name ?? t("Customer");
  return (
    <button
      type="button"
      data-tool="screenshot"
      class="btn ghost sm icon"
      aria-label={t("Save a screenshot to the session")}
      title={allowed ? t("Save a screenshot to the session. {name} is told.", { name }) : t("Your administrator can allow this for you.")}
      aria-disabled={off}
      onClick={() => void (off || take())}
    >
      <Icon name="camera" size="s" />
    </button>
  );
}

/** A saved still under its line of the conversation. */
export function Screenshot({ one, shot }: CaseProps & { shot: ScreenshotInfo }): JSX.Element {
  const address = one.live.commands.screenshotUrl(shot.id);
  return (
    <span class="shot">
      <a href={address} target="_blank" rel="noopener" title={t("Open the picture, {width} × {height}", { width: shot.width, height: shot.height })}>
        <img src={address} alt={t("Screenshot, {width} × {height}", { width: shot.width, height: shot.height })} width={shot.width} height={shot.height} loading="lazy" />
      </a>
      <a class="t12" href={address} download={`screenshot-${shot.at.slice(0, 19).replaceAll(":", "")}.png`}>
        {t("Download")}
      </a>
    </span>
  );
}
