/** Asks once before a session ends for all, or before an assisting CSR leaves. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

import { t } from "../../core/i18n.ts";
import { type CaseProps, useDesk } from "./context.ts";
import { amPrimary } from "./people.ts";

export function EndDialog({ one, close }: CaseProps & { close: () => void }): JSX.Element {
  const desk = useDesk();
  const busy = useSignal(false);
  const primary = amPrimary(one.snapshot.value);
  const go = async (): Promise<void> => {
    if (busy.peek()) return;
    busy.value = true;
    const { commands } = one.live;
    const done = await desk.run(async () => {
      if (primary) one.live.adopt(await commands.end());
      else await commands.leave();
    });
    busy.value = false;
    if (!done) return;
    close();
    if (!primary) desk.choose(null);
    await desk.refresh();
  };
  return (
    <div class="dialog-body">
      <p>
        {primary
          ? t("It ends for everyone. Viewing and control stop, Support Manager closes, and the customer gets a receipt. The number is useless afterwards.")
          : t("The session goes on without you.")}
      </p>
      <div class="dialog-foot">
        <button type="button" class="btn" autofocus onClick={close}>
          {t("Cancel")}
        </button>
        <button type="button" class="btn danger" aria-disabled={busy.value} onClick={() => void go()}>
          {primary ? t("End session") : t("Leave session")}
        </button>
      </div>
    </div>
  );
}
