/** Messages and log lines in one order, with what is still to be sent at the end. Pure. */
import type { Outgoing } from "../../core/outbox.ts";
import type { ChatMessageInfo, Event, SessionSnapshot } from "../../protocol/generated.ts";
import { GrantIndex, timelineLine, type TimelineLine } from "./timeline.ts";

export type ConversationItem =
  | { readonly kind: "line"; readonly key: string; readonly line: TimelineLine }
  | { readonly kind: "message"; readonly key: string; readonly message: ChatMessageInfo }
  | { readonly kind: "outgoing"; readonly key: string; readonly message: Outgoing };

/** Return the conversation, oldest first. Messages whose event was not read yet are placed by their time. */
export function conversation(snapshot: SessionSnapshot, events: readonly Event[], outbox: readonly Outgoing[]): ConversationItem[] {
  const grants = new GrantIndex();
  const dated: { at: number; item: ConversationItem }[] = [];
  for (const event of events) {
    grants.add(event);
    const line = timelineLine(event, snapshot, grants);
    if (line) dated.push({ at: Date.parse(line.at), item: { kind: "line", key: `e${line.seq}`, line } });
  }
  for (const message of snapshot.messages) {
    dated.push({ at: Date.parse(message.at), item: { kind: "message", key: message.client_id, message } });
  }
  dated.sort((a, b) => a.at - b.at);
  const sent = new Set(snapshot.messages.map((message) => message.client_id));
  const waiting = outbox.filter((message) => !sent.has(message.client_id));
  return [
    ...dated.map(({ item }) => item),
    ...waiting.map((message): ConversationItem => ({ kind: "outgoing", key: message.client_id, message })),
  ];
}
