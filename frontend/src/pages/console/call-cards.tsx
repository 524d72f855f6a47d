/** Cards of the CSRs who call this one, over whatever is open; each with what happens without an answer. */
import type { JSX } from "preact";

import { formatCountdown, t } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import type { IncomingCall } from "./calls.ts";
import { useDesk } from "./context.ts";

export function CallCards(): JSX.Element | null {
  const desk = useDesk();
  const open = desk.calls.open.value.filter((call) => Date.parse(call.expires_at) > desk.now.value);
  if (open.length === 0) return null;
  return (
    <>
      {open.map((call) => (
        <Card key={call.id} call={call} />
      ))}
    </>
  );
}

function Card({ call }: { call: IncomingCall }): JSX.Element {
  const desk = useDesk();
  const left = formatCountdown(Math.max(0, Date.parse(call.expires_at) - desk.now.value) / 1000);
  const title = call.kind === "assist" ? t("{name} asks you to assist", { name: call.caller }) : t("{name} passes control to you", { name: call.caller });
  return (
    <section class="card call-card" role="alertdialog" aria-label={title} data-call={call.kind}>
      <p class="row">
        <Icon name={call.kind === "assist" ? "invite" : "pass"} />
        <b class="m grow">{title}</b>
        <span class="tnum mute">{left}</span>
      </p>
      {call.customer && <p>{t("Customer: {name}", { name: call.customer })}</p>}
      {call.note && <p class="call-note">{call.note}</p>}
      <p class="mute t12">{call.kind === "assist" ? t("Everybody in the session is told when you come in.") : t("You lead the session then. Control of the customer's computer waits until the customer agrees.")}</p>
      <div class="row call-acts">
        <button type="button" class="btn grow" onClick={() => void desk.run(() => desk.calls.decline(call))}>
          {t("Not now")}
        </button>
        <button type="button" class="btn primary grow" onClick={() => void desk.run(async () => desk.enter(await desk.calls.accept(call)))}>
          {call.kind === "assist" ? t("Assist") : t("Take over")}
        </button>
      </div>
    </section>
  );
}
