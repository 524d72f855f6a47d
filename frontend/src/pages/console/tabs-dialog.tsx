/** The order of the dashboard's tabs, without dragging: up and down. Kept at each press. */
import type { JSX } from "preact";

import { t } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import { moveTab } from "./console-look.ts";
import { useDesk } from "./context.ts";
import { tabWord } from "./strip.tsx";

export function TabsDialog({ close }: { close: () => void }): JSX.Element {
  const desk = useDesk();
  const tabs = desk.look.tabs.value;
  return (
    <div class="dialog-body">
      <p class="dim">{t("Drag the tabs themselves, or move them here. The order is kept for you on every computer.")}</p>
      <ol class="tab-order">
        {tabs.map((tab, place) => (
          <li key={tab}>
            <span class="grow m">{tabWord(tab)}</span>
            <Step turned label={t("Move {tab} to the front", { tab: tabWord(tab) })} off={place === 0} run={() => void desk.look.orderTabs(moveTab(tabs, tab, place - 1))} />
            <Step label={t("Move {tab} to the back", { tab: tabWord(tab) })} off={place === tabs.length - 1} run={() => void desk.look.orderTabs(moveTab(tabs, tab, place + 1))} />
          </li>
        ))}
      </ol>
      <div class="dialog-foot">
        <button type="button" class="btn primary" onClick={close}>
          {t("Close")}
        </button>
      </div>
    </div>
  );
}

function Step({ label, off, run, turned = false }: { label: string; off: boolean; run: () => void; turned?: boolean }): JSX.Element {
  return (
    <button type="button" class={turned ? "btn ghost sm icon turned" : "btn ghost sm icon"} aria-label={label} title={label} aria-disabled={off} onClick={() => !off && run()}>
      <Icon name="down" size="s" />
    </button>
  );
}
