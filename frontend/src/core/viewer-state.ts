/** What a viewer knows of the shared screen, and how the source's `state` messages are read. */
import type { Driving, Held, Quality, Screen, StateMessage } from "../protocol/generated.ts";
import type { ViewerFigures } from "./viewer-stats.ts";
import type { ViewerState } from "./viewer.ts";

export interface ViewerView {
  readonly state: ViewerState;
  /** Why the last connection was lost; for the log. */
  readonly reason: string;
  readonly startedAt: number | null;
  /** When the first picture was on the screen. */
  readonly pictureAt: number | null;
  /** Since when the picture that is still shown is old; null while it is current. */
  readonly lostAt: number | null;
  readonly stream: MediaStream | null;
  readonly screen: Screen | null;
  readonly driving: Driving | null;
  readonly held: Held["reason"];
  readonly quality: Quality | null;
  readonly figures: ViewerFigures | null;
  /** Round trip of the data channel. */
  readonly rttMs: number | null;
  /** The source was not heard for 3 s; input is held. */
  readonly silent: boolean;
  /** The source opened its input channel. */
  readonly canInput: boolean;
}

export const EMPTY_VIEW: ViewerView = {
  state: "idle",
  reason: "",
  startedAt: null,
  pictureAt: null,
  lostAt: null,
  stream: null,
  screen: null,
  driving: null,
  held: "none",
  quality: null,
  figures: null,
  rttMs: null,
  silent: false,
  canInput: false,
};

const KNOWN = new Set(["heartbeat", "screen", "cursor_shape", "cursor", "driving", "held", "quality"]);

/** Return the message, or null for what this version does not know. */
export function parseStateMessage(data: unknown): StateMessage | null {
  if (typeof data !== "string") return null;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || !("type" in value)) return null;
  return typeof value.type === "string" && KNOWN.has(value.type) ? (value as StateMessage) : null;
}
