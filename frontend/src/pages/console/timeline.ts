/** One line of words for each event that a CSR should see beside the conversation. */
import { isControl } from "../../core/capabilities.ts";
import { t, tn } from "../../core/i18n.ts";
import type { IconName } from "../../ui/icon.tsx";
import type { Capability, Event, GrantInfo, RequestInfo, ScreenshotInfo, SessionSnapshot } from "../../protocol/generated.ts";
import { iconOf, toneOf } from "./act-words.ts";
import { customer, isCsr, participant } from "./people.ts";
import { qualityName } from "./quality-menu.tsx";
import { askedWords, grantedWords, pausedWords, stoppedWords } from "./timeline-words.ts";

export interface TimelineLine {
  readonly seq: number;
  readonly at: string;
  readonly icon: IconName;
  readonly tone: "" | "c-view" | "c-control";
  readonly text: string;
  /** A saved picture to look at. */
  readonly screenshot?: ScreenshotInfo;
}

type Words = Omit<TimelineLine, "seq" | "at">;

const plain = (icon: IconName, text: string): Words => ({ icon, tone: "", text });

const toned = (capability: Capability, text: string): Words => ({ icon: iconOf(capability), tone: toneOf(capability), text });

/** Return the line, or null for events that say nothing new to a CSR. */
export function timelineLine(event: Event, snapshot: SessionSnapshot, grants: GrantIndex): TimelineLine | null {
  const words = peopleWords(event, snapshot) ?? consentWords(event, snapshot, grants) ?? sessionWords(event, snapshot);
  return words && { seq: event.seq, at: event.at, ...words };
}

/** Capability and owner by grant and request id, gathered from all events read so far. */
export class GrantIndex {
  #request = new Map<string, RequestInfo>();
  #grant = new Map<string, GrantInfo>();

  add(event: Event): void {
    if (event.type === "request.made") this.#request.set(event.request.id, event.request);
    if (event.type === "request.granted") this.#grant.set(event.grant.id, event.grant);
  }

