/** Bars over the open page: no connection, the end of an idle session, the tray that is not open. */
import type { JSX } from "preact";

import { formatCountdown, t, tParts } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import { type CaseProps, useDesk } from "./context.ts";
import { MissedBar } from "./presence-menu.tsx";
import { openTray } from "./tray-window.tsx";

export function OfflineBar(): JSX.Element | null {
  const desk = useDesk();
  const link = desk.current.value?.live.link.value ?? desk.link.value;
  const closed = link.phase === "closed";
  // The first connection is no loss; a short one is not worth a bar that moves the page.
  const lost = link.lostAt !== null && link.phase !== "stopped" && Date.now() - link.lostAt > 1500 && desk.now.value > 0;
  const ended = desk.current.value?.snapshot.value.state === "ended";
  if (!lost || (ended && desk.link.value.phase === "live")) return <MissedBar />;
  const wait = link.retryAt === null ? null : formatCountdown(Math.max(0, link.retryAt - Date.now()) / 1000);
  const words = closed
    ? t("This window is not connected any more: the session is open elsewhere, or you were signed out.")
    : t("Messages are kept and sent later; control is off.");
  return (
    <div class="banner warn offline" role="status">
      <Icon name="signal" />
      <span class="grow">
        <b class="m">{t("You are offline.")}</b> {!closed && wait !== null && tParts("Trying again in {time}.", { time: <span class="tnum">{wait}</span> })} {words}
      </span>
      <button type="button" class="btn sm" onClick={() => desk.retryNow()}>
        {t("Try now")}
      </button>
    </div>
  );
}

export function IdleBar({ one }: CaseProps): JSX.Element | null {
  const desk = useDesk();
  const { idle_ends_at, state } = one.snapshot.value;
  if (idle_ends_at === null || state === "ended") return null;
  const left = formatCountdown((Date.parse(idle_ends_at) - desk.now.value) / 1000);
  return (
    <div class="banner warn offline" role="alert">
      <Icon name="clock" />
      <span class="grow">{t("Nothing has happened for a while. The session ends in {time}.", { time: left })}</span>
      <button type="button" class="btn sm" onClick={() => void desk.run(() => one.live.commands.keep())}>
        {t("Go on")}
      </button>
    </div>
  );
}

/** A browser opens the tray only for a press: this page says so after a reload, or when the tray was closed. */
export function TrayBar(): JSX.Element | null {
  const desk = useDesk();
  if (desk.look.style.value !== "tray" || desk.tray.window.value !== null) return null;
  return (
    <div class="banner offline">
      <Icon name="pip" />
      <span class="grow">{t("The tray stays in front of your other programs and has every action.")}</span>
      <button type="button" class="btn sm primary" onClick={() => openTray(desk)}>
        {t("Open the tray")}
      </button>
    </div>
  );
}
