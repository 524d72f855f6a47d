/** The commands of a session, typed: one method per call of the REST API. */

import type {
  Capability,
  ChatMessageInfo,
  GrantInfo,
  NoteInfo,
  ParticipantInfo,
  RequestInfo,
  Scope,
  SessionSnapshot,
} from "../protocol/generated.ts";
import type { Api } from "./api.ts";
import { newId } from "./id.ts";
import type { Outgoing } from "./outbox.ts";
import type { AttachCode, EventPage, IceAnswer, Invitation, Receipt, SocketTicket } from "./rest.ts";

export type StopWish = "owner_stop" | "csr_release" | "source_closed";

export class SessionCommands {
  readonly #base: string;

  constructor(
    private readonly api: Api,
    readonly session: string,
  ) {
    this.#base = `sessions/${session}/`;
  }

  snapshot(): Promise<SessionSnapshot> {
    return this.api.get(this.#base);
  }

  events(after: number): Promise<EventPage> {
    return this.api.get(`${this.#base}events/?after=${after}&limit=200`);
  }

  ticket(endpoint: string | null): Promise<SocketTicket> {
    return this.api.post("socket-tickets/", { session: this.session, ...(endpoint === null ? {} : { endpoint }) });
  }

  say(message: Outgoing): Promise<ChatMessageInfo> {
    const { text, audience, to, client_id } = message;
    return this.api.post(`${this.#base}messages/`, { text, audience, client_id, ...(to === null ? {} : { to }) });
  }

  ask(capability: Capability, scope?: Scope): Promise<RequestInfo> {
    return this.api.post(`${this.#base}requests/`, { capability, ...(scope === undefined ? {} : { scope }) }, { key: newId() });
  }

  cancel(request: string): Promise<RequestInfo> {
    return this.api.post(`${this.#base}requests/${request}/cancel/`);
  }

  shown(request: string): Promise<RequestInfo> {
    return this.api.post(`${this.#base}requests/${request}/shown/`);
  }

  /** Allow, from the browser: its endpoint becomes the source. */
  grant(request: string): Promise<GrantInfo> {
    return this.api.post(`${this.#base}requests/${request}/grant/`);
  }

  deny(request: string): Promise<RequestInfo> {
    return this.api.post(`${this.#base}requests/${request}/deny/`);
  }

  stopGrant(grant: string, cause: StopWish): Promise<GrantInfo> {
    return this.api.post(`${this.#base}grants/${grant}/stop/`, { cause });
  }

  firstUse(grant: string): Promise<void> {
    return this.api.post(`${this.#base}grants/${grant}/first-use/`);
  }

  stopEverything(): Promise<SessionSnapshot> {
    return this.api.post(`${this.#base}stop/`);
  }

  invite(channel: "phone" | "email" | "message", language: string, address?: string): Promise<Invitation> {
    return this.api.post(`${this.#base}invitations/`, { channel, language, ...(address === undefined ? {} : { address }) });
  }

  attachCode(purpose: "support_manager" | "device"): Promise<AttachCode> {
    return this.api.post(`${this.#base}attach-codes/`, { purpose });
  }

  admit(participant: string): Promise<ParticipantInfo> {
    return this.api.post(`${this.#base}participants/${participant}/admit/`);
  }

  refuse(participant: string): Promise<ParticipantInfo> {
    return this.api.post(`${this.#base}participants/${participant}/refuse/`);
  }

  note(): Promise<NoteInfo> {
    return this.api.get(`${this.#base}note/`);
  }

  saveNote(text: string, baseVersion: number): Promise<NoteInfo> {
    return this.api.put(`${this.#base}note/`, { text, base_version: baseVersion });
  }

  keep(): Promise<void> {
    return this.api.post(`${this.#base}keep/`);
  }

  leave(): Promise<void> {
    return this.api.post(`${this.#base}leave/`);
  }

  end(): Promise<SessionSnapshot> {
    return this.api.post(`${this.#base}end/`);
  }

  receipt(): Promise<Receipt> {
    return this.api.get(`${this.#base}receipt/`);
  }

  ice(): Promise<IceAnswer> {
    return this.api.get(`${this.#base}ice/`);
  }
}
