/** The compact icon tray: a small window over all other programs, drawn by this page. What it shows, and how big it is. */
import { signal, type ReadonlySignal } from "@preact/signals";

/** What stands below the icons while the tray is open. */
export type TrayPane = "chat" | "notes" | "people" | "application" | "session";

export const TRAY_WIDTH = 360;
export const COMPACT_HEIGHT = 96;
export const OPEN_HEIGHT = 480;

/** The browser's own small window over all others (Document Picture-in-Picture); not in every browser. */
export interface PictureInPicture {
  requestWindow(options: { width: number; height: number }): Promise<Window>;
}

export interface TrayPorts {
  readonly pictureInPicture: () => PictureInPicture | undefined;
  /** Opens an empty pop-up window; null where the browser refuses it. */
  readonly popUp: (width: number, height: number) => Window | null;
  /** Draws the tray into an empty window; the result takes it out again. */
  readonly draw: (window: Window) => () => void;
}

export class Tray {
  readonly #window = signal<Window | null>(null);
  readonly #pane = signal<TrayPane | null>(null);
  /** The person works in the tray, not at the page: they opened it, or pressed there last. Dialogs come up there. */
  readonly pressed = signal(false);
  #large = false;
  #clear: (() => void) | null = null;

  constructor(private readonly ports: TrayPorts) {}

  /** The tray's window; null while there is none. */
  get window(): ReadonlySignal<Window | null> {
    return this.#window;
  }

  get pane(): ReadonlySignal<TrayPane | null> {
    return this.#pane;
  }

  /** Whether the chosen customer's chat is before the person's eyes in the tray; null where they work at the page. */
  get readsChat(): boolean | null {
    return this.pressed.peek() ? this.#pane.peek() === "chat" : null;
  }

  /** Opens the window, or brings it to the front; runs inside a click. False where the browser refused. */
  async open(): Promise<boolean> {
    const before = this.#window.peek();
    if (before !== null) {
      before.focus();
      return true;
    }
    const window = await this.#ask();
    if (window === null) return false;
    this.#pane.value = null;
    this.#large = false;
    this.#window.value = window;
    this.pressed.value = true;
    this.#clear = this.ports.draw(window);
    window.addEventListener("pagehide", () => this.#gone(window));
    return true;
  }

  close(): void {
    this.#window.peek()?.close();
    this.#gone(this.#window.peek());
  }

  /** Shows a pane, or closes the one that is shown. */
  toggle(pane: TrayPane): void {
    this.show(this.#pane.peek() === pane ? null : pane);
  }

  show(pane: TrayPane | null): void {
    this.#pane.value = pane;
  }

  /** Makes room for what stands below the icons, or gives it back. Inside a click: browsers refuse it otherwise. */
  fit(large: boolean): void {
    const window = this.#window.peek();
    if (window === null || large === this.#large) return;
    this.#large = large;
    try {
      window.resizeBy(0, (large ? OPEN_HEIGHT : COMPACT_HEIGHT) - window.innerHeight);
    } catch {
      // The person can still draw it larger by its edge.
    }
  }

  async #ask(): Promise<Window | null> {
    const own = this.ports.pictureInPicture();
    try {
      if (own) return await own.requestWindow({ width: TRAY_WIDTH, height: COMPACT_HEIGHT });
    } catch {
      // Switched off by the person or the organisation: a pop-up does as well, only not always in front.
    }
    return this.ports.popUp(TRAY_WIDTH, COMPACT_HEIGHT);
  }

  #gone(window: Window | null): void {
    if (window === null || this.#window.peek() !== window) return;
    this.#clear?.();
    this.#clear = null;
    this.#window.value = null;
    this.pressed.value = false;
  }
}
