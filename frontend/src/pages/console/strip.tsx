/** Tool strip: the tabs, and the actions of the chosen one in one row. */
import type { ComponentChildren, JSX } from "preact";

import { capabilityOf, type Surface } from "../../core/capabilities.ts";
import { t } from "../../core/i18n.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { roving } from "../../ui/roving.ts";
import { panelId, Tabs } from "../../ui/tabs.tsx";
import { ActionButton } from "./action-button.tsx";
import { moveTab } from "./console-look.ts";
import { type CaseProps, useDesk } from "./context.ts";
import type { DialogName } from "./desk.ts";
import { amPrimary } from "./people.ts";
import { QualityMenu } from "./quality-menu.tsx";
import type { ToolTab } from "./types.ts";

const NAME = "tool";

/** The label of a tab of the dashboard. */
export function tabWord(tab: ToolTab): string {
  switch (tab) {
    case "tools":
      return t("Tools");
    case "desktop":
      return t("Desktop");
    case "application":
      return t("Application");
    case "session":
      return t("Session");
  }
}

/** `lead` stands left of the tabs. */
export function Strip({ one, lead }: CaseProps & { lead?: ComponentChildren }): JSX.Element {
  const desk = useDesk();
  const tab = one.tab.value;
  const tabs = desk.look.tabs.value;
  return (
    <div class="strip" role="region" data-region="tools" aria-label={t("Tool strip")}>
      {lead}
      <Tabs<ToolTab>
        name={NAME}
        label={t("Tool strip")}
        items={tabs.map((id) => ({ id, label: tabWord(id) }))}
        chosen={tab}
        choose={(id) => one.chooseTab(id)}
        move={(id, to) => void desk.look.orderTabs(moveTab(tabs, id, to))}
      />
      <div class="acts on" role="tabpanel" id={panelId(NAME, tab)} key={tab} onKeyDown={roving("button.act")}>
        {tab === "tools" && <Tools one={one} />}
        {(tab === "desktop" || tab === "application") && <ShareActions one={one} surface={tab} />}
        {tab === "session" && <SessionActions one={one} />}
      </div>
    </div>
  );
}

function Tools({ one }: CaseProps): JSX.Element {
  const desk = useDesk();
  const live = one.snapshot.value.state !== "ended";
  return (
    <>
      <button type="button" class="act" aria-disabled={!live} title={live ? undefined : t("The session has ended")} onClick={() => live && (desk.dialog.value = "invite")}>
        <Icon name="invite" />
        {t("Invite")}
      </button>
      <Lead one={one} dialog="colleagues" icon="users" label={t("Colleagues")} />
      <button type="button" class="act" aria-pressed={one.panel.value === "chat"} onClick={() => (one.panel.value = "chat")}>
        <Icon name="chat" />
        {t("Chat")}
      </button>
      <button type="button" class="act" aria-pressed={one.panel.value === "notes"} onClick={() => (one.panel.value = "notes")}>
        <Icon name="notes" />
        {t("Notes")}
      </button>
    </>
  );
}

/** The four ways to share a screen, each with its own request. */
export function ShareActions({ one, surface }: CaseProps & { surface: Surface }): JSX.Element {
  return (
    <>
      <ActionButton one={one} capability={capabilityOf("screen", "view", surface)} />
      <ActionButton one={one} capability={capabilityOf("screen", "control", surface)} />
      <ActionButton one={one} capability={capabilityOf("share", "view", surface)} />
      <ActionButton one={one} capability={capabilityOf("share", "control", surface)} />
    </>
  );
}

export function SessionActions({ one }: CaseProps): JSX.Element {
  const desk = useDesk();
  const snapshot = one.snapshot.value;
  const live = snapshot.state !== "ended";
  return (
    <>
      <QualityMenu one={one} kind="act" place="down" />
      <Lead one={one} dialog="colleagues" icon="pass" label={t("Pass control")} />
      <Lead one={one} dialog="transfer" icon="transfer" label={t("Transfer session")} />
      <button type="button" class="act danger" aria-disabled={!live} onClick={() => live && (desk.dialog.value = "end")}>
        <Icon name={amPrimary(snapshot) ? "end" : "leave"} />
        {amPrimary(snapshot) ? t("End session") : t("Leave session")}
      </button>
    </>
  );
}

/** An action that only the leading CSR of an open session has; it says why it is off. */
function Lead({ one, dialog, icon, label }: CaseProps & { dialog: DialogName; icon: IconName; label: string }): JSX.Element {
  const desk = useDesk();
  const snapshot = one.snapshot.value;
  const off = snapshot.state === "ended" ? t("The session has ended") : amPrimary(snapshot) ? null : t("Only the leading CSR can do this");
  return (
    <button type="button" class="act" aria-disabled={off !== null} title={off ?? undefined} onClick={() => off === null && (desk.dialog.value = dialog)}>
      <Icon name={icon} />
      {label}
    </button>
  );
}
