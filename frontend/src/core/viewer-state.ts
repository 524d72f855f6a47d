/** What a viewer knows of the shared screen, and how the source's `state` messages are read. */
import type { Capture, Driving, Held, Quality, Screen, StateMessage } from "../protocol/generated.ts";
import type { ViewerFigures } from "./viewer-stats.ts";

export type ViewerState = "idle" | "asking" | "connecting" | "live" | "lost" | "closed";

/** Which states may follow each. */
export const NEXT_STATES: Record<ViewerState, readonly ViewerState[]> = {
  idle: ["asking", "closed"],
  asking: ["connecting", "lost", "closed"],
  connecting: ["live", "lost", "closed"],
  live: ["lost", "closed"],
  lost: ["asking", "closed"],
  closed: [],
};

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
  /** What stands in the way of the picture. */
  readonly capture: Capture["state"];
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
  /** The last connection was refused because of its key; nothing is shown. */
  readonly wrongKey: boolean;
}

export const EMPTY_VIEW: ViewerView = {
  state: "idle",
  reason: "",
  startedAt: null,
  pictureAt: null,
  lostAt: null,
  stream: null,
  screen: null,
  capture: "live",
  driving: null,
  held: "none",
  quality: null,
  figures: null,
  rttMs: null,
  silent: false,
  canInput: false,
  wrongKey: false,
};

const KNOWN = new Set([
  "heartbeat",
  "screen",
  "capture",
  "cursor_shape",
  "cursor",
  "driving",
  "held",
  "quality",
  "mark",
  "marks_cleared",
  "clipboard_part",
]);

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
