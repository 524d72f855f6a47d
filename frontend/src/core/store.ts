/**
 * What a session is, as this reader knows it: events folded over the snapshot, by pure functions.
 * `fold` has a case for every event of the contract; the compiler refuses a contract with one more.
 */

import type {
  CapabilityRest,
  EndpointInfo,
  Event,
  GrantInfo,
  ParticipantInfo,
  RequestInfo,
  SessionEnded,
  SessionSnapshot,
} from "../protocol/generated.ts";

function replaced<T extends { readonly id: string }>(items: readonly T[], item: T): T[] {
  const at = items.findIndex((other) => other.id === item.id);
  return at < 0 ? [...items, item] : items.map((other, index) => (index === at ? item : other));
}

function without<T extends { readonly id: string }>(items: readonly T[], id: string): T[] {
  return items.filter((item) => item.id !== id);
}

function changed<T extends { readonly id: string }>(items: readonly T[], id: string, change: (item: T) => T): T[] {
  return items.map((item) => (item.id === id ? change(item) : item));
}

/** An answered request leaves the snapshot; `history.ts` keeps what a page tells of it. */
function withoutRequest(snapshot: SessionSnapshot, id: string, rest: CapabilityRest | null): SessionSnapshot {
  return {
    ...snapshot,
    requests: without(snapshot.requests, id),
    rests: rest === null ? snapshot.rests : [...snapshot.rests.filter((other) => other.capability !== rest.capability), rest],
  };
}

function withGrant(snapshot: SessionSnapshot, grant: GrantInfo): SessionSnapshot {
  return { ...snapshot, grants: replaced(snapshot.grants, grant) };
}

function withParticipant(snapshot: SessionSnapshot, participant: ParticipantInfo): SessionSnapshot {
  return { ...snapshot, participants: replaced(snapshot.participants, participant) };
}

function withEndpoint(snapshot: SessionSnapshot, participant: string, endpoint: EndpointInfo): SessionSnapshot {
  const participants = changed(snapshot.participants, participant, (person) => ({
    ...person,
    endpoints: replaced(person.endpoints, endpoint),
  }));
  return { ...snapshot, participants };
}

function disconnected(snapshot: SessionSnapshot, participant: string, endpoint: string): SessionSnapshot {
  const participants = changed(snapshot.participants, participant, (person) => ({
    ...person,
    endpoints: changed(person.endpoints, endpoint, (other) => ({ ...other, connected: false })),
  }));
  return { ...snapshot, participants };
}

function gone(snapshot: SessionSnapshot, id: string, state: "left" | "refused"): SessionSnapshot {
  const participants = changed(snapshot.participants, id, (person) => ({ ...person, state, endpoints: [] }));
  return { ...snapshot, participants };
}

function ended(snapshot: SessionSnapshot, event: SessionEnded): SessionSnapshot {
  const participants = snapshot.participants.map((person) => ({ ...person, endpoints: [] }));
  const nothing = { suspended_until: null, idle_ends_at: null, requests: [], grants: [], rests: [], calls: [], transfer: null };
  return { ...snapshot, ...nothing, participants, state: "ended", ended_at: event.at, end_reason: event.reason };
}

