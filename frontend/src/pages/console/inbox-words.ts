/** Words of the inbox that several of its parts show. */
import { formatCountdown, t } from "../../core/i18n.ts";
import type { ClosedOffer, CsrStatus, OfferReason, Resolution } from "../../protocol/generated.ts";

export function presenceWord(csr: Pick<CsrStatus, "presence" | "reason">): string {
  switch (csr.presence) {
    case "available":
      return t("Available");
    case "draining":
      return t("Finishing, takes no more");
    case "offline":
      return t("Offline");
    case "away":
      return csr.reason === "" ? t("Away") : t("Away: {reason}", { reason: reasonWord(csr.reason) });
  }
}

/** Reasons of the contract are codes; any other is a manager's own words. */
export function reasonWord(reason: string): string {
  switch (reason) {
    case "break":
      return t("break");
    case "meeting":
      return t("meeting");
    case "training":
      return t("training");
    case "rona":
      return t("offers missed");
    default:
      return reason;
  }
}

export function closedWord(closed: ClosedOffer): string {
  if (closed.state === "superseded") return closed.taken_by === "" ? t("A colleague was faster") : t("{name} was faster", { name: closed.taken_by });
  if (closed.state === "expired") return t("Not answered in time");
  switch (closed.reason) {
    case "customer_lost":
      return t("The customer's connection was lost");
    case "left":
    case "connection_lost":
      return t("The customer left");
    case "away":
    case "offline":
    case "draining":
    case "lost":
    case "busy":
      return t("You were not free any more");
    default:
      return t("Went another way");
  }
}

export function strategyWord(strategy: string): string {
  switch (strategy) {
    case "everybody":
      return t("Everybody who is free is asked");
    case "most_idle":
      return t("You have been free the longest");
    case "round_robin":
      return t("It is your turn");
    case "fewest_contacts":
      return t("You have had the fewest customers");
    case "least_busy":
      return t("You are the least busy");
    case "priority":
      return t("You are first in this queue");
    default:
      return t("By chance");
  }
}

/** Why this CSR is asked, in one line. */
export function whyWord(why: OfferReason): string {
  const parts = [strategyWord(why.strategy)];
  if (why.rule !== "") parts.push(t("rule: {rule}", { rule: ruleWord(why.rule) }));
  if (why.tried > 0) parts.push(t("asked before: {n}", { n: why.tried }));
  return parts.join(" · ");
}

function ruleWord(rule: string): string {
  switch (rule) {
    case "transfer":
      return t("passed on by a colleague");
    case "requeue":
      return t("a colleague's connection was lost");
    case "overflow":
      return t("waited too long in another queue");
    case "fallback":
      return t("nobody else took the session");
    case "move":
      return t("moved by a manager");
    default:
      return rule;
  }
}

export function resolutionWord(resolution: Resolution): string {
  switch (resolution) {
    case "solved":
      return t("Solved");
    case "follow_up":
      return t("Follow-up");
    case "passed_on":
      return t("Passed on");
    case "not_solved":
      return t("Not solved");
  }
}

export const languageWord = (code: string): string => (code === "ja" ? t("Japanese") : t("English"));

/** Full seconds that have passed, as "2:05". */
export const ago = (seconds: number): string => formatCountdown(Math.floor(seconds));
