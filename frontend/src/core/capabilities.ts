/** What follows from a capability's name: whose computer, what of it, and whether it is operated. Mirror of `supportsite/protocol/capabilities.py`. */

import type { Capability } from "../protocol/generated.ts";

export type Surface = "desktop" | "application";
export type Side = "screen" | "share";

export const VIEW_DESKTOP = "screen.view.desktop" satisfies Capability;
export const CONTROL_DESKTOP = "screen.control.desktop" satisfies Capability;

/** Every screen capability, in the order of the tool strip. */
export const SCREEN: readonly Capability[] = (["desktop", "application"] as const).flatMap((surface) => [
  capabilityOf("screen", "view", surface),
  capabilityOf("screen", "control", surface),
  capabilityOf("share", "view", surface),
  capabilityOf("share", "control", surface),
]);
export const CLIPBOARD: readonly Capability[] = ["clipboard.to_csr", "clipboard.to_customer"];

export function capabilityOf(side: Side, power: "view" | "control", surface: Surface): Capability {
  return `${side}.${power}.${surface}`;
}

export function isClipboard(capability: Capability): boolean {
  return capability.startsWith("clipboard.");
}

export function isScreen(capability: Capability): boolean {
  return !isClipboard(capability);
}

export function isControl(capability: Capability): boolean {
  return capability.includes(".control.");
}

/** It shows a screen and operates nothing. */
export function isView(capability: Capability): boolean {
  return capability.includes(".view.");
}

/** It is about the CSR's computer. */
export function ownerIsCsr(capability: Capability): boolean {
  return capability.startsWith("share.");
}

/** What a screen capability shows; null for the others. */
export function surfaceOf(capability: Capability): Surface | null {
  if (!isScreen(capability)) return null;
  return capability.endsWith(".application") ? "application" : "desktop";
}

/** The view that a screen capability implies: itself, or the view of the same side and surface. */
export function viewOf(capability: Capability): Capability {
  return capability.replace(".control.", ".view.") as Capability;
}

/** The control of the same side and surface as a screen capability. */
export function controlOf(capability: Capability): Capability {
  return capability.replace(".view.", ".control.") as Capability;
}
