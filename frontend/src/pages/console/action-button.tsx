/** The request button: one place, one button, every state of a request. */
import type { JSX } from "preact";

import { formatCountdown, formatTime, t } from "../../core/i18n.ts";
import type { Capability } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import { Ring } from "../../ui/ring.tsx";
import { actionState, type ActionState } from "./action.ts";
import type { SessionCase } from "./case.ts";
import { type CaseProps, useDesk } from "./context.ts";
import type { Desk } from "./desk.ts";
import { customer, shortName } from "./people.ts";

export function stateOf(desk: Desk, one: SessionCase, capability: Capability): ActionState {
  const privilege = capability === "screen.view.desktop" ? "share.desktop.view" : "share.desktop.control";
  return actionState(capability, {
    snapshot: one.snapshot.value,
    now: desk.now.value,
    online: one.live.link.value.phase === "live",
    privilege: desk.me.privileges[privilege] !== false,
    denial: one.denials.value[capability],
    ownerDrives: one.picture.view.value.held === "owner_input",
  });
}

/** What a press of the button does: ask, cancel or stop. */
export async function pressAction(desk: Desk, one: SessionCase, capability: Capability): Promise<void> {
  const state = stateOf(desk, one, capability);
  const { commands } = one.live;
  if (state.kind === "idle" || state.kind === "denied") await desk.run(() => commands.ask(capability));
  else if (state.kind === "pending") await desk.run(() => commands.cancel(state.request.id));
  else if (state.kind === "granted" || state.kind === "paused") await desk.run(() => commands.stopGrant(state.grant.id, "csr_release"));
  else desk.note(blockedWords(state, one) ?? "");
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

function lookOf(state: ActionState, capability: Capability, one: SessionCase): Look {
  const view = capability === "screen.view.desktop";
  const label = view ? t("Request view") : t("Request control");
  const icon = <Icon name={view ? "view" : "control"} />;
  const on = view ? "act on-view" : "act on-control";
  switch (state.kind) {
    case "idle":
      return { kind: "act", icon, label };
    case "pending":
      return {
        kind: "act pending",
        icon: <Ring left={state.share} of={1} />,
        label,
        sub: formatCountdown(state.leftMs / 1000),
        title: t("Press to cancel the request"),
      };
    case "granted":
      return { kind: on, icon, label: view ? t("Stop viewing") : t("Stop control"), pressed: true };
    case "paused":
      return {
        kind: on,
        icon: <Icon name="pause" />,
        label: view ? t("Viewing paused") : t("Control paused"),
        pressed: true,
        title: pausedWords(state.why, one),
      };
    case "denied": {
      const at = formatTime(state.denial.at);
      const words = state.denial.how === "denied" ? t("Denied {time}", { time: at }) : t("No answer {time}", { time: at });
      return { kind: "act", icon: <Icon name="x" />, label: words };
    }
    case "resting":
      return { kind: "act", icon: <Icon name="clock" />, label, sub: formatCountdown(state.leftMs / 1000), blocked: true, title: blockedWords(state, one) };
    case "locked":
      return { kind: "act", icon: <Icon name="lock" />, label, blocked: true, title: blockedWords(state, one) };
    case "off":
      return {
        kind: "act",
        icon,
        label,
        sub: state.why === "offline" ? t("offline") : undefined,
        blocked: true,
        title: blockedWords(state, one),
      };
  }
}

function pausedWords(why: "owner" | "connection", one: SessionCase): string {
  const name = shortName(customer(one.snapshot.value)?.name ?? t("Customer"));
  return why === "owner" ? t("{name} uses the mouse or keyboard now. Press to stop.", { name }) : t("Connection lost. Press to stop.");
}

function blockedWords(state: ActionState, one: SessionCase): string | undefined {
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
    case "ended":
      return t("The session has ended");
  }
}
