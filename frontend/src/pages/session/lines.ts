/** What the conversation shows, in order of time: messages, what waits to be sent, and one line for each answered request. */

import { ownerIsCsr } from "../../core/capabilities.ts";
import type { Fact, Told } from "../../core/history.ts";
import type { Outgoing } from "../../core/outbox.ts";
import { isCsr } from "../../core/store.ts";
import type { ChatMessageInfo, SessionSnapshot } from "../../protocol/generated.ts";

export type Line =
  | { readonly kind: "message"; readonly key: string; readonly at: number; readonly message: ChatMessageInfo; readonly by: string | null }
  | { readonly kind: "outgoing"; readonly key: string; readonly at: number; readonly item: Outgoing }
  | { readonly kind: "request"; readonly key: string; readonly at: number; readonly told: Told; readonly name: string }
  | { readonly kind: "fact"; readonly key: string; readonly at: number; readonly fact: Fact }
  | { readonly kind: "joined"; readonly key: string; readonly at: number; readonly name: string };

/** Lines of the conversation; `by` of a message is set where the writer changes. */
export function conversation(snapshot: SessionSnapshot, told: readonly Told[], facts: readonly Fact[], outgoing: readonly Outgoing[]): Line[] {
  const name = (id: string): string => snapshot.participants.find((person) => person.id === id)?.name ?? "";
  const arrived = new Set(snapshot.messages.map((message) => message.client_id));
  const lines: Line[] = [
    ...snapshot.messages.map((message): Line => ({ kind: "message", key: message.id, at: Date.parse(message.at), message, by: null })),
    ...facts.map((fact): Line => ({ kind: "fact", key: `fact-${fact.seq}`, at: Date.parse(fact.at), fact })),
    ...told.filter(({ request }) => (ownerIsCsr(request.capability) ? request.operator : request.grantor) === snapshot.me).map((one): Line => ({ kind: "request", key: `told-${one.seq}`, at: Date.parse(one.at), told: one, name: name(ownerIsCsr(one.request.capability) ? one.request.requester : one.request.operator) })),
    ...snapshot.participants
      .filter((person) => isCsr(person) && person.joined_at !== null && person.state === "joined")
      .map((person): Line => ({ kind: "joined", key: person.id, at: Date.parse(person.joined_at ?? ""), name: person.name })),
  ];
  lines.sort((a, b) => a.at - b.at);
  lines.push(
    ...outgoing
      .filter((item) => !arrived.has(item.client_id))
      .map((item): Line => ({ kind: "outgoing", key: item.client_id, at: item.at, item })),
  );
  return withWriters(lines, snapshot.me, name);
}

function withWriters(lines: readonly Line[], me: string | null, name: (id: string) => string): Line[] {
  let writer: string | null = null;
  return lines.map((line) => {
    if (line.kind !== "message") {
      writer = null;
      return line;
    }
    const { participant } = line.message;
    const by = participant !== me && participant !== writer ? name(participant) : null;
    writer = participant;
    return { ...line, by };
  });
}
