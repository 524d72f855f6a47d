/** Words and figures of the monitor that several of its parts show. */
import { formatCountdown, t } from "../../core/i18n.ts";
import type { MonitorCsr } from "../../protocol/generated.ts";
import { reasonWord } from "./inbox-words.ts";

/** Below this service level a figure is marked; so many shall be answered in time. */
export const GOOD_LEVEL = 0.8;

/** A share of 0 to 1 as "81 %"; a dash for none. */
export const percent = (share: number | null): string => (share === null ? "–" : t("{n} %", { n: Math.round(share * 100) }));

/** Seconds as "1:40". */
export const minutes = (seconds: number): string => formatCountdown(Math.round(seconds));

export function activityWord(csr: MonitorCsr, left: number): string {
  const time = formatCountdown(left);
  switch (csr.activity) {
    case "ready":
      return t("Available");
    case "paused":
      return t("Pausing, {time} left", { time });
    case "offered":
      return t("Offer, {time} left", { time });
    case "wrap_up":
      return t("Wrap-up, {time} left", { time });
    case "busy":
      return t("Fully used");
    case "draining":
      return t("Finishing, takes no more");
    case "lost":
      return t("Connection lost");
    case "offline":
      return t("Offline");
    case "away":
      return csr.reason === "" ? t("Away") : t("Away: {reason}", { reason: reasonWord(csr.reason) });
  }
}

export function activityDot(csr: MonitorCsr): string {
  switch (csr.activity) {
    case "ready":
    case "busy":
    case "offered":
      return "s-active";
    case "lost":
    case "draining":
      return "s-suspended";
    case "away":
    case "paused":
      return "away";
    default:
      return "s-ended";
  }
}
