/** Under the tool strip: who is called, and to whom the session is offered, with the time left and the way back. */
import type { JSX } from "preact";

import { formatCountdown, t } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import { type CaseProps, useDesk } from "./context.ts";
import { amPrimary, participant } from "./people.ts";

export function HandingBar({ one }: CaseProps): JSX.Element | null {
  const desk = useDesk();
  const snapshot = one.snapshot.value;
  const { transfer } = snapshot;
  const left = (until: string): string => formatCountdown(Math.max(0, Date.parse(until) - desk.now.value) / 1000);
  if (transfer === null && snapshot.calls.length === 0) return null;
  return (
    <>
      {snapshot.calls.map((call) => (
        <div class="banner handing" role="status" key={call.id} data-handing={call.kind}>
          <Icon name={call.kind === "assist" ? "invite" : "pass"} />
          <span class="grow">
            {call.kind === "assist" ? t("{name} is asked to assist.", { name: call.name }) : t("{name} is asked to take the session over.", { name: call.name })} <span class="tnum">{t("{time} left", { time: left(call.expires_at) })}</span>
          </span>
          {(call.caller === snapshot.me || amPrimary(snapshot)) && (
            <button type="button" class="btn sm" onClick={() => void desk.run(() => one.live.commands.cancelCall(call.id))}>
              {t("Take back")}
            </button>
          )}
        </div>
      ))}
      {transfer !== null && (
        <div class="banner handing" role="status" data-handing="transfer">
          <Icon name="transfer" />
          <span class="grow">
            {transfer.giver === snapshot.me
              ? t("Offered to {target}. You stay until somebody accepts.", { target: transfer.target })
              : t("{name} offered the session to {target}.", { name: participant(snapshot, transfer.giver)?.name ?? "", target: transfer.target })}{" "}
            <span class="tnum">{t("{time} left", { time: left(transfer.expires_at) })}</span>
          </span>
          {amPrimary(snapshot) && (
            <button type="button" class="btn sm" onClick={() => void desk.run(async () => one.live.adopt(await one.live.commands.cancelTransfer()))}>
              {t("Take back")}
            </button>
          )}
        </div>
      )}
    </>
  );
}