function apply(snapshot: SessionSnapshot, event: Event): SessionSnapshot {
  switch (event.type) {
    case "session.activated":
      return { ...snapshot, state: "active", activated_at: event.at };
    case "session.suspended":
      return { ...snapshot, state: "suspended", suspended_until: event.until };
    case "session.resumed":
      return { ...snapshot, state: "active", suspended_until: null };
    case "session.idle_warned":
      return { ...snapshot, idle_ends_at: event.ends_at };
    case "session.kept":
      return { ...snapshot, idle_ends_at: null };
    case "session.ended":
      return ended(snapshot, event);
    case "participant.waiting":
    case "participant.joined":
      return withParticipant(snapshot, event.participant);
    case "participant.refused":
      return gone(snapshot, event.participant, "refused");
    case "participant.left":
      return gone(snapshot, event.participant, "left");
    case "endpoint.connected":
      return withEndpoint(snapshot, event.participant, event.endpoint);
    case "endpoint.disconnected":
      return disconnected(snapshot, event.participant, event.endpoint);
    case "chat.sent":
      return { ...snapshot, messages: replaced(snapshot.messages, event.message) };
    case "request.made":
    case "request.routed":
    case "request.accepted":
      return { ...snapshot, requests: replaced(snapshot.requests, event.request) };
    case "request.granted":
      return withGrant(withoutRequest(snapshot, event.request, null), event.grant);
    case "request.denied":
      return withoutRequest(snapshot, event.request, event.rest);
    case "request.expired":
      return withoutRequest(snapshot, event.request, event.rest);
    case "request.cancelled":
      return withoutRequest(snapshot, event.request, null);
    case "grant.suspended":
    case "grant.resumed":
      return withGrant(snapshot, event.grant);
    case "grant.stopped":
      return { ...snapshot, grants: without(snapshot.grants, event.grant) };
    case "session.requeued":
      return { ...snapshot, state: "waiting", suspended_until: null };
    case "call.made":
      return { ...snapshot, calls: replaced(snapshot.calls, event.call) };
    case "call.closed":
      return { ...snapshot, calls: without(snapshot.calls, event.call) };
    case "transfer.started":
      return { ...snapshot, transfer: event.transfer };
    case "transfer.ended":
      return { ...snapshot, transfer: null };
    case "options.changed":
      return { ...snapshot, options: event.options };
    case "session.started":
    case "control.passed":
    case "note.saved":
    case "invitation.sent":
    case "request.shown":
    case "grant.first_used":
    case "grant.marked":
    case "screenshot.taken":
    case "action.refused":
    case "withheld":
      return snapshot;
  }
}

/** The snapshot after `event`. An event that is already in it changes nothing; an unknown type only moves `seq`. */
export function fold(snapshot: SessionSnapshot, event: Event): SessionSnapshot {
  if (event.seq <= snapshot.seq) return snapshot;
  // A newer server may know more types than this page: `apply` then returns undefined at run time.
  const next = apply(snapshot, event) as SessionSnapshot | undefined;
  return { ...(next ?? snapshot), seq: event.seq };
}

/** Whether events are missing between the snapshot and `event`. */
export function hasGap(snapshot: SessionSnapshot, event: Event): boolean {
  return event.seq > snapshot.seq + 1;
}

export function participant(snapshot: SessionSnapshot, id: string | null): ParticipantInfo | undefined {
  return snapshot.participants.find((person) => person.id === id);
}

export function me(snapshot: SessionSnapshot): ParticipantInfo | undefined {
  return participant(snapshot, snapshot.me);
}

export function isCsr(person: ParticipantInfo): boolean {
  return person.role === "primary_csr" || person.role === "assisting_csr";
}

export function primaryCsr(snapshot: SessionSnapshot): ParticipantInfo | undefined {
  return snapshot.participants.find((person) => person.role === "primary_csr" && person.state === "joined");
}

export function primaryCustomer(snapshot: SessionSnapshot): ParticipantInfo | undefined {
  return snapshot.participants.find((person) => person.role === "primary_customer" && person.state === "joined");
}

export function openRequests(snapshot: SessionSnapshot): RequestInfo[] {
  return snapshot.requests.filter((request) => request.state === "requested");
}

/** Grants that live: active or suspended. */
export function liveGrants(snapshot: SessionSnapshot): GrantInfo[] {
  return snapshot.grants.filter((grant) => grant.state !== "stopped");
}

/** Whether this event lets the reader in from the lobby: the snapshot told only of themselves and must be read anew. */
export function admitsReader(before: SessionSnapshot, event: Event): boolean {
  return event.type === "participant.joined" && event.participant.id === before.me && me(before)?.state === "lobby";
}

/** The participant's Support Manager, if it is connected. */
export function supportManager(person: ParticipantInfo | undefined): EndpointInfo | undefined {
  return person?.endpoints.find((endpoint) => endpoint.kind === "support_manager" && endpoint.connected);
}
