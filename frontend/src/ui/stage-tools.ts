/** How the picture is fitted, whether it fills the screen, and who operates it: shared by stage bar and picture. */
import { signal } from "@preact/signals";

import type { StageInput } from "../core/input.ts";
import type { MarkKind } from "../core/marks.ts";
import { WHOLE, type Zoom } from "../core/zoom.ts";

export type Fit = "fit" | "actual";

/** Chromium can give every key to a page in full screen; other browsers keep some of them. */
interface KeyboardLock {
  lock(keys?: string[]): Promise<void>;
  unlock(): void;
}

const keyboardLock = (): KeyboardLock | undefined => (navigator as Navigator & { keyboard?: KeyboardLock }).keyboard;

export class StageTools {
  readonly fit = signal<Fit>("fit");
  readonly full = signal(false);
  /** Over the whole page, where the browser has no full screen for parts of it (iPhone). */
  readonly wide = signal(false);
  readonly operating = signal(false);
  /** The chosen tool for pointing and drawing; null while the mouse means the computer. */
  readonly tool = signal<MarkKind | null>(null);
  /** The reader's own zoom into a fitted picture. */
  readonly zoom = signal<Zoom>(WHOLE);
  /** Where a finger holds, 0..1 of the picture; armed: letting go clicks right. */
  readonly ring = signal<{ readonly x: number; readonly y: number; readonly armed: boolean } | null>(null);
  /** The field that takes the keys; null while there is no picture. */
  field: HTMLTextAreaElement | null = null;
  /** The part that sends keys; null while there is no picture. */
  input: StageInput | null = null;
  /** The element that plays the picture; null while there is none. */
  video: HTMLVideoElement | null = null;

  constructor(private readonly frame: () => HTMLElement | null) {}

  start(): () => void {
    const changed = (): void => {
      this.full.value = document.fullscreenElement !== null && document.fullscreenElement === this.frame();
      if (!this.full.peek()) keyboardLock()?.unlock();
    };
    document.addEventListener("fullscreenchange", changed);
    return () => {
      document.removeEventListener("fullscreenchange", changed);
      if (this.full.peek()) void document.exitFullscreen();
    };
  }

  /** Takes a tool, or puts it away again; no key reaches the computer meanwhile. */
  take(tool: MarkKind | null): void {
    this.tool.value = this.tool.peek() === tool ? null : tool;
    if (this.tool.peek() !== null) this.input?.leave();
  }

  /** A new picture, or another way to fit it, is seen whole first. */
  setFit(fit: Fit): void {
    this.zoom.value = WHOLE;
    this.fit.value = fit;
  }

  async toggleFull(): Promise<void> {
    if (this.full.peek()) {
      await document.exitFullscreen();
      return;
    }
    if (!document.fullscreenEnabled) {
      this.wide.value = !this.wide.peek();
      return;
    }
    try {
      await this.frame()?.requestFullscreen();
      await keyboardLock()?.lock();
    } catch (error) {
      console.warn("full screen was refused", error);
    }
  }
}