  of(id: string): Capability {
    return (this.#grant.get(id) ?? this.#request.get(id))?.capability ?? "screen.view.desktop";
  }

  /** Who was asked: the customer. For what is shared by the CSR, their own computer grants after the customer's yes. */
  owner(id: string): string | null {
    return this.#grant.get(id)?.owner ?? this.#request.get(id)?.grantor ?? null;
  }
}

function nameOf(snapshot: SessionSnapshot, id: string | null | undefined, fallback = ""): string {
  if (id && id === snapshot.me) return t("You");
  return participant(snapshot, id ?? null)?.name || fallback || t("Customer");
}

function customerName(snapshot: SessionSnapshot): string {
  return customer(snapshot)?.name ?? t("Customer");
}

function peopleWords(event: Event, snapshot: SessionSnapshot): Words | null {
  switch (event.type) {
    case "participant.waiting":
      return plain("user", t("{name} waits to be let in", { name: event.participant.name }));
    case "participant.joined":
      if (event.participant.id === snapshot.me) return null;
      if (isCsr(event.participant)) return plain("users", t("{name} joined as a CSR", { name: event.participant.name }));
      return plain("user", t("{name} joined", { name: event.participant.name }));
    case "participant.refused":
      return plain("user", t("{name} was not let in", { name: nameOf(snapshot, event.participant) }));
    case "participant.left":
      return plain("leave", t("{name} left", { name: nameOf(snapshot, event.participant, event.actor.name) }));
    case "endpoint.connected":
      if (event.endpoint.kind !== "support_manager") return null;
      return plain("monitor", t("Support Manager is connected: {name}", { name: nameOf(snapshot, event.participant) }));
    case "endpoint.disconnected":
      return disconnected(event.participant, event.endpoint, snapshot);
    default:
      return null;
  }
}

function disconnected(owner: string, endpoint: string, snapshot: SessionSnapshot): Words | null {
  const kind = participant(snapshot, owner)?.endpoints.find((one) => one.id === endpoint)?.kind;
  if (kind !== "support_manager") return null;
  return plain("signal", t("Support Manager is not connected: {name}", { name: nameOf(snapshot, owner) }));
}

function consentWords(event: Event, snapshot: SessionSnapshot, grants: GrantIndex): Words | null {
  const name = customerName(snapshot);
  switch (event.type) {
    case "request.made":
      return toned(event.request.capability, askedWords(event.request, snapshot, event.actor.name));
    case "request.accepted":
      return toned(event.request.capability, isControl(event.request.capability) ? t("{name} agreed to operate it", { name }) : t("{name} agreed to see it", { name }));
    case "request.granted":
      return toned(event.grant.capability, grantedWords(event.grant, snapshot, name));
    case "request.denied":
      return toned(grants.of(event.request), t("{name} did not allow it", { name: event.actor.name || name }));
    case "request.expired":
      return toned(grants.of(event.request), t("No answer, which counts as Deny"));
    case "request.cancelled":
      return toned(grants.of(event.request), t("Request cancelled"));
    case "grant.suspended":
      return toned(event.grant.capability, event.cause === "owner_stop" ? pausedWords(event.grant, snapshot, name) : t("Paused: connection lost"));
    case "grant.resumed":
      return toned(event.grant.capability, t("Goes on"));
    case "grant.stopped": {
      const owner = grants.owner(event.grant);
      const by = event.cause === "stop_everything" ? event.actor.name || name : nameOf(snapshot, owner, name);
      return toned(grants.of(event.grant), stoppedWords(grants.of(event.grant), event.cause, by, owner === snapshot.me));
    }
    case "grant.marked":
      return plain("pen", event.participant === snapshot.me ? t("You pointed and drew on the picture") : t("{name} pointed and drew on the picture", { name: nameOf(snapshot, event.participant) }));
    case "action.refused":
      return plain("lock", tn("{n} action was not allowed and was dropped", "{n} actions were not allowed and were dropped", event.count));
    default:
      return null;
  }
}

function savedWords({ participant: by }: ScreenshotInfo, snapshot: SessionSnapshot, actor: string): string {
  return by === snapshot.me ? t("You saved a screenshot") : t("{name} saved a screenshot", { name: nameOf(snapshot, by, actor) });
}

function sessionWords(event: Event, snapshot: SessionSnapshot): Words | null {
  switch (event.type) {
    case "session.started":
      return plain("user", t("Session started: {type}", { type: snapshot.session_type || event.session_type }));
    case "invitation.sent":
      if (event.channel === "phone") return plain("phone", t("Invited by phone"));
      return event.channel === "email" ? plain("mail", t("Invited by e-mail")) : plain("link", t("Invited by message"));
    case "session.suspended":
      return plain("signal", event.cause === "customer_lost" ? t("The customer's connection is lost") : t("The CSR's connection is lost"));
    case "session.resumed":
      return plain("signal", t("Connected again"));
    case "session.idle_warned":
      return plain("clock", t("Nothing has happened for a while: the session ends soon"));
    case "session.kept":
      return plain("clock", t("The session goes on"));
    case "session.ended":
      return plain("end", t("Session ended"));
    case "control.passed":
      return plain("pass", t("{name} leads the session now", { name: nameOf(snapshot, event.taker) }));
    case "call.made":
      return plain(event.call.kind === "assist" ? "invite" : "pass", event.call.kind === "assist" ? t("{name} is asked to assist", { name: event.call.name }) : t("{name} is asked to take the session over", { name: event.call.name }));
    case "call.closed":
      return event.outcome === "accepted" ? null : plain("pass", callEnd(event.outcome));
    case "transfer.started":
      return plain("transfer", t("Session offered to {target}", { target: event.transfer.target }));
    case "transfer.ended":
      return plain("transfer", transferEnd(event.outcome));
    case "session.requeued":
      return plain("clock", t("The CSR did not come back: the customer waits in {queue}", { queue: event.queue }));
    case "options.changed":
      return plain("options", t("Session options: {name}", { name: qualityName(event.options.quality) }));
    case "screenshot.taken":
      return { ...plain("camera", savedWords(event.screenshot, snapshot, event.actor.name)), screenshot: event.screenshot };
    default:
      return null;
  }
}

function callEnd(outcome: "declined" | "expired" | "cancelled"): string {
  if (outcome === "declined") return t("Not now, said the colleague");
  return outcome === "expired" ? t("The colleague did not answer") : t("The call was taken back");
}

function transferEnd(outcome: "accepted" | "returned" | "fallback" | "cancelled"): string {
  switch (outcome) {
    case "accepted":
      return t("The transfer was accepted");
    case "returned":
      return t("Nobody took the transfer: the session stays");
    case "fallback":
      return t("Nobody took the transfer: the customer waits in the fallback queue");
    case "cancelled":
      return t("The transfer was taken back");
  }
}
