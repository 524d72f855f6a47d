/** The life of a request, as one button tells it. Pure: facts in, one of nine states out. */
import { isClipboard, isControl, ownerIsCsr, surfaceOf } from "../../core/capabilities.ts";
import { type Pauses, pausedByOwner } from "../../core/pauses.ts";
import type { Capability, Event, GrantInfo, RequestInfo, SessionSnapshot } from "../../protocol/generated.ts";

export type ActionState =
  | { readonly kind: "idle" }
  /** The CSR's own Support Manager is needed first; a press attaches it. */
  | { readonly kind: "setup" }
  /** `step` tells who is waited for: the other side, or after their yes the CSR's own computer. */
  | { readonly kind: "pending"; readonly request: RequestInfo; readonly step: "asked" | "own_computer"; readonly leftMs: number; readonly share: number }
  | { readonly kind: "granted"; readonly grant: GrantInfo }
  | { readonly kind: "paused"; readonly grant: GrantInfo; readonly why: PauseReason }
  | { readonly kind: "denied"; readonly denial: Denial }
  | { readonly kind: "resting"; readonly leftMs: number }
  | { readonly kind: "locked"; readonly why: "privilege" | "site_unverified" | "not_primary" }
  | { readonly kind: "off"; readonly why: "offline" | "no_customer" | "suspended" | "ended" | "no_control" };

/** The owner uses the own mouse, or pressed Pause, or the connection broke. */
export type PauseReason = "owner" | "by_hand" | "connection";

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
  readonly pauses: Pauses;
  /** What of the CSR's computer can be shown: nothing, its browser's pick, or all that a Support Manager gives. */
  readonly own: "nothing" | "browser" | "support_manager";
}

const DENIED_SHOWN_MS = 5000;
/** What an organisation may do that nobody has verified. */
const UNVERIFIED: ReadonlySet<Capability> = new Set<Capability>(["screen.view.desktop", "screen.view.application"]);

const ms = (time: string): number => new Date(time).getTime();

/** The live grant of a capability; the reader's own where a hand-over made two. */
export function liveGrant(snapshot: SessionSnapshot, capability: Capability): GrantInfo | undefined {
  const live = snapshot.grants.filter((grant) => grant.capability === capability && grant.state !== "stopped");
  return live.find((grant) => grant.holder === snapshot.me) ?? live[0];
}

/** The privilege that a CSR needs for a capability. */
export function privilegeOf(capability: Capability): string {
  const surface = surfaceOf(capability);
  if (surface === null) return "share.clipboard";
  return `share.${surface}.${ownerIsCsr(capability) ? "share_" : ""}${isControl(capability) ? "control" : "view"}`;
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
  return closed(capability, facts) ?? { kind: needsSetup(capability, facts) ? "setup" : "idle" };
}

function needsSetup(capability: Capability, { own }: ActionFacts): boolean {
  if (!ownerIsCsr(capability)) return false;
  return isControl(capability) ? own !== "support_manager" : own === "nothing";
}

function granted(grant: GrantInfo, capability: Capability, facts: ActionFacts): ActionState {
  if (grant.state === "suspended") return { kind: "paused", grant, why: pausedByOwner(facts.pauses, grant.id) ? "by_hand" : "connection" };
  if (isControl(capability) && !ownerIsCsr(capability) && facts.ownerDrives) return { kind: "paused", grant, why: "owner" };
  return { kind: "granted", grant };
}

function pending(request: RequestInfo, now: number): ActionState {
  const whole = ms(request.expires_at) - ms(request.accepted_at ?? request.made_at);
  // The server's clock is an estimate; nobody is told of more time than there is.
  const leftMs = Math.min(whole, Math.max(0, ms(request.expires_at) - now));
  const step = request.accepted_at === null ? "asked" : "own_computer";
  return { kind: "pending", request, step, leftMs, share: whole > 0 ? leftMs / whole : 0 };
}

/** Why the request cannot be made now; null when it can. */
function closed(capability: Capability, { snapshot, now, online, privilege }: ActionFacts): ActionState | null {
  const me = snapshot.participants.find((person) => person.id === snapshot.me);
  if (me?.role !== "primary_csr") return { kind: "locked", why: "not_primary" };
  if (!privilege) return { kind: "locked", why: "privilege" };
  if (!snapshot.site.verified && !UNVERIFIED.has(capability)) return { kind: "locked", why: "site_unverified" };
  const rest = snapshot.rests.find((item) => item.capability === capability && ms(item.until) > now);
  if (rest) return { kind: "resting", leftMs: ms(rest.until) - now };
  if (!online) return { kind: "off", why: "offline" };
  if (snapshot.state === "waiting") return { kind: "off", why: "no_customer" };
  if (snapshot.state === "suspended") return { kind: "off", why: "suspended" };
  return isClipboard(capability) && !operates(snapshot) ? { kind: "off", why: "no_control" } : null;
}

/** The clipboard belongs to control: it is used by the one who operates the customer's computer. */
function operates(snapshot: SessionSnapshot): boolean {
  return snapshot.grants.some((grant) => isControl(grant.capability) && !ownerIsCsr(grant.capability) && grant.state === "active" && grant.holder === snapshot.me);
}
