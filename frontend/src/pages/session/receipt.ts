/** The receipt as a text file. */

import { formatDate, formatTime, t } from "../../core/i18n.ts";
import type { Receipt } from "../../core/rest.ts";

/** "9f3a 71c0 … e24d" of a hash. */
export function shortHash(hash: string): string {
  return `${hash.slice(0, 4)} ${hash.slice(4, 8)} … ${hash.slice(-4)}`;
}

export function receiptText(receipt: Receipt): string {
  const site = typeof receipt.site === "string" ? receipt.site : `${receipt.site.name} (${receipt.site.host})`;
  const when = (iso: string): string => `${formatDate(iso)} ${formatTime(iso)}`;
  const lines = [
    t("Receipt of a support session"),
    site,
    ...(receipt.started_at === null ? [] : [t("Started: {time}", { time: when(receipt.started_at) })]),
    ...(receipt.ended_at === null ? [] : [t("Ended: {time}", { time: when(receipt.ended_at) })]),
    t("Representatives: {names}", { names: receipt.csrs.join(", ") }),
    "",
    t("What happened"),
    ...receipt.items.map((item) => `${when(item.at)}  ${item.text}`),
    ...(receipt.items.length === 0 ? [t("Nothing was seen or operated.")] : []),
    "",
    t("The conversation"),
    ...receipt.messages.map((message) => `${when(message.at)}  ${message.name === undefined ? "" : `${message.name}: `}${message.text}`),
    "",
    `${t("Fingerprint of the log")}: ${receipt.head_hash}`,
  ];
  return `${lines.join("\r\n")}\r\n`;
}
