/** Repeats an open request over the stage: what is waited for, how long, and the way out. */
import type { JSX } from "preact";

import { formatCountdown, t } from "../../core/i18n.ts";
import { openRequests } from "../../core/store.ts";
import type { RequestInfo } from "../../protocol/generated.ts";
import { Ring } from "../../ui/ring.tsx";
import { type CaseProps, useDesk } from "./context.ts";
import { amPrimary, customer, shortName } from "./people.ts";

export function PendingBar({ one }: CaseProps): JSX.Element | null {
  const desk = useDesk();
  const snapshot = one.snapshot.value;
  const request = openRequests(snapshot)[0];
  if (!request) return null;
  const left = Math.max(0, Date.parse(request.expires_at) - desk.now.value);
  const whole = Date.parse(request.expires_at) - Date.parse(request.made_at);
  const name = shortName(customer(snapshot)?.name ?? t("Customer"));
  return (
    <div class="ask" role="status">
      <Ring left={left} of={whole} />
      <span class="ask-words">{words(request, name)}</span>
      <span class="tnum mute" aria-live="off">
        {formatCountdown(left / 1000)}
      </span>
      {amPrimary(snapshot) && (
        <button type="button" class="btn sm" onClick={() => void desk.run(() => one.live.commands.cancel(request.id))}>
          {t("Cancel request")}
        </button>
      )}
    </div>
  );
}

function words(request: RequestInfo, name: string): string {
  if (request.via === null) return t("Control needs Support Manager. {name} is being offered it now.", { name });
  return request.capability === "screen.view.desktop"
    ? t("Waiting for {name} to allow viewing the desktop", { name })
    : t("Waiting for {name} to allow control of the desktop", { name });
}
