/** Asking this browser for a picture of its computer, and whether it can give one. */

import type { Surface } from "./capabilities.ts";

/** The person chose a whole screen where only a window was asked for: nothing is shown. */
export class TooMuchChosen extends Error {
  override readonly name = "TooMuchChosen";
}

const COMMON = {
  audio: false,
  // Not this page: showing it would mirror the conversation into itself.
  selfBrowserSurface: "exclude",
};
const FRAME_RATE = { ideal: 30, max: 30 };
const WANTED = {
  desktop: { ...COMMON, video: { displaySurface: "monitor", frameRate: FRAME_RATE }, surfaceSwitching: "include", monitorTypeSurfaces: "include" },
  application: { ...COMMON, video: { displaySurface: "window", frameRate: FRAME_RATE }, surfaceSwitching: "exclude", monitorTypeSurfaces: "exclude" },
} as const;

/**
 * Ask the browser for a screen or a window; must run inside the click. Rejects when the person closes the picker, and
 * with `TooMuchChosen` where an older browser let them choose a whole screen for an application. Less than asked is fine.
 */
export async function captureScreen(devices: MediaDevices, surface: Surface): Promise<MediaStream> {
  const stream = await devices.getDisplayMedia(WANTED[surface]);
  const chosen = stream.getVideoTracks()[0]?.getSettings().displaySurface;
  if (surface === "application" && chosen === "monitor") {
    for (const track of stream.getTracks()) track.stop();
    throw new TooMuchChosen();
  }
  return stream;
}

/** Whether this device can show its screen from the page: computers can, phones never. */
export function canShowScreen(navigator: Navigator): boolean {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  return typeof devices?.getDisplayMedia === "function" && !isPhone(navigator);
}

export function isPhone(navigator: Navigator): boolean {
  const hints = (navigator as { readonly userAgentData?: { readonly mobile: boolean } }).userAgentData;
  if (hints !== undefined) return hints.mobile;
  return /Android|iPhone|iPad|iPod|Mobile/i.test(navigator.userAgent) || (navigator.maxTouchPoints > 1 && /Mac/.test(navigator.userAgent));
}
