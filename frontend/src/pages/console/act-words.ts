/** What the buttons, bars and chips say of a capability. */
import { isControl, isClipboard, ownerIsCsr, surfaceOf } from "../../core/capabilities.ts";
import { t } from "../../core/i18n.ts";
import type { Capability, RequestInfo } from "../../protocol/generated.ts";
import type { IconName } from "../../ui/icon.tsx";

/** One icon and one colour for a capability everywhere. */
export function iconOf(capability: Capability): IconName {
  if (isClipboard(capability)) return "clipboard";
  if (ownerIsCsr(capability)) return isControl(capability) ? "share-control" : "share-view";
  if (surfaceOf(capability) === "application") return isControl(capability) ? "app-control" : "app-view";
  return isControl(capability) ? "control" : "view";
}

export function toneOf(capability: Capability): "" | "c-view" | "c-control" {
  if (isClipboard(capability)) return "";
  return isControl(capability) ? "c-control" : "c-view";
}

/** The button's label while nothing is asked. */
export function askLabel(capability: Capability): string {
  if (capability === "clipboard.to_csr") return t("Get clipboard");
  if (capability === "clipboard.to_customer") return t("Send clipboard");
  if (ownerIsCsr(capability)) return isControl(capability) ? t("Share control") : t("Share view");
  return isControl(capability) ? t("Request control") : t("Request view");
}

export function stopLabel(capability: Capability): string {
  if (ownerIsCsr(capability)) return isControl(capability) ? t("Stop shared control") : t("Stop sharing");
  return isControl(capability) ? t("Stop control") : t("Stop viewing");
}

export function pausedLabel(capability: Capability): string {
  if (ownerIsCsr(capability)) return t("Sharing paused");
  return isControl(capability) ? t("Control paused") : t("Viewing paused");
}

/** What is waited for now, as the bar over the stage says it. `name` is the customer's, `operator` an assisting CSR's. */
export function waitingWords(request: RequestInfo, name: string, operator: string | null): string {
  const { capability } = request;
  if (request.accepted_at !== null) return t("{name} agreed. Waiting for your computer", { name });
  if (capability === "clipboard.to_csr") return t("Waiting for {name} to give the text of the clipboard", { name });
  if (capability === "clipboard.to_customer") return t("Waiting for {name} to take the text of your clipboard", { name });
  if (ownerIsCsr(capability)) return shareWords(capability, name);
  if (request.via === null) return needsManagerWords(capability, name);
  if (operator !== null) return t("Waiting for {name} to let {operator} control", { name, operator });
  const application = surfaceOf(capability) === "application";
  if (isControl(capability)) return application ? t("Waiting for {name} to allow control of an application", { name }) : t("Waiting for {name} to allow control of the desktop", { name });
  return application ? t("Waiting for {name} to choose an application to show", { name }) : t("Waiting for {name} to allow viewing the desktop", { name });
}

function needsManagerWords(capability: Capability, name: string): string {
  return isControl(capability) ? t("Control needs Support Manager. {name} is being offered it now.", { name }) : t("{name} is being offered Support Manager now.", { name });
}

function shareWords(capability: Capability, name: string): string {
  const application = surfaceOf(capability) === "application";
  if (isControl(capability)) return application ? t("Waiting for {name} to agree to operate your application", { name }) : t("Waiting for {name} to agree to operate your desktop", { name });
  return application ? t("Waiting for {name} to agree to see your application", { name }) : t("Waiting for {name} to agree to see your desktop", { name });
}
