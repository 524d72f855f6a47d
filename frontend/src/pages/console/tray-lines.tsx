/** What must not be missed takes the first line of the tray: a message, a customer who is offered, a colleague who calls. */
import type { JSX } from "preact";

import { formatCountdown, t } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import { Ring } from "../../ui/ring.tsx";
import type { Desk } from "./desk.ts";
import { accept, decline } from "./offer-card.tsx";

/** The line, or null where nothing is urgent. */
export function urgentLine(desk: Desk): JSX.Element | null {
  return messageLine(desk) ?? offerLine(desk) ?? callLine(desk);
}

interface LineProps {
  left: number;
  of: number;
  title: string;
  sub: string;
  yes: string;
  no: string;
  take: () => void;
  refuse: () => void;
}

function Line({ left, of, title, sub, yes, no, take, refuse }: LineProps): JSX.Element {
  return (
    <div class="top tray-line" role="alertdialog" aria-label={title}>
      <Ring left={left} of={of} />
      <span class="grow col">
        <b class="ell">{title}</b>
        <span class="t12 mute ell tnum">
          {formatCountdown(left)} · {sub}
        </span>
      </span>
      <button type="button" class="btn sm primary" onClick={take}>
        {yes}
      </button>
      <button type="button" class="btn sm icon" aria-label={no} title={no} onClick={refuse}>
        <Icon name="x" size="s" />
      </button>
    </div>
  );
}

function messageLine(desk: Desk): JSX.Element | null {
  const toast = desk.toasts.value.at(-1);
  if (!toast) return null;
  return (
    <div class="top tray-line" role="status">
      <Icon name={toast.kind === "bad" ? "alert" : toast.kind === "ok" ? "check" : "info"} size="s" />
      <span class="grow t12 two-lines" title={toast.text}>
        {toast.text}
      </span>
      <button type="button" class="btn ghost sm icon" aria-label={t("Close")} onClick={() => desk.closeToast(toast.id)}>
        <Icon name="x" size="s" />
      </button>
    </div>
  );
}

function offerLine(desk: Desk): JSX.Element | null {
  const offer = desk.inbox.offers[0];
  if (!offer) return null;
  return (
    <Line
      left={desk.inbox.secondsUntil(offer.expires_at)}
      of={(Date.parse(offer.expires_at) - Date.parse(offer.made_at)) / 1000}
      title={t("{name} waits in {queue}", { name: offer.name, queue: offer.queue.name })}
      sub={offer.note || (offer.answers[0]?.value ?? offer.said.at(-1)?.text ?? offer.queue.name)}
      yes={t("Accept")}
      no={t("Decline")}
      take={() => void accept(desk, offer)}
      refuse={() => void decline(desk, offer)}
    />
  );
}

function callLine(desk: Desk): JSX.Element | null {
  const call = desk.calls.open.value.find((other) => Date.parse(other.expires_at) > desk.now.value);
  if (!call) return null;
  const assist = call.kind === "assist";
  const left = (Date.parse(call.expires_at) - desk.now.value) / 1000;
  return (
    <Line
      left={left}
      of={Math.max(left, 60)}
      title={assist ? t("{name} asks you to assist", { name: call.caller }) : t("{name} passes control to you", { name: call.caller })}
      sub={call.note || call.customer}
      yes={assist ? t("Assist") : t("Take over")}
      no={t("Not now")}
      take={() => void desk.run(async () => desk.enter(await desk.calls.accept(call)))}
      refuse={() => void desk.run(() => desk.calls.decline(call))}
    />
  );
}
