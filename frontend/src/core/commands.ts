/** The commands of a session, typed: one method per call of the REST API. */

import type {
  CallInfo,
  Capability,
  ChatMessageInfo,
  GrantInfo,
  NoteInfo,
  ParticipantInfo,
  RequestInfo,
  Scope,
  ScreenshotInfo,
  SessionSnapshot,
  SharingQuality,
  WaitingInfo,
} from "../protocol/generated.ts";
import { API_BASE, type Api } from "./api.ts";
import { newId } from "./id.ts";
import type { Outgoing } from "./outbox.ts";
import type { AttachCode, EventPage, IceAnswer, Invitation, Receipt, RelayInfo, SocketTicket, SurveyAnswer } from "./rest.ts";

export type StopWish = "owner_stop" | "csr_release" | "source_closed";

export interface RequestWish {
  readonly scope?: Scope;
  /** `share.*`: the CSR's own endpoint that will be shown. */
  readonly source?: string;
  /** A hand-over of driving: the assisting CSR who gets the mouse. */
  readonly operator?: string;
}

function named(endpoint: string | undefined): { readonly endpoint?: string } {
  return endpoint === undefined ? {} : { endpoint };
}

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

  ask(capability: Capability, wish: RequestWish = {}): Promise<RequestInfo> {
    return this.api.post(`${this.#base}requests/`, { capability, ...wish }, { key: newId() });
  }

  cancel(request: string): Promise<RequestInfo> {
    return this.api.post(`${this.#base}requests/${request}/cancel/`);
  }

  shown(request: string): Promise<RequestInfo> {
    return this.api.post(`${this.#base}requests/${request}/shown/`);
  }

  /** Allow, from the browser: its endpoint becomes the source. A CSR's page names its own. */
  grant(request: string, endpoint?: string): Promise<GrantInfo> {
    return this.api.post(`${this.#base}requests/${request}/grant/`, named(endpoint));
  }

  deny(request: string): Promise<RequestInfo> {
    return this.api.post(`${this.#base}requests/${request}/deny/`);
  }

  /** A CSR's page that is the source names its own endpoint, here and below. */
  stopGrant(grant: string, cause: StopWish, endpoint?: string): Promise<GrantInfo> {
    return this.api.post(`${this.#base}grants/${grant}/stop/`, { cause, ...named(endpoint) });
  }

  firstUse(grant: string, endpoint?: string): Promise<void> {
    return this.api.post(`${this.#base}grants/${grant}/first-use/`, named(endpoint));
  }

  /** The customer says yes to being shown the CSR's computer; the grant comes from its source. */
  accept(request: string): Promise<RequestInfo> {
    return this.api.post(`${this.#base}requests/${request}/accept/`);
  }

  /** The source tells once of a participant who points or draws. */
  marked(grant: string, participant: string, endpoint?: string): Promise<void> {
    return this.api.post(`${this.#base}grants/${grant}/marked/`, { participant, ...named(endpoint) });
  }

  setQuality(quality: SharingQuality): Promise<void> {
    return this.api.post(`${this.#base}options/`, { quality });
  }

  /** Saves a still of the live grant's picture to the session; everyone is told. */
  saveScreenshot(png: Blob): Promise<ScreenshotInfo> {
    return this.api.upload(`${this.#base}screenshots/`, png, { key: newId() });
  }

  /** Address of a saved still. */
  screenshotUrl(screenshot: string): string {
    return `${API_BASE}${this.#base}screenshots/${screenshot}/`;
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

  /** Calls a CSR in, or passes control to one who assists; 60 s to answer. */
  call(kind: "assist" | "control", member: string, note: string): Promise<CallInfo> {
    return this.api.post(`${this.#base}calls/`, { kind, member, note }, { key: newId() });
  }

  cancelCall(call: string): Promise<void> {
    return this.api.post(`${this.#base}calls/${call}/cancel/`);
  }

  /** Offers the session to one queue or to CSRs. */
  transfer(target: { readonly queue: string } | { readonly csrs: readonly string[] }, note: string): Promise<SessionSnapshot> {
    return this.api.post(`${this.#base}transfer/`, { ...target, note }, { key: newId() });
  }

  cancelTransfer(): Promise<SessionSnapshot> {
    return this.api.post(`${this.#base}transfer/cancel/`);
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

  /** Answers the question at the end, or changes the answer. */
  answerSurvey(score: number, comment: string): Promise<SurveyAnswer> {
    return this.api.put(`${this.#base}survey/`, { score, comment });
  }

  /** Where this person waits; missing where no queue led here. */
  place(): Promise<WaitingInfo> {
    return this.api.get(`${this.#base}entry/`);
  }

  placeTicket(entry: string): Promise<SocketTicket> {
    return this.api.post(`entries/${entry}/socket-tickets/`);
  }

  /** Be called when it is one's turn; an empty number takes it back. */
  callBack(entry: string, phone: string): Promise<WaitingInfo> {
    return this.api.post(`entries/${entry}/callback/`, { phone });
  }

  leaveLine(entry: string): Promise<void> {
    return this.api.post(`entries/${entry}/leave/`);
  }

  openRelay(grant: string): Promise<RelayInfo> {
    return this.api.post(`${this.#base}relays/`, { grant });
  }

  ice(): Promise<IceAnswer> {
    return this.api.get(`${this.#base}ice/`);
  }
}
