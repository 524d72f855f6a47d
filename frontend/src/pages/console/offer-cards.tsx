/** Offers and wrap-ups over whatever else is open: the short form of what the inbox shows. */
import type { JSX } from "preact";

import { formatCountdown, t } from "../../core/i18n.ts";
import type { OfferInfo, WrapUp } from "../../protocol/generated.ts";
import { Ring } from "../../ui/ring.tsx";
import { useDesk } from "./context.ts";
import { ago } from "./inbox-words.ts";
import { OfferActs } from "./offer-card.tsx";

export function OfferCards(): JSX.Element | null {
  const desk = useDesk();
  if (desk.page.value === "inbox") return null;
  const wrapUps = desk.inbox.state.value?.wrap_ups ?? [];
  return (
    <>
      {wrapUps.map((one) => (
        <WrapUpNote key={one.entry} wrapUp={one} />
      ))}
      {desk.inbox.offers.map((offer) => (
        <Card key={offer.id} offer={offer} />
      ))}
    </>
  );
}

function Card({ offer }: { offer: OfferInfo }): JSX.Element {
  const desk = useDesk();
  const left = desk.inbox.secondsUntil(offer.expires_at);
  const life = (Date.parse(offer.expires_at) - Date.parse(offer.made_at)) / 1000;
  const about = offer.note || (offer.answers.find((one) => one.kind === "long_text") ?? offer.answers[0])?.value || offer.said.at(-1)?.text || "";
  return (
    <section class="card call-card" role="alertdialog" aria-label={t("{name} waits in {queue}", { name: offer.name, queue: offer.queue.name })} data-offer={offer.id}>
      <p class="row">
        <Ring left={left} of={life} />
        <b class="m grow ell">{offer.name}</b>
        <span class="tnum mute">{formatCountdown(left)}</span>
      </p>
      <p class="t12 mute">
        {offer.queue.name} · {t("waited {time}", { time: ago(desk.inbox.secondsSince(offer.waiting_since)) })}
      </p>
      {about !== "" && <p class="call-note ell">{about}</p>}
      <div class="row call-acts">
        <OfferActs offer={offer} />
      </div>
      <button type="button" class="btn ghost sm" onClick={() => desk.show("inbox")}>
        {t("See everything about it")}
      </button>
    </section>
  );
}

function WrapUpNote({ wrapUp }: { wrapUp: WrapUp }): JSX.Element {
  const desk = useDesk();
  return (
    <section class="card call-card" aria-label={t("Wrap-up: {name}", { name: wrapUp.name })} data-wrap-up={wrapUp.entry}>
      <p class="row">
        <b class="m grow ell">{t("Wrap-up: {name}", { name: wrapUp.name })}</b>
        <span class="tnum mute">{formatCountdown(desk.inbox.secondsUntil(wrapUp.deadline_at))}</span>
      </p>
      <button type="button" class="btn" onClick={() => desk.show("inbox")}>
        {t("Say how it ended")}
      </button>
    </section>
  );
}
