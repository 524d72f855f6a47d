/** The button that starts a session; off, with the reason, where the administrator has not allowed it. */
import type { ComponentChildren, JSX } from "preact";

import { t } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import { useDesk } from "./context.ts";

export function StartButton({ kind, title, children }: { kind: string; title?: string; children: ComponentChildren }): JSX.Element {
  const desk = useDesk();
  const may = desk.me.privileges["session.start_outbound"] !== false;
  return (
    <button type="button" class={kind} aria-label={title} aria-disabled={!may} title={may ? title : t("Your administrator can allow you to start sessions")} onClick={() => may && (desk.dialog.value = "start")}>
      <Icon name="plus" size="s" />
      {children}
    </button>
  );
}
