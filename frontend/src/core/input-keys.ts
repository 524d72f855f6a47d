/**
 * Keys while operating. `key` decides what is pressed; what went down goes up under the same name, whatever the
 * modifiers did meanwhile. Input methods, dead keys and Ctrl+Shift+V are left to the browser and come back as text.
 * Ctrl and Alt pressed and let go alone end operating.
 */
import type { BareInput } from "./input.ts";

export interface KeyLike {
  readonly key: string;
  readonly code: string;
  readonly repeat: boolean;
  readonly isComposing: boolean;
  readonly keyCode: number;
  readonly ctrlKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  preventDefault(): void;
  stopPropagation(): void;
}

export interface KeyPorts {
  send(message: BareInput): boolean;
  leave(): void;
  now(): number;
}

/** An input method has the key: Chromium and Firefox say "Process", older ones only the key code. */
const INPUT_METHOD_KEY_CODE = 229;
/** Windows sends a made-up left Ctrl just before AltGr. */
const ALTGR_PAIR_MS = 50;
const LOCAL_KEYS = new Set(["Process", "Dead", "Unidentified", "Compose", "KanaMode", "KanjiMode", "HangulMode", "JunjaMode", "ModeChange"]);
const INPUT_METHOD_SWITCHES = new Set(["Zenkaku", "Hankaku", "ZenkakuHankaku", "Hiragana", "Katakana", "HiraganaKatakana", "Romaji", "Alphanumeric", "Eisu", "Convert", "NonConvert"]);

const isChordKey = (key: string): boolean => key === "Control" || key === "Alt";

export class Keys {
  #held = new Map<string, string>();
  #composing = false;
  #alone = false;
  #controlAt = -Infinity;

  constructor(private readonly ports: KeyPorts) {}

  get composing(): boolean {
    return this.#composing;
  }

  down(event: KeyLike): void {
    event.stopPropagation();
    if (this.#composing || event.isComposing || event.keyCode === INPUT_METHOD_KEY_CODE || LOCAL_KEYS.has(event.key)) return;
    if (INPUT_METHOD_SWITCHES.has(event.key)) return;
    if (event.key.toLowerCase() === "v" && event.ctrlKey && event.shiftKey && !event.altKey) {
      this.#letPaste();
      return;
    }
    if (event.key === "AltGraph") {
      this.#altGraph(event);
      return;
    }
    event.preventDefault();
    this.#watchChord(event);
    if (event.code === "ControlLeft") this.#controlAt = this.ports.now();
    const name = event.code || event.key;
    const key = event.repeat ? (this.#held.get(name) ?? event.key) : event.key;
    this.#held.set(name, key);
    this.ports.send({ type: "key", key: key.slice(0, 32), code: event.code.slice(0, 32), down: true });
  }

  up(event: KeyLike): void {
    event.stopPropagation();
    const name = event.code || event.key;
    const key = this.#held.get(name);
    if (key === undefined) return;
    event.preventDefault();
    const leave = this.#alone && isChordKey(event.key);
    this.#held.delete(name);
    this.ports.send({ type: "key", key: key.slice(0, 32), code: event.code.slice(0, 32), down: false });
    if (leave) this.ports.leave();
  }

  /** A button was pressed: Ctrl and Alt belong to it. */
  disturbed(): void {
    this.#alone = false;
  }

  compositionStarted(): void {
    this.#composing = true;
    this.disturbed();
  }

  compositionEnded(): void {
    this.#composing = false;
  }

  /** Forgets what is held; true when there was something. */
  clear(): boolean {
    const held = this.#held.size > 0;
    this.#held.clear();
    this.#alone = false;
    return held;
  }

  #watchChord(event: KeyLike): void {
    if (event.repeat) return;
    const others = [...this.#held.values()];
    const onlyChord = isChordKey(event.key) && others.every(isChordKey);
    this.#alone = onlyChord && others.some((key) => key !== event.key);
  }

  /** The browser pastes; the text comes as a `paste` event. The keys so far must not stay down over there. */
  #letPaste(): void {
    if (this.clear()) this.ports.send({ type: "release" });
  }

  #altGraph(event: KeyLike): void {
    event.preventDefault();
    this.disturbed();
    if (this.#held.get("ControlLeft") !== undefined && this.ports.now() - this.#controlAt < ALTGR_PAIR_MS) {
      this.#held.delete("ControlLeft");
      this.ports.send({ type: "key", key: "Control", code: "ControlLeft", down: false });
    }
  }
}
