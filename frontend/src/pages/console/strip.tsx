/** Tool strip: the tabs, and the actions of the chosen one in one row. */
import type { JSX } from "preact";

import { t } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import { panelId, Tabs } from "../../ui/tabs.tsx";
import { ActionButton } from "./action-button.tsx";
import type { ToolTab } from "./case.ts";
import { type CaseProps, useDesk } from "./context.ts";

const NAME = "tool";

export function Strip({ one }: CaseProps): JSX.Element {
  const tab = one.tab.value;
  return (
    <div class="strip" role="region" data-region="tools" aria-label={t("Tool strip")}>
      <Tabs<ToolTab>
        name={NAME}
        label={t("Tool strip")}
        items={[
          { id: "tools", label: t("Tools") },
          { id: "desktop", label: t("Desktop") },
        ]}
        chosen={tab}
        choose={(id) => one.chooseTab(id)}
      />
      <div class="acts on" role="tabpanel" id={panelId(NAME, tab)} key={tab} onKeyDown={roving}>
        {tab === "tools" ? <Tools one={one} /> : <DesktopActions one={one} />}
      </div>
    </div>
  );
}

/** Arrows, Home and End move inside the row of actions. */
function roving(event: KeyboardEvent): void {
  if (!(event.currentTarget instanceof HTMLElement)) return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>("button.act")];
  const at = all.indexOf(document.activeElement as HTMLElement);
  const goal = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (goal === undefined || at < 0) return;
  event.preventDefault();
  all[(goal + all.length) % all.length]?.focus();
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

function DesktopActions({ one }: CaseProps): JSX.Element {
  return (
    <>
      <ActionButton one={one} capability="screen.view.desktop" />
      <ActionButton one={one} capability="screen.control.desktop" />
    </>
  );
}
