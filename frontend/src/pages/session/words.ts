/** What each capability means to a customer, in words: questions, what is included and what not, lines of the log. */

import { isControl, ownerIsCsr, surfaceOf } from "../../core/capabilities.ts";
import { t } from "../../core/i18n.ts";
import type { Outcome } from "../../core/history.ts";
import type { Capability, Scope, SharingQuality } from "../../protocol/generated.ts";
import type { IconName } from "../../ui/icon.tsx";

/** One colour and one icon for a capability, everywhere. */
export function look(capability: Capability): { readonly icon: IconName; readonly kind: "c-view" | "c-control" | "c-plain" } {
  const surface = surfaceOf(capability);
  if (surface === null) return { icon: "clipboard", kind: "c-plain" };
  const control = isControl(capability);
  const shared = ownerIsCsr(capability);
  const icon: IconName = shared ? (control ? "share-control" : "share-view") : surface === "application" ? (control ? "app-control" : "app-view") : control ? "control" : "view";
  return { icon, kind: control ? "c-control" : "c-view" };
}

/** The question in one line. `operator` is set where somebody else than the asker gets the mouse. */
export function headline(capability: Capability, name: string, operator: string | null): string {
  if (operator !== null) return t("{name} asks that {operator} may operate your computer", { name, operator });
  switch (capability) {
    case "screen.view.desktop":
      return t("{name} asks to see your desktop", { name });
    case "screen.control.desktop":
      return t("{name} asks to operate your desktop", { name });
    case "screen.view.application":
      return t("{name} asks to see applications that you choose", { name });
    case "screen.control.application":
      return t("{name} asks to operate applications that you choose", { name });
    case "share.view.desktop":
      return t("{name} wants to show you their desktop", { name });
    case "share.view.application":
      return t("{name} wants to show you an application", { name });
    case "share.control.desktop":
      return t("{name} offers you control of their desktop", { name });
    case "share.control.application":
      return t("{name} offers you control of an application", { name });
    case "clipboard.to_csr":
      return t("{name} asks for the text of your clipboard, once", { name });
    case "clipboard.to_customer":
      return t("{name} asks to put text on your clipboard, once", { name });
  }
}

/** What Allow or Accept includes. */
export function included(capability: Capability, name: string): string {
  switch (capability) {
    case "screen.view.application":
      return t("The picture of one window or tab, until you stop it. You choose it in the next step.");
    case "share.view.desktop":
      return t("You see the desktop of {name} here on this page, until one of you stops it.", { name });
    case "share.view.application":
      return t("You see the windows that {name} chooses here on this page, until one of you stops it.", { name });
    case "share.control.desktop":
      return t("You see the desktop of {name} and operate it, once {name} has confirmed. {name} can take it back at any time.", { name });
    case "share.control.application":
      return t("You see the windows that {name} chooses and operate them, once {name} has confirmed. {name} can take it back at any time.", { name });
    default:
      return t("The picture of one screen, window or tab, until you stop it. You choose it in the next step.");
  }
}

export function excluded(capability: Capability): string {
  if (ownerIsCsr(capability)) return t("Nothing of your own computer is shown or operated.");
  return surfaceOf(capability) === "application"
    ? t("Not the rest of your screen, not operate it, not your files, not the clipboard")
    : t("Not operate it, not your files, not the clipboard");
}

/** What a grant of the reader's own computer, or of another one, is called in the list of what is allowed. */
export function grantName(capability: Capability, scope: Scope, owner: string | null): string {
  const [monitor] = scope.monitors;
  switch (surfaceOf(capability)) {
    case null:
      return t("Clipboard, once");
    case "application":
      if (owner !== null) return isControl(capability) ? t("Control: windows of {name}", { name: owner }) : t("Windows of {name}", { name: owner });
      return isControl(capability) ? t("Control: chosen applications") : t("Chosen applications");
    case "desktop":
      if (owner !== null) return isControl(capability) ? t("Control: desktop of {name}", { name: owner }) : t("Desktop of {name}", { name: owner });
      if (isControl(capability)) return t("Control");
      return monitor === undefined ? t("Screen") : t("Monitor {n}", { n: monitor });
  }
}

/** One line of the conversation about an answered request or an ended grant. */
export function toldSentence(capability: Capability, outcome: Outcome, name: string): string {
  if (outcome === "expired") return t("No answer to {name}’s request, so it was denied", { name });
  if (outcome === "cancelled") return t("{name} took the request back", { name });
  switch (capability) {
    case "screen.view.desktop":
      return outcome === "granted"
        ? t("You allowed {name} to see your desktop", { name })
        : outcome === "denied"
          ? t("You denied {name} to see your desktop", { name })
          : t("{name} no longer sees your desktop", { name });
    case "screen.control.desktop":
      return outcome === "granted"
        ? t("You allowed {name} to operate your desktop", { name })
        : outcome === "denied"
          ? t("You denied {name} to operate your desktop", { name })
          : t("{name} no longer operates your desktop", { name });
    case "screen.view.application":
      return outcome === "granted"
        ? t("You allowed {name} to see applications that you chose", { name })
        : outcome === "denied"
          ? t("You denied {name} to see your applications", { name })
          : t("{name} no longer sees your applications", { name });
    case "screen.control.application":
      return outcome === "granted"
        ? t("You allowed {name} to operate applications that you chose", { name })
        : outcome === "denied"
          ? t("You denied {name} to operate your applications", { name })
          : t("{name} no longer operates your applications", { name });
    case "clipboard.to_csr":
      return outcome === "granted"
        ? t("You allowed {name} to read the clipboard once", { name })
        : outcome === "denied"
          ? t("You denied {name} to read the clipboard", { name })
          : t("{name} can no longer read the clipboard", { name });
    case "clipboard.to_customer":
      return outcome === "granted"
        ? t("You allowed {name} to put text on the clipboard once", { name })
        : outcome === "denied"
          ? t("You denied {name} to put text on the clipboard", { name })
          : t("{name} can no longer put text on the clipboard", { name });
    default:
      return sharedSentence(capability, outcome, name);
  }
}

function sharedSentence(capability: Capability, outcome: Outcome, name: string): string {
  const control = isControl(capability);
  switch (outcome) {
    case "accepted":
      return control ? t("You accepted the control that {name} offers", { name }) : t("You accepted to see what {name} shows", { name });
    case "granted":
      return control ? t("{name} confirmed: you may operate", { name }) : t("{name} shows you something", { name });
    case "denied":
      return control ? t("You did not accept the control that {name} offered", { name }) : t("You did not accept to see what {name} shows", { name });
    default:
      return control ? t("You no longer operate the computer of {name}", { name }) : t("{name} shows you nothing any more", { name });
  }
}

export function qualitySentence(quality: SharingQuality, name: string): string {
  switch (quality) {
    case "standard":
      return t("{name} set the picture to Standard: sharp first", { name });
    case "sampling":
      return t("{name} set the picture to Screen sampling: fast first", { name });
    case "auto":
      return t("{name} set the picture to Auto: sharp or fast by what moves", { name });
  }
}

/** Somebody else helps from now on, or may. `name` is a person's, a queue's or several CSRs'. */
export function handedSentence(what: "passed" | "offered" | "returned" | "requeued", name: string): string {
  switch (what) {
    case "passed":
      return t("{name} leads the session now.", { name });
    case "offered":
      return t("You are being passed on to {name}. Until somebody there answers, nothing changes.", { name });
    case "returned":
      return t("Nobody there could take over: you stay with the same representative.");
    case "requeued":
      return t("The connection to your representative was lost. You keep your place and wait in {name}.", { name });
  }
}
