/** Answers of the API that only the console reads, and what the console keeps of them. */
import type { Audience, NoteInfo, SessionState, SiteInfo } from "../../protocol/generated.ts";

export interface SessionTypeChoice {
  readonly id: string;
  readonly name: string;
}

export interface TrackingCodeChoice {
  readonly id: string;
  readonly name: string;
  readonly required: boolean;
  /** Empty: free text. */
  readonly choices: readonly string[];
}

export type ConsoleStyle = "dashboard" | "tray" | "multi";
export type ToolTab = "tools" | "desktop" | "application" | "session";

export interface ConsoleInfo {
  readonly style: ConsoleStyle;
  readonly may_switch: boolean;
  /** Each of the four tabs once. */
  readonly tab_order: readonly ToolTab[];
  /** Customers at once; 1 in single-session mode. */
  readonly session_limit: number;
}

export interface MeInfo {
  readonly user: { readonly name: string; readonly email: string; readonly language: string };
  readonly membership: { readonly id: string; readonly role: string };
  readonly site: SiteInfo;
  readonly privileges: Readonly<Record<string, boolean>>;
  readonly settings: {
    readonly request_timeout_s: number;
    readonly session_types: readonly SessionTypeChoice[];
    readonly tracking_codes: readonly TrackingCodeChoice[];
    readonly number_life_min: number;
    readonly idle_end_min: number;
    readonly join_url: string;
  };
  readonly console: ConsoleInfo;
}

export interface SessionRow {
  readonly id: string;
  readonly number: string | null;
  readonly state: SessionState;
  readonly session_type: string;
  readonly customer_name: string | null;
  readonly created_at: string;
  readonly activated_at: string | null;
  readonly suspended_until: string | null;
  readonly ended_at: string | null;
  readonly end_reason: string | null;
  readonly pending_request: boolean;
  readonly lobby: number;
  readonly last_message: { readonly text: string; readonly at: string } | null;
  readonly seq: number;
}

export interface SessionPage {
  readonly results: readonly SessionRow[];
  readonly next: string | null;
}

/** A chat message that the server has not confirmed. */
export interface OutgoingMessage {
  readonly clientId: string;
  readonly text: string;
  readonly audience: Audience;
  readonly to: string | null;
  readonly at: string;
  readonly state: "sending" | "waiting" | "failed";
}

export interface NoteView {
  readonly text: string;
  readonly state: "loading" | "saved" | "saving" | "unsaved" | "offline" | "failed" | "conflict" | "read_only";
  readonly version: number;
  readonly savedAt: string | null;
  /** What another CSR saved meanwhile, while the two are not one. */
  readonly theirs: NoteInfo | null;
}
