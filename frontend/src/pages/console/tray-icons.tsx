/** The second line of the tray: one icon per action, each with its name, its state and what waits behind it. */
import type { JSX } from "preact";

import { SCREEN, surfaceOf } from "../../core/capabilities.ts";
import { t, tn } from "../../core/i18n.ts";
import type { Capability } from "../../protocol/generated.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { roving } from "../../ui/roving.ts";
import { lookOf, pressAction, stateOf } from "./action-button.tsx";
import type { SessionCase } from "./case.ts";
import { type CaseProps, useDesk } from "./context.ts";
import { lobby } from "./people.ts";
import { StartButton } from "./start-button.tsx";
import type { Tray, TrayPane } from "./tray.ts";

const DESKTOP = SCREEN.filter((capability) => surfaceOf(capability) === "desktop");
const APPLICATION = SCREEN.filter((capability) => surfaceOf(capability) === "application");

/** The class of an icon by the class that the labelled button has. */
function iconKind(kind: string): string {
  if (kind.includes("pending")) return "ib p";
  if (kind.includes("on-control")) return "ib c";
  return kind.includes("on-view") ? "ib v" : "ib";
}

export function TrayIcons({ one, tray }: { one: SessionCase | null; tray: Tray }): JSX.Element {
  if (one) return <Actions one={one} tray={tray} />;
  return (
    <div class="icons">
      <StartButton kind="btn primary grow">{t("Start session")}</StartButton>
      <PaneIcon tray={tray} pane="session" icon="more" label={t("Session")} />
    </div>
  );
}

function Actions({ one, tray }: CaseProps & { tray: Tray }): JSX.Element {
  const desk = useDesk();
  const snapshot = one.snapshot.value;
  const live = snapshot.state !== "ended";
  const unread = tray.pane.value === "chat" ? 0 : one.unread.value;
  const waiting = lobby(snapshot).length;
  return (
    <div class="icons" role="toolbar" aria-label={t("Tool strip")} onKeyDown={roving("button")}>
      <button
        type="button"
        class="ib"
        aria-label={t("Invite")}
        aria-disabled={!live}
        title={live ? t("Invite") : t("The session has ended")}
        onClick={() => live && (desk.dialog.value = "invite")}
      >
        <Icon name="invite" />
      </button>
      <PaneIcon tray={tray} pane="chat" icon="chat" label={t("Chat")} count={unread} words={tn("{n} unread", "{n} unread", unread)} />
      <PaneIcon tray={tray} pane="notes" icon="notes" label={t("Notes")} />
      <PaneIcon tray={tray} pane="people" icon="users" label={t("Participants")} count={waiting} words={tn("{n} person waits to be let in", "{n} people wait to be let in", waiting)} />
      <span class="vr" />
      {DESKTOP.map((capability) => (
        <ActionIcon key={capability} one={one} capability={capability} />
      ))}
      <span class="vr" />
      <PaneIcon tray={tray} pane="application" icon="app-view" label={t("Application")} state={applicationKind(one)} />
      <PaneIcon tray={tray} pane="session" icon="more" label={t("Session")} />
    </div>
  );

  /** The most that is asked or granted of an application. */
  function applicationKind(of: SessionCase): string {
    const kinds = APPLICATION.map((capability) => iconKind(lookOf(stateOf(desk, of, capability), capability, of).kind));
    return ["ib p", "ib c", "ib v"].find((kind) => kinds.includes(kind)) ?? "ib";
  }
}

interface PaneIconProps {
  tray: Tray;
  pane: TrayPane;
  icon: IconName;
  label: string;
  count?: number;
  words?: string;
  state?: string;
}

function PaneIcon({ tray, pane, icon, label, count = 0, words = "", state = "ib" }: PaneIconProps): JSX.Element {
  const open = tray.pane.value === pane;
  return (
    <button type="button" class={open && state === "ib" ? "ib o" : state} aria-expanded={open} aria-label={count > 0 ? `${label}, ${words}` : label} title={label} onClick={() => tray.toggle(pane)}>
      <Icon name={icon} />
      {count > 0 && <span class="badge">{count}</span>}
    </button>
  );
}

function ActionIcon({ one, capability }: CaseProps & { capability: Capability }): JSX.Element {
  const desk = useDesk();
  const look = lookOf(stateOf(desk, one, capability), capability, one);
  const words = look.sub ? `${look.label}, ${look.sub}` : look.label;
  return (
    <button
      type="button"
      class={iconKind(look.kind)}
      data-capability={capability}
      aria-disabled={look.blocked ?? false}
      aria-pressed={look.pressed}
      aria-label={words}
      title={look.title ? `${words}. ${look.title}` : words}
      onClick={() => void pressAction(desk, one, capability)}
    >
      {look.icon}
    </button>
  );
}
