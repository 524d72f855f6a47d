/** One line of words for each event that a CSR should see beside the conversation. */
import { t, tn } from "../../core/i18n.ts";
import type { IconName } from "../../ui/icon.tsx";
import type { Capability, Event, SessionSnapshot, StopCause } from "../../protocol/generated.ts";
import { customer, isCsr, participant } from "./people.ts";

export interface TimelineLine {
  readonly seq: number;
  readonly at: string;
  readonly icon: IconName;
  readonly tone: "" | "c-view" | "c-control";
  readonly text: string;
}

type Words = Omit<TimelineLine, "seq" | "at">;

const plain = (icon: IconName, text: string): Words => ({ icon, tone: "", text });

const toned = (capability: Capability, text: string): Words =>
  capability === "screen.view.desktop" ? { icon: "view", tone: "c-view", text } : { icon: "control", tone: "c-control", text };

/** Return the line, or null for events that say nothing new to a CSR. */
export function timelineLine(event: Event, snapshot: SessionSnapshot, grants: GrantIndex): TimelineLine | null {
  const words = peopleWords(event, snapshot) ?? consentWords(event, snapshot, grants) ?? sessionWords(event, snapshot);
  return words && { seq: event.seq, at: event.at, ...words };
}

/** Capability by grant and request id, gathered from all events read so far. */
export class GrantIndex {
  #capability = new Map<string, Capability>();

  add(event: Event): void {
    if (event.type === "request.made") this.#capability.set(event.request.id, event.request.capability);
    if (event.type === "request.granted") this.#capability.set(event.grant.id, event.grant.capability);
  }

  of(id: string): Capability {
    return this.#capability.get(id) ?? "screen.view.desktop";
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
      return toned(event.request.capability, askedWords(event.request.capability, event.request.requester === snapshot.me, event.actor.name));
    case "request.granted":
      return toned(event.grant.capability, grantedWords(event.grant.capability, event.grant.scope.monitors, name));
    case "request.denied":
      return toned(grants.of(event.request), t("{name} did not allow it", { name }));
    case "request.expired":
      return toned(grants.of(event.request), t("No answer, which counts as Deny"));
    case "request.cancelled":
      return toned(grants.of(event.request), t("Request cancelled"));
    case "grant.suspended":
      return toned(event.grant.capability, t("Paused: connection lost"));
    case "grant.resumed":
      return toned(event.grant.capability, t("Goes on"));
    case "grant.stopped":
      return toned(grants.of(event.grant), stoppedWords(grants.of(event.grant), event.cause, name));
    case "action.refused":
      return plain("lock", tn("{n} action was not allowed and was dropped", "{n} actions were not allowed and were dropped", event.count));
    default:
      return null;
  }
}

function askedWords(capability: Capability, mine: boolean, name: string): string {
  const view = capability === "screen.view.desktop";
  if (mine) return view ? t("You asked to see the desktop") : t("You asked to control the desktop");
  return view ? t("{name} asked to see the desktop", { name }) : t("{name} asked to control the desktop", { name });
}

function grantedWords(capability: Capability, monitors: readonly number[], name: string): string {
  if (capability === "screen.control.desktop") return t("{name} allowed control of the desktop", { name });
  if (monitors.length === 0) return t("{name} allowed viewing: desktop", { name });
  return t("{name} allowed viewing: desktop, monitor {n}", { name, n: monitors.join(", ") });
}

function stoppedWords(capability: Capability, cause: StopCause, name: string): string {
  const view = capability === "screen.view.desktop";
  switch (cause) {
    case "owner_stop":
      return view ? t("{name} stopped viewing", { name }) : t("{name} stopped control", { name });
    case "stop_everything":
      return t("{name} stopped everything", { name });
    case "csr_release":
      return view ? t("Viewing stopped by the CSR") : t("Control stopped by the CSR");
    case "superseded":
      return t("Replaced by a new share");
    case "source_closed":
      return t("The shared screen was closed");
    case "endpoint_lost":
    case "connection_lost":
      return view ? t("Viewing ended: connection lost") : t("Control ended: connection lost");
    default:
      return view ? t("Viewing ended") : t("Control ended");
  }
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
    default:
      return null;
  }
}
