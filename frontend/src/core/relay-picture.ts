/** The relay's binary frames: a header of 14 bytes, then a part of an Annex-B H.264 picture (`protocol/relay.py`). */

export interface Picture {
  readonly number: number;
  readonly key: boolean;
  /** Presentation time in 1/90000 s. */
  readonly ticks: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

const HEADER_BYTES = 14;
const KEY_FLAG = 1;
const LAST_FLAG = 2;
const SPS = 7;

/** Puts parts together. A part that does not follow the one before starts over. */
export class PictureReader {
  /** Number of the picture that was begun last. */
  newest = 0;
  #parts: Uint8Array<ArrayBuffer>[] = [];

  /** Return the picture that this part completes, or null. */
  read(frame: ArrayBuffer): Picture | null {
    if (frame.byteLength <= HEADER_BYTES) return null;
    const header = new DataView(frame);
    const flags = header.getUint8(0);
    const part = header.getUint8(1);
    const number = header.getUint32(2);
    if (part === 0) this.#parts = [];
    else if (number !== this.newest || part !== this.#parts.length) return null;
    this.newest = number;
    this.#parts.push(new Uint8Array(frame, HEADER_BYTES));
    if ((flags & LAST_FLAG) === 0) return null;
    const parts = this.#parts.splice(0);
    const data = parts.length === 1 && parts[0] ? parts[0] : join(parts);
    return { number, key: (flags & KEY_FLAG) !== 0, ticks: Number(header.getBigUint64(6)), data };
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Return the codec's name from the sequence parameter set of a key frame, such as "avc1.42c028"; null without one. */
export function codecOf(data: Uint8Array): string | null {
  for (let at = 0; at + 7 < data.length; at += 1) {
    if (data[at] !== 0 || data[at + 1] !== 0 || data[at + 2] !== 1) continue;
    if (((data[at + 3] ?? 0) & 0x1f) !== SPS) continue;
    const hex = [data[at + 4], data[at + 5], data[at + 6]].map((byte) => (byte ?? 0).toString(16).padStart(2, "0"));
    return `avc1.${hex.join("")}`;
  }
  return null;
}
