/** Who is who in a session, beyond the store's own selectors. Pure. */
import { isCsr, participant } from "../../core/store.ts";
import type { GrantInfo, ParticipantInfo, SessionSnapshot } from "../../protocol/generated.ts";

/** The primary customer who is in the session, or was. */
export function customer(snapshot: SessionSnapshot): ParticipantInfo | undefined {
  const all = snapshot.participants.filter((one) => one.role === "primary_customer");
  return all.find((one) => one.state === "joined") ?? all.at(-1);
}

export function lobby(snapshot: SessionSnapshot): ParticipantInfo[] {
  return snapshot.participants.filter((one) => one.state === "lobby");
}

export function joined(snapshot: SessionSnapshot): ParticipantInfo[] {
  return snapshot.participants.filter((one) => one.state === "joined");
}

export function connected(one: ParticipantInfo | undefined): boolean {
  return one?.endpoints.some((endpoint) => endpoint.connected) ?? false;
}

export function amPrimary(snapshot: SessionSnapshot): boolean {
  return participant(snapshot, snapshot.me)?.role === "primary_csr";
}

/** Whose computer a grant is about. */
export function ownerOf(snapshot: SessionSnapshot, grant: GrantInfo | undefined): ParticipantInfo | undefined {
  return participant(snapshot, grant?.owner ?? null) ?? customer(snapshot);
}

export { shortName } from "../../core/names.ts";
export { isCsr, participant };
