/** How a browser source sends: sharp first or fast first, and when "auto" changes its mind. Pure. */

import type { SharingQuality } from "../protocol/generated.ts";

export type QualityMode = "standard" | "sampling";

export interface SendingFigures {
  readonly framesPerSecond: number;
  readonly kbitPerSecond: number;
}

/** What the browser is told for each mode. */
export const SENDING = {
  standard: { contentHint: "detail", degradation: "maintain-resolution" },
  sampling: { contentHint: "motion", degradation: "maintain-framerate" },
} as const;

const MOVING_FRAMES = 8;
const MOVING_KBIT_PER_FRAME = 40;
const STILL_KBIT_PER_SECOND = 400;
const SECONDS_TO_CHANGE = 3;

export class QualityChooser {
  #mode: QualityMode = "standard";
  #against = 0;

  get mode(): QualityMode {
    return this.#mode;
  }

  /** The session's option changed. "auto" goes on with what is right now. */
  set(quality: SharingQuality): QualityMode {
    this.#against = 0;
    if (quality !== "auto") this.#mode = quality;
    return this.#mode;
  }

  /** Once a second in "auto": large changes for some seconds mean motion; little to send for as long means text again. */
  watch({ framesPerSecond, kbitPerSecond }: SendingFigures): QualityMode {
    const moving = framesPerSecond >= MOVING_FRAMES && kbitPerSecond / framesPerSecond >= MOVING_KBIT_PER_FRAME;
    const still = kbitPerSecond < STILL_KBIT_PER_SECOND;
    const other = this.#mode === "standard" ? moving : still;
    this.#against = other ? this.#against + 1 : 0;
    if (this.#against >= SECONDS_TO_CHANGE) {
      this.#mode = this.#mode === "standard" ? "sampling" : "standard";
      this.#against = 0;
    }
    return this.#mode;
  }
}
