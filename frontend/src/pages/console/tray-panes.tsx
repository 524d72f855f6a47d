/** Panes of the open tray that no other style has: actions of the Application and the Session tab, with their words. */
import type { JSX } from "preact";

import { t } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import type { SessionCase } from "./case.ts";
import { type CaseProps, useDesk } from "./context.ts";
import { PresenceMenu } from "./presence-menu.tsx";
import { SessionActions, ShareActions } from "./strip.tsx";

export function ApplicationPane({ one }: CaseProps): JSX.Element {
  return (
    <div class="tray-acts">
      <h2>{t("Application")}</h2>
      <ShareActions one={one} surface="application" />
    </div>
  );
}

/** `one` is null while no session is open: presence and the way to the console remain. */
export function SessionPane({ one }: { one: SessionCase | null }): JSX.Element {
  const desk = useDesk();
  return (
    <div class="tray-acts">
      <h2>{t("Session")}</h2>
      {one && <SessionActions one={one} />}
      <button type="button" class="act" onClick={() => window.focus()}>
        <Icon name="layout" />
        {t("Show the console")}
      </button>
      <button
        type="button"
        class="act"
        onClick={() => {
          desk.show("inbox");
          window.focus();
        }}
      >
        <Icon name="inbox" />
        {t("Inbox")}
      </button>
      <PresenceMenu />
    </div>
  );
}
