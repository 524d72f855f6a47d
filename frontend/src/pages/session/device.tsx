/** Going on with this session on another device: a link as a picture, as text and as a code. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { formatCountdown, t } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import { Copy } from "./manager.tsx";
import type { Model } from "./model.ts";

function Qr({ text }: { text: string }): JSX.Element | null {
  const [path, setPath] = useState<{ readonly d: string; readonly size: number } | null>(null);
  useEffect(() => {
    let wanted = true;
    void import("../../ui/qr.ts").then(({ qrPath }) => {
      if (wanted) setPath(qrPath(text));
    });
    return () => {
      wanted = false;
    };
  }, [text]);
  if (path === null) return null;
  return (
    <svg class="qr" viewBox={`0 0 ${path.size} ${path.size}`} role="img" aria-label={t("QR code of the link")}>
      <rect width={path.size} height={path.size} fill="#fff" />
      <path d={path.d} fill="#000" />
    </svg>
  );
}

export function Device({ model }: { model: Model }): JSX.Element {
  const code = model.deviceCode.value;
  const left = code === null ? 0 : model.secondsUntil(code.expires_at);
  const title = model.phone ? t("Is it about your computer?") : t("Continue on another device");
  return (
    <section class="card col g2 device">
      <h2>{title}</h2>
      {code === null || left <= 0 ? (
        <>
          <p class="t12 mute">{t("Phone or computer: the same session, under the same number.")}</p>
          <button type="button" class="btn sm" onClick={() => void model.startDevice()}>
            <Icon name="qr" size="s" />
            {t("Get a link")}
          </button>
        </>
      ) : (
        <>
          <p class="t14 mute">{t("Open this link there. It works once.")}</p>
          {!model.phone && <Qr text={code.link} />}
          <span class="mono t12 link">{code.link}</span>
          <div class="row wrap">
            <Copy text={code.link} label={t("Copy the link")} />
            <span class="t12 mute tnum">{t("{time} left", { time: formatCountdown(Math.floor(left)) })}</span>
          </div>
        </>
      )}
    </section>
  );
}
