/** The sentences of requests and grants, for every capability. */
import { isClipboard, isControl, ownerIsCsr, surfaceOf } from "../../core/capabilities.ts";
import { t } from "../../core/i18n.ts";
import type { Capability, GrantInfo, RequestInfo, SessionSnapshot, StopCause } from "../../protocol/generated.ts";
import { participant } from "./people.ts";

export function askedWords(request: RequestInfo, snapshot: SessionSnapshot, actor: string): string {
  const { capability } = request;
  const operator = request.source === null && request.operator !== request.requester ? participant(snapshot, request.operator) : undefined;
  const mine = request.requester === snapshot.me;
  if (operator) {
    return mine ? t("You asked to hand the mouse to {operator}", { operator: operator.name }) : t("{name} asked to hand the mouse to {operator}", { name: actor, operator: operator.name });
  }
  return mine ? youAsked(capability) : theyAsked(capability, actor);
}

function youAsked(capability: Capability): string {
  const application = surfaceOf(capability) === "application";
  if (capability === "clipboard.to_csr") return t("You asked for the text of the clipboard");
  if (capability === "clipboard.to_customer") return t("You offered the text of your clipboard");
  if (ownerIsCsr(capability)) {
    if (isControl(capability)) return application ? t("You offered control of your application") : t("You offered control of your desktop");
    return application ? t("You offered to show your application") : t("You offered to show your desktop");
  }
  if (isControl(capability)) return application ? t("You asked to control an application") : t("You asked to control the desktop");
  return application ? t("You asked to see an application") : t("You asked to see the desktop");
}

function theyAsked(capability: Capability, name: string): string {
  const application = surfaceOf(capability) === "application";
  if (capability === "clipboard.to_csr") return t("{name} asked for the text of the clipboard", { name });
  if (capability === "clipboard.to_customer") return t("{name} offered the text of the clipboard", { name });
  if (ownerIsCsr(capability)) {
    if (isControl(capability)) return application ? t("{name} offered control of their application", { name }) : t("{name} offered control of their desktop", { name });
    return application ? t("{name} offered to show their application", { name }) : t("{name} offered to show their desktop", { name });
  }
  if (isControl(capability)) return application ? t("{name} asked to control an application", { name }) : t("{name} asked to control the desktop", { name });
  return application ? t("{name} asked to see an application", { name }) : t("{name} asked to see the desktop", { name });
}

/** `name` is the customer's. */
export function grantedWords(grant: GrantInfo, snapshot: SessionSnapshot, name: string): string {
  const { capability } = grant;
  if (capability === "clipboard.to_csr") return t("{name} gives the text of the clipboard, once", { name });
  if (capability === "clipboard.to_customer") return t("{name} takes the text of the clipboard, once", { name });
  if (ownerIsCsr(capability)) return sharedWords(grant, snapshot, name);
  if (surfaceOf(capability) === "application") return applicationWords(grant, name);
  if (isControl(capability)) {
    const holder = participant(snapshot, grant.holder);
    return holder?.role === "assisting_csr"
      ? t("{name} allowed {operator} to control the desktop", { name, operator: holder.name })
      : t("{name} allowed control of the desktop", { name });
  }
  const { monitors } = grant.scope;
  if (monitors.length === 0) return t("{name} allowed viewing: desktop", { name });
  return t("{name} allowed viewing: desktop, monitor {n}", { name, n: monitors.join(", ") });
}

function applicationWords({ capability, scope }: GrantInfo, name: string): string {
  const list = [...new Set(scope.applications.map((one) => one.name || one.title))].filter(Boolean).join(", ");
  if (isControl(capability)) return list ? t("{name} allowed control of: {list}", { name, list }) : t("{name} allowed control of an application", { name });
  return list ? t("{name} allowed viewing: {list}", { name, list }) : t("{name} allowed viewing: an application", { name });
}

function sharedWords({ capability, owner }: GrantInfo, snapshot: SessionSnapshot, name: string): string {
  const application = surfaceOf(capability) === "application";
  if (owner === snapshot.me) {
    if (isControl(capability)) return application ? t("{name} may operate your application", { name }) : t("{name} may operate your desktop", { name });
    return application ? t("You show your application") : t("You show your desktop");
  }
  const csr = participant(snapshot, owner)?.name ?? "";
  if (isControl(capability)) return t("{name} may operate the computer of {csr}", { name, csr });
  return application ? t("{name} shows an application", { name: csr }) : t("{name} shows the desktop", { name: csr });
}

/** The owner pressed Pause. `name` is the customer's. */
export function pausedWords({ owner }: GrantInfo, snapshot: SessionSnapshot, name: string): string {
  return owner === snapshot.me ? t("You paused") : t("{name} paused", { name: participant(snapshot, owner)?.name ?? name });
}

/** `name` is whose computer it was about, or who stopped everything; `mine`: it was the reader's computer. */
export function stoppedWords(capability: Capability, cause: StopCause, name: string, mine: boolean): string {
  if (isClipboard(capability)) return cause === "used" ? t("The text of the clipboard was handed over") : t("The clipboard was not used");
  const control = isControl(capability);
  switch (cause) {
    case "owner_stop":
      if (mine) return control ? t("You stopped control") : t("You stopped sharing");
      return control ? t("{name} stopped control", { name }) : t("{name} stopped viewing", { name });
    case "stop_everything":
      return t("{name} stopped everything", { name });
    case "csr_release":
      return control ? t("Control stopped by the CSR") : t("Viewing stopped by the CSR");
    case "superseded":
      return t("Replaced by a new share");
    case "source_closed":
      return t("The shared screen was closed");
    case "endpoint_lost":
    case "connection_lost":
      return control ? t("Control ended: connection lost") : t("Viewing ended: connection lost");
    default:
      return control ? t("Control ended") : t("Viewing ended");
  }
}
