/** Short words that several parts of the console show. */
import { t, tn } from "../../core/i18n.ts";
import type { ParticipantRole, SessionState } from "../../protocol/generated.ts";

export function stateWord(state: SessionState): string {
  switch (state) {
    case "waiting":
      return t("Waiting");
    case "active":
      return t("Active");
    case "suspended":
      return t("Suspended");
    case "ended":
      return t("Ended");
  }
}

export function endWord(reason: string | null): string {
  switch (reason) {
    case "csr_end":
      return t("Ended by the CSR");
    case "customer_leave":
      return t("The customer left");
    case "idle":
      return t("Ended because nothing happened");
    case "unjoined":
      return t("Nobody joined");
    case "unanswered":
      return t("Nobody could help in time");
    case "orphaned":
      return t("Ended because the connection did not come back");
    case "admin":
      return t("Ended by an administrator");
    default:
      return t("Ended");
  }
}

export function roleWord(role: ParticipantRole): string {
  switch (role) {
    case "primary_csr":
      return t("Primary CSR");
    case "assisting_csr":
      return t("Assisting CSR");
    case "primary_customer":
      return t("Primary customer");
    case "secondary_customer":
      return t("Secondary customer");
  }
}

/** "12:48" or "1:02:03" since a time. */
export function elapsed(since: string | null, now: number): string {
  if (since === null) return "";
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000));
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

export function minutesLeft(until: string, now: number): string {
  const minutes = Math.max(0, Math.ceil((Date.parse(until) - now) / 60_000));
  return tn("{n} min left", "{n} min left", minutes);
}
