/** Repeats an open request over the stage: what is waited for, how long, and the way out. */
import type { JSX } from "preact";

import { formatCountdown, t } from "../../core/i18n.ts";
import { openRequests } from "../../core/store.ts";
import { Ring } from "../../ui/ring.tsx";
import { waitingWords } from "./act-words.ts";
import { type CaseProps, useDesk } from "./context.ts";
import { amPrimary, customer, participant, shortName } from "./people.ts";

export function PendingBar({ one }: CaseProps): JSX.Element | null {
  const desk = useDesk();
  const snapshot = one.snapshot.value;
  const request = openRequests(snapshot)[0];
  if (!request) return null;
  const whole = Date.parse(request.expires_at) - Date.parse(request.accepted_at ?? request.made_at);
  // The server's clock is an estimate; nobody is told of more time than there is.
  const left = Math.min(whole, Math.max(0, Date.parse(request.expires_at) - desk.now.value));
  const name = shortName(customer(snapshot)?.name ?? t("Customer"));
  const other = request.operator === request.requester || request.source !== null ? undefined : participant(snapshot, request.operator);
  return (
    <div class="ask" role="status">
      <Ring left={left} of={whole} />
      <span class="ask-words">{waitingWords(request, name, other ? shortName(other.name) : null)}</span>
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
