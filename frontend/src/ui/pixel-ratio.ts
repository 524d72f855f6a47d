/** Device pixels of one CSS pixel, kept up to date: it changes with zoom and when the window moves to another monitor. */
import { signal, type ReadonlySignal } from "@preact/signals";

const ratio = signal(globalThis.devicePixelRatio || 1);

export const pixelRatio: ReadonlySignal<number> = ratio;

function watch(): void {
  ratio.value = devicePixelRatio;
  // A query for one value fires once, when the value is left.
  matchMedia(`(resolution:${devicePixelRatio}dppx)`).addEventListener("change", watch, { once: true });
}

if (typeof matchMedia === "function") watch();
