/**
 * Operating another computer: turns events of the stage into input messages. Every message carries grant, epoch and
 * a growing `seq`; pointer moves and wheel steps leave at once, at most every 4 ms; whatever is held is let go when
 * the stage loses the focus. The elements come from outside; nothing is built here.
 */
import type { ViewerInput } from "../protocol/generated.ts";
import { Keys } from "./input-keys.ts";
import { type Box, toUnit, wheelSteps } from "./input-geometry.ts";
import type { TouchAction } from "./input-touch.ts";

export interface InputGrant {
  id: string;
  epoch: number;
}

type Bare<T> = T extends { grant: string; epoch: number; seq: number } ? Omit<T, "grant" | "epoch" | "seq"> : never;
export type BareInput = Bare<ViewerInput>;

export interface InputPorts {
  /** Sends one message; false when it was dropped. */
  send(message: ViewerInput): boolean;
  /** The control grant as it is now, or null while nothing may be operated. */
  grant(): InputGrant | null;
  /** Where the picture is on the page, in client pixels; null while there is none. */
  picture(): Box | null;
  requestFrame(run: () => void): number;
  cancelFrame(handle: number): void;
  now(): number;
  /** Operating began or ended. */
  operating(on: boolean): void;
}

export interface InputElements {
  /** Takes pointer events. */
  surface: HTMLElement;
  /** An empty text field that takes the keys, so that input methods work. */
  field: HTMLTextAreaElement;
  /** For blur of the whole window. */
  window: Window;
}

const EDITS: Readonly<Record<string, string>> = {
  deleteContentBackward: "Backspace",
  deleteContentForward: "Delete",
  insertLineBreak: "Enter",
  insertParagraph: "Enter",
};
const MAX_TEXT = 2000;
const MAX_WHEEL = 50;
/** A mouse may report a thousand times a second; nobody sees more than this. */
const MOVE_GAP_MS = 4;

export class StageInput {
  #seq = 0;
  #move: { x: number; y: number } | null = null;
  #wheel = { dx: 0, dy: 0 };
  #at = { x: 0.5, y: 0.5 };
  #flushedAt = -Infinity;
  #frame: number | null = null;
  #buttons = new Set<number>();
  #operating = false;
  readonly #keys: Keys;

