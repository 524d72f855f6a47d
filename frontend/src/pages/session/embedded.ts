/** The session inside another site's page: it comes forward when somebody is there, and lets go of the button at the end. */

import { effect } from "@preact/signals";

import type { Host } from "../../core/host.ts";
import type { Model } from "./model.ts";

export function followFromHost(model: Model, host: Host): void {
  let helped = model.helper.peek() !== undefined;
  effect(() => {
    const now = model.helper.value !== undefined;
    if (now && !helped) host.tell({ type: "open" });
    helped = now;
  });
  effect(() => {
    if (model.snapshot.value.state === "ended" || model.left.value) host.tell({ type: "gone" });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing && model.requests.peek().length === 0) host.tell({ type: "close" });
  });
}
