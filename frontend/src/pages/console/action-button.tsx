/** The request button: one place, one button, every state of a request. */
import type { JSX } from "preact";

import { canShowScreen } from "../../core/capture.ts";
import { isControl, ownerIsCsr } from "../../core/capabilities.ts";
import { formatCountdown, formatTime, t } from "../../core/i18n.ts";
import { participant, supportManager } from "../../core/store.ts";
import type { Capability } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import { Ring } from "../../ui/ring.tsx";
import { askLabel, iconOf, pausedLabel, stopLabel } from "./act-words.ts";
import { actionState, type ActionFacts, type ActionState, privilegeOf } from "./action.ts";
import type { SessionCase } from "./case.ts";
import { type CaseProps, useDesk } from "./context.ts";
import type { Desk } from "./desk.ts";
import { customer, shortName } from "./people.ts";

export function stateOf(desk: Desk, one: SessionCase, capability: Capability): ActionState {
  return actionState(capability, {
    snapshot: one.snapshot.value,
    now: desk.now.value,
    online: one.live.link.value.phase === "live",
    privilege: desk.me.privileges[privilegeOf(capability)] !== false,
    denial: one.denials.value[capability],
    ownerDrives: one.picture.view.value.held === "owner_input",
    pauses: one.pauses.value,
    own: ownProgram(one),
  });
}

/** What of this CSR's computer can be shown now. */
function ownProgram(one: SessionCase): ActionFacts["own"] {
  const snapshot = one.snapshot.value;
  if (supportManager(participant(snapshot, snapshot.me))) return "support_manager";
  return canShowScreen(navigator) ? "browser" : "nothing";
}

/** What a press of the button does: ask, cancel or stop. */
export async function pressAction(desk: Desk, one: SessionCase, capability: Capability): Promise<void> {
  const state = stateOf(desk, one, capability);
  const { commands } = one.live;
  switch (state.kind) {
    case "idle":
    case "denied":
    case "setup":
      if (ownerIsCsr(capability)) await one.share.begin(capability, desk);
      else await desk.run(() => commands.ask(capability));
      break;
    case "pending":
      await desk.run(() => commands.cancel(state.request.id));
      break;
    case "granted":
    case "paused":
      await one.stop(desk, state.grant);
      break;
    default:
      desk.note(blockedWords(state, one) ?? "");
  }
}

interface Look {
  kind: string;
  icon: JSX.Element;
  label: string;
  sub?: string | undefined;
  title?: string | undefined;
  blocked?: boolean;
  pressed?: boolean;
}

export function ActionButton({ one, capability }: CaseProps & { capability: Capability }): JSX.Element {
  const desk = useDesk();
  const look = lookOf(stateOf(desk, one, capability), capability, one);
  return (
    <button
      type="button"
      class={look.kind}
      data-capability={capability}
      aria-disabled={look.blocked ?? false}
      aria-pressed={look.pressed}
      title={look.title}
      onClick={() => void pressAction(desk, one, capability)}
    >
      {look.icon}
      {look.label}
      {look.sub && <span class="sub">{look.sub}</span>}
    </button>
  );
}

/** How a request button looks in its state. */
export function lookOf(state: ActionState, capability: Capability, one: SessionCase): Look {
  const label = askLabel(capability);
  const icon = <Icon name={iconOf(capability)} />;
  const on = isControl(capability) ? "act on-control" : "act on-view";
  switch (state.kind) {
    case "idle":
      return { kind: "act", icon, label };
    case "setup":
      return { kind: "act", icon, label, title: t("Needs your own Support Manager. Press to attach it.") };
    case "pending":
      return pendingLook(state, label);
    case "granted":
      return { kind: on, icon, label: stopLabel(capability), pressed: true };
    case "paused":
      return { kind: on, icon: <Icon name="pause" />, label: pausedLabel(capability), pressed: true, title: pausedWords(state, one) };
    case "denied":
      return { kind: "act", icon: <Icon name="x" />, label: deniedWords(state) };
    case "resting":
      return { kind: "act", icon: <Icon name="clock" />, label, sub: formatCountdown(state.leftMs / 1000), blocked: true, title: blockedWords(state, one) };
    case "locked":
      return { kind: "act", icon: <Icon name="lock" />, label, blocked: true, title: blockedWords(state, one) };
    case "off":
      return { kind: "act", icon, label, sub: state.why === "offline" ? t("offline") : undefined, blocked: true, title: blockedWords(state, one) };
  }
}

function pendingLook(state: Extract<ActionState, { kind: "pending" }>, label: string): Look {
  const own = state.step === "own_computer";
  return {
    kind: "act pending",
    icon: <Ring left={state.share} of={1} />,
    label: own ? t("Confirm on your computer") : label,
    sub: formatCountdown(state.leftMs / 1000),
    title: t("Press to cancel the request"),
  };
}

export function deniedWords({ denial }: Extract<ActionState, { kind: "denied" }>): string {
  const at = formatTime(denial.at);
  return denial.how === "denied" ? t("Denied {time}", { time: at }) : t("No answer {time}", { time: at });
}

function pausedWords({ why, grant }: Extract<ActionState, { kind: "paused" }>, one: SessionCase): string {
  const name = shortName(customer(one.snapshot.value)?.name ?? t("Customer"));
  if (why === "by_hand") return grant.owner === one.snapshot.value.me ? t("Paused on your computer. Press to stop.") : t("{name} pressed Pause. Press to stop.", { name });
  return why === "owner" ? t("{name} uses the mouse or keyboard now. Press to stop.", { name }) : t("Connection lost. Press to stop.");
}

/** Why it cannot be asked for now, and who can change it. */
export function blockedWords(state: ActionState, one: SessionCase): string | undefined {
  const name = shortName(customer(one.snapshot.value)?.name ?? t("Customer"));
  if (state.kind === "resting") return t("Denied three times. You can ask again in {time}.", { time: formatCountdown(state.leftMs / 1000) });
  if (state.kind === "locked") {
    if (state.why === "privilege") return t("Your administrator can allow this for you.");
    if (state.why === "site_unverified") return t("The organisation is not verified yet: it may view, not control. The platform's staff can change it.");
    return t("Only the primary CSR may ask.");
  }
  if (state.kind !== "off") return undefined;
  switch (state.why) {
    case "offline":
      return t("You are offline. Asking works again when the connection is back.");
    case "no_customer":
      return t("The customer has not joined yet.");
    case "suspended":
      return t("{name} is not connected now.", { name });
    case "no_control":
      return t("Needs control");
    case "ended":
      return t("The session has ended");
  }
}