  constructor(
    private readonly elements: InputElements,
    private readonly ports: InputPorts,
  ) {
    this.#keys = new Keys({
      send: (bare) => this.#send(bare),
      leave: () => this.leave(),
      now: () => ports.now(),
    });
  }

  get operating(): boolean {
    return this.#operating;
  }

  /** Listens until the answer is called. */
  start(): () => void {
    const stop = new AbortController();
    const { surface, field, window } = this.elements;
    const on = { signal: stop.signal };
    surface.addEventListener("pointerdown", (event) => this.#down(event), on);
    surface.addEventListener("pointermove", (event) => this.#moved(event), on);
    // Where the browser has it, a move is known here before the frame that `pointermove` waits for.
    surface.addEventListener("pointerrawupdate", (event) => this.#placed(event as PointerEvent), on);
    surface.addEventListener("pointerup", (event) => this.#up(event), on);
    surface.addEventListener("pointercancel", (event) => event.pointerType !== "touch" && this.release(), on);
    surface.addEventListener("wheel", (event) => this.#turned(event), { ...on, passive: false });
    surface.addEventListener("contextmenu", (event) => this.#may() && event.preventDefault(), on);
    field.addEventListener("focus", () => this.#begin(), on);
    field.addEventListener("blur", () => this.#end(), on);
    field.addEventListener("keydown", (event) => this.#operating && this.#keys.down(event), on);
    field.addEventListener("keyup", (event) => this.#operating && this.#keys.up(event), on);
    field.addEventListener("compositionstart", () => this.#keys.compositionStarted(), on);
    field.addEventListener("compositionend", (event) => this.#composed(event.data), on);
    field.addEventListener("beforeinput", (event) => this.#edits(event), on);
    field.addEventListener("input", (event) => this.#typed(event), on);
    field.addEventListener("paste", (event) => this.#pasted(event), on);
    window.addEventListener("blur", () => this.release(), on);
    window.addEventListener("pagehide", () => this.release(), on);
    return () => {
      stop.abort();
      this.leave();
      if (this.#frame !== null) this.ports.cancelFrame(this.#frame);
      this.#frame = null;
    };
  }

  /** Types text as a whole (paste, special characters). */
  text(text: string): void {
    for (let from = 0; from < text.length; ) {
      let to = Math.min(text.length, from + MAX_TEXT);
      // A surrogate pair is one character; the cut must not fall between its halves.
      if (to < text.length && /[\uD800-\uDBFF]/.test(text.charAt(to - 1))) to -= 1;
      this.#send({ type: "text", text: text.slice(from, to) });
      from = to;
    }
  }

  /** Presses keys together and lets them go in the opposite order, e.g. Ctrl, Alt, Delete. */
  chord(keys: readonly { key: string; code: string }[]): void {
    for (const { key, code } of keys) this.#send({ type: "key", key, code, down: true });
    for (const { key, code } of [...keys].reverse()) this.#send({ type: "key", key, code, down: false });
  }

  /** What keys cannot do everywhere. */
  system(action: "secure_attention" | "lock"): void {
    this.#send({ type: "system", action });
  }

  /** What fingers on the picture mean. The field keeps the focus that it has: it would open the keyboard of a phone. */
  touched(action: TouchAction): void {
    if (action.do === "ring" || action.do === "pan" || action.do === "zoom") return;
    const place = this.#place({ clientX: action.x, clientY: action.y });
    if (!this.#may() || !place || (!place.inside && action.do !== "lift")) return;
    this.#begin();
    if (action.do === "wheel") {
      this.#at = { x: place.x, y: place.y };
      this.#wheel.dx += action.dx;
      this.#wheel.dy += action.dy;
      this.#soon();
      return;
    }
    const { x, y } = place;
    if (x !== this.#at.x || y !== this.#at.y) this.#move = { x, y };
    if (action.do === "move") this.#soon();
    else this.#click(action.button, action.do === "press");
  }

  #click(button: number, down: boolean): void {
    if (!down && !this.#buttons.delete(button)) return;
    if (down) this.#buttons.add(button);
    this.#flush();
    this.#send({ type: "button", ...this.#at, button, down });
  }

  /** Lets go of every key and button. */
  release(): void {
    const held = this.#keys.clear() || this.#buttons.size > 0;
    this.#buttons.clear();
    if (held) this.#send({ type: "release" });
  }

  /** Ends operating; the keys are the console's again. */
  leave(): void {
    this.release();
    this.elements.field.blur();
    this.#end();
  }

  #may(): boolean {
    return this.ports.grant() !== null && this.ports.picture() !== null;
  }

  #send(bare: BareInput): boolean {
    const grant = this.ports.grant();
    if (!grant) return false;
    this.#seq += 1;
    return this.ports.send({ ...bare, grant: grant.id, epoch: grant.epoch, seq: this.#seq });
  }

  #begin(): void {
    if (this.#operating || !this.#may()) return;
    this.#operating = true;
    this.ports.operating(true);
  }

  #end(): void {
    if (!this.#operating) return;
    this.release();
    this.#operating = false;
    this.elements.field.value = "";
    this.ports.operating(false);
  }

  #place(event: { clientX: number; clientY: number }): { x: number; y: number; inside: boolean } | null {
    const box = this.ports.picture();
    return box ? toUnit(box, event.clientX, event.clientY) : null;
  }

  #down(event: PointerEvent): void {
    if (event.pointerType === "touch") return;
    const place = this.#place(event);
    if (!this.#may() || !place?.inside || event.button < 0 || event.button > 4) return;
    event.preventDefault();
    this.elements.field.focus({ preventScroll: true });
    this.#begin();
    this.elements.surface.setPointerCapture(event.pointerId);
    this.#keys.disturbed();
    this.#flush();
    this.#at = { x: place.x, y: place.y };
    this.#buttons.add(event.button);
    this.#send({ type: "button", ...this.#at, button: event.button, down: true });
  }

  #up(event: PointerEvent): void {
    if (event.pointerType === "touch" || !this.#buttons.delete(event.button)) return;
    event.preventDefault();
    const place = this.#place(event);
    if (place) this.#at = { x: place.x, y: place.y };
    this.#flush();
    this.#send({ type: "button", ...this.#at, button: event.button, down: false });
  }

  #moved(event: PointerEvent): void {
    if (!this.#operating || event.pointerType === "touch") return;
    // A second button pressed or let go while another is held arrives as a move ("chorded buttons").
    if (event.button >= 0) this.#chorded(event);
    this.#placed(event);
  }

  #placed(event: PointerEvent): void {
    if (!this.#operating || event.pointerType === "touch") return;
    const place = this.#place(event);
    if (!place || (!place.inside && this.#buttons.size === 0)) return;
    const { x, y } = this.#move ?? this.#at;
    if (place.x === x && place.y === y) return;
    this.#move = { x: place.x, y: place.y };
    this.#soon();
  }

  #chorded(event: PointerEvent): void {
    const mask = [1, 4, 2, 8, 16][event.button] ?? 0;
    if ((event.buttons & mask) !== 0) this.#down(event);
    else this.#up(event);
  }

  #turned(event: WheelEvent): void {
    if (!this.#operating) return;
    event.preventDefault();
    const steps = wheelSteps(event);
    this.#wheel.dx += steps.dx;
    this.#wheel.dy += steps.dy;
    const place = this.#place(event);
    if (place?.inside) this.#at = { x: place.x, y: place.y };
    this.#soon();
  }

  #soon(): void {
    if (this.ports.now() - this.#flushedAt >= MOVE_GAP_MS) this.#flush();
    else this.#schedule();
  }

  #schedule(): void {
    if (this.#frame !== null) return;
    this.#frame = this.ports.requestFrame(() => {
      this.#frame = null;
      this.#flush();
    });
  }

  #flush(): void {
    this.#flushedAt = this.ports.now();
    if (this.#move) {
      this.#at = this.#move;
      this.#move = null;
      this.#send({ type: "pointer", ...this.#at });
    }
    const { dx, dy } = this.#wheel;
    if (dx === 0 && dy === 0) return;
    this.#wheel = { dx: 0, dy: 0 };
    const limit = (steps: number): number => Math.max(-MAX_WHEEL, Math.min(MAX_WHEEL, steps));
    this.#send({ type: "wheel", ...this.#at, dx: limit(dx), dy: limit(dy) });
  }

  #composed(text: string): void {
    this.#keys.compositionEnded();
    this.elements.field.value = "";
    if (this.#operating && text !== "") this.text(text);
  }

  #typed(event: Event): void {
    if ((event as InputEvent).isComposing || this.#keys.composing) return;
    const { value } = this.elements.field;
    this.elements.field.value = "";
    if (this.#operating && value !== "") this.text(value);
  }

  /** A phone's keyboard edits without telling of keys. */
  #edits(event: InputEvent): void {
    const key = EDITS[event.inputType];
    if (!this.#operating || event.isComposing || key === undefined) return;
    event.preventDefault();
    this.chord([{ key, code: key }]);
  }

  #pasted(event: ClipboardEvent): void {
    event.preventDefault();
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (this.#operating && text !== "") this.text(text.replaceAll("\r\n", "\n"));
  }
}
