/** The life of a request, as one button tells it. Pure: facts in, one of eight states out. */
import type { Capability, Event, GrantInfo, RequestInfo, SessionSnapshot } from "../../protocol/generated.ts";

export type ActionState =
  | { readonly kind: "idle" }
  | { readonly kind: "pending"; readonly request: RequestInfo; readonly leftMs: number; readonly share: number }
  | { readonly kind: "granted"; readonly grant: GrantInfo }
  | { readonly kind: "paused"; readonly grant: GrantInfo; readonly why: "owner" | "connection" }
  | { readonly kind: "denied"; readonly denial: Denial }
  | { readonly kind: "resting"; readonly leftMs: number }
  | { readonly kind: "locked"; readonly why: "privilege" | "site_unverified" | "not_primary" }
  | { readonly kind: "off"; readonly why: "offline" | "no_customer" | "suspended" | "ended" };

export interface Denial {
  readonly at: string;
  readonly how: "denied" | "expired";
}

export interface ActionFacts {
  readonly snapshot: SessionSnapshot;
  /** The server's time in ms. */
  readonly now: number;
  readonly online: boolean;
  /** The CSR's privilege for this capability. */
  readonly privilege: boolean;
  readonly denial: Denial | undefined;
  /** The owner uses the own mouse or keyboard now. */
  readonly ownerDrives: boolean;
}

const DENIED_SHOWN_MS = 5000;

const ms = (time: string): number => new Date(time).getTime();

export function liveGrant(snapshot: SessionSnapshot, capability: Capability): GrantInfo | undefined {
  return snapshot.grants.find((grant) => grant.capability === capability && grant.state !== "stopped");
}

export function openRequest(snapshot: SessionSnapshot, capability: Capability): RequestInfo | undefined {
  return snapshot.requests.find((request) => request.capability === capability && request.state === "requested");
}

/** Return when each capability was last denied, or not answered. */
export function lastDenials(events: readonly Event[]): Partial<Record<Capability, Denial>> {
  const asked = new Map<string, Capability>();
  const denials: Partial<Record<Capability, Denial>> = {};
  for (const event of events) {
    if (event.type === "request.made") asked.set(event.request.id, event.request.capability);
    if (event.type !== "request.denied" && event.type !== "request.expired") continue;
    const capability = asked.get(event.request);
    if (capability) denials[capability] = { at: event.at, how: event.type === "request.denied" ? "denied" : "expired" };
  }
  return denials;
}

export function actionState(capability: Capability, facts: ActionFacts): ActionState {
  const { snapshot, now } = facts;
  if (snapshot.state === "ended") return { kind: "off", why: "ended" };
  const grant = liveGrant(snapshot, capability);
  if (grant) return granted(grant, capability, facts);
  const request = openRequest(snapshot, capability);
  if (request) return pending(request, now);
  if (facts.denial && now - ms(facts.denial.at) < DENIED_SHOWN_MS) return { kind: "denied", denial: facts.denial };
  return closed(capability, facts) ?? { kind: "idle" };
}

function granted(grant: GrantInfo, capability: Capability, facts: ActionFacts): ActionState {
  if (grant.state === "suspended") return { kind: "paused", grant, why: "connection" };
  if (capability === "screen.control.desktop" && facts.ownerDrives) return { kind: "paused", grant, why: "owner" };
  return { kind: "granted", grant };
}

function pending(request: RequestInfo, now: number): ActionState {
  const whole = ms(request.expires_at) - ms(request.made_at);
  // The server's clock is an estimate; nobody is told of more time than there is.
  const leftMs = Math.min(whole, Math.max(0, ms(request.expires_at) - now));
  return { kind: "pending", request, leftMs, share: whole > 0 ? leftMs / whole : 0 };
}

/** Why the request cannot be made now; null when it can. */
function closed(capability: Capability, { snapshot, now, online, privilege }: ActionFacts): ActionState | null {
  const me = snapshot.participants.find((person) => person.id === snapshot.me);
  if (me?.role !== "primary_csr") return { kind: "locked", why: "not_primary" };
  if (!privilege) return { kind: "locked", why: "privilege" };
  if (capability === "screen.control.desktop" && !snapshot.site.verified) return { kind: "locked", why: "site_unverified" };
  const rest = snapshot.rests.find((item) => item.capability === capability && ms(item.until) > now);
  if (rest) return { kind: "resting", leftMs: ms(rest.until) - now };
  if (!online) return { kind: "off", why: "offline" };
  if (snapshot.state === "waiting") return { kind: "off", why: "no_customer" };
  return snapshot.state === "suspended" ? { kind: "off", why: "suspended" } : null;
}
