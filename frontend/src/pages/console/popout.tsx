/** A window of one monitor: a small page with its own connection to the source. It closes with the picture. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import { t } from "../../core/i18n.ts";
import { Toasts } from "../../ui/toasts.tsx";
import { type CaseProps, DeskProvider } from "./context.ts";
import type { Desk } from "./desk.ts";
import { ownerOf } from "./people.ts";
import { Stage } from "./stage.tsx";

const CLOSE_AFTER_MS = 3000;

/** The monitor that the address names; null for the console itself. */
export function monitorInAddress(search: string): number | null {
  const number = Number(new URLSearchParams(search).get("monitor"));
  return Number.isInteger(number) && number >= 1 && number <= 16 ? number : null;
}

export function Popout({ desk, monitor }: { desk: Desk; monitor: number }): JSX.Element {
  const one = desk.current.value;
  return (
    <DeskProvider value={desk}>
      <main class="popout" id="main" tabIndex={-1}>
        {one ? (
          <Window key={one.id} one={one} monitor={monitor} />
        ) : (
          <p class="nothing dim" role="status">
            {desk.missing.value ? t("This session does not exist here") : t("Opening the session")}
          </p>
        )}
      </main>
      <Toasts toasts={desk.toasts.value} closeLabel={t("Close")} close={(id) => desk.closeToast(id)} />
    </DeskProvider>
  );
}

function Window({ one, monitor }: CaseProps & { monitor: number }): JSX.Element {
  const seen = useSignal(false);
  const shown = one.picture.grant.value;
  const grant = one.snapshot.value.grants.find((item) => item.id === shown);
  const name = ownerOf(one.snapshot.value, grant)?.name ?? "";
  useEffect(() => {
    document.title = `${t("Monitor {n}", { n: monitor })} · ${name}`;
  }, [name]);
  useEffect(() => {
    if (shown !== null) seen.value = true;
    if (shown !== null || !seen.peek()) return undefined;
    // A share that is replaced comes back at once; one that ended takes its window along.
    const handle = setTimeout(() => window.close(), CLOSE_AFTER_MS);
    return () => clearTimeout(handle);
  }, [shown]);
  return <Stage one={one} alone />;
}
