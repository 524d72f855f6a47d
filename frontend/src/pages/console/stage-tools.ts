/** How the picture is fitted, whether it fills the screen, and who operates it: shared by stage bar and picture. */
import { signal } from "@preact/signals";

import type { StageInput } from "../../core/input.ts";

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
  readonly operating = signal(false);
  /** The part that sends keys; null while there is no picture. */
  input: StageInput | null = null;

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

  async toggleFull(): Promise<void> {
    if (this.full.peek()) {
      await document.exitFullscreen();
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
