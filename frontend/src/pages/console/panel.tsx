/** Right panel: chat, notes, participants, customer. */
import type { ComponentChildren, JSX } from "preact";

import { t, tn } from "../../core/i18n.ts";
import { panelId, Tabs, type TabItem } from "../../ui/tabs.tsx";
import type { PanelTab } from "./case.ts";
import { Chat } from "./chat.tsx";
import type { CaseProps } from "./context.ts";
import { CustomerPane } from "./customer-pane.tsx";
import { Notes } from "./notes.tsx";
import { Participants } from "./participants.tsx";
import { lobby } from "./people.ts";

const NAME = "side";

interface Props extends CaseProps {
  /** Stands above the tabs. */
  lead?: ComponentChildren;
  /** Whose session it is, where several are on the screen. */
  to?: string;
}

export function Panel({ one, lead, to }: Props): JSX.Element {
  const tab = one.panel.value;
  const waiting = lobby(one.snapshot.value).length;
  const unread = one.unread.value;
  const badge = (count: number, words: string): { extra: JSX.Element } => ({
    extra: (
      <span class="badge" role="img" aria-label={words}>
        {count}
      </span>
    ),
  });
  const items: TabItem<PanelTab>[] = [
    { id: "chat", label: t("Chat"), ...(unread > 0 && tab !== "chat" ? badge(unread, tn("{n} unread", "{n} unread", unread)) : {}) },
    { id: "notes", label: t("Notes") },
    { id: "people", label: t("Participants"), ...(waiting > 0 ? badge(waiting, tn("{n} person waits to be let in", "{n} people wait to be let in", waiting)) : {}) },
    { id: "customer", label: t("Customer") },
  ];
  return (
    <aside class="side" data-region="panel" aria-label={t("Conversation and people")}>
      {lead}
      <Tabs<PanelTab>
        name={NAME}
        label={t("Conversation and people")}
        items={items}
        chosen={tab}
        choose={(id) => {
          one.panel.value = id;
          if (id === "chat") one.read();
        }}
      />
      <div class="side-pane" role="tabpanel" id={panelId(NAME, tab)} aria-label={paneName(tab)} key={`${one.id}-${tab}`}>
        {tab === "chat" && <Chat one={one} to={to} />}
        {tab === "notes" && <Notes one={one} />}
        {tab === "people" && <Participants one={one} />}
        {tab === "customer" && <CustomerPane one={one} />}
      </div>
    </aside>
  );
}

function paneName(tab: PanelTab): string {
  switch (tab) {
    case "chat":
      return t("Conversation");
    case "notes":
      return t("For CSRs");
    case "people":
      return t("People in the session");
    case "customer":
      return t("About the customer");
  }
}
