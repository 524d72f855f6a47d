/** Answers of the REST API that are not objects of the realtime contract. */

import type { Event, SiteInfo } from "../protocol/generated.ts";

export interface SocketTicket {
  readonly ticket: string;
  readonly endpoint: string | null;
  readonly url: string;
  readonly expires_in_s: number;
}

export interface EventPage {
  readonly events: readonly Event[];
  readonly seq: number;
}

export interface AttachCode {
  readonly code: string;
  readonly expires_at: string;
  /** Starts the downloaded file. */
  readonly start: string;
  /** Starts it from the program's source. */
  readonly command: string;
  readonly download_url: string;
  readonly link: string;
}

export interface IceAnswer {
  readonly ice_servers: readonly { readonly urls: string | string[]; readonly username?: string; readonly credential?: string }[];
}

export interface ReceiptItem {
  readonly at: string;
  readonly type: string;
  readonly text: string;
}

export interface ReceiptMessage {
  readonly at: string;
  readonly name?: string;
  readonly text: string;
}

/** `score` 1 (not at all) to 5 (fully); null: not answered. */
export interface SurveyAnswer {
  readonly score: number | null;
  readonly comment: string;
}

export interface Receipt {
  readonly site: SiteInfo | string;
  readonly number?: string | null;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly reason: string | null;
  readonly csrs: readonly string[];
  readonly items: readonly ReceiptItem[];
  readonly messages: readonly ReceiptMessage[];
  readonly head_hash: string;
  /** What this customer answered at the end; null where they are not asked. */
  readonly survey: SurveyAnswer | null;
}

export interface Invitation {
  readonly link: string;
  readonly number: string;
  readonly subject: string;
  readonly text: string;
}

/** A relay through the server, and one use of its socket. */
export interface RelayInfo {
  readonly id: string;
  readonly url: string;
  readonly ticket: string;
  readonly expires_in_s: number;
  readonly participant: string;
}
