/** An offered customer: who, what they wrote, why this CSR, the time left, and the two answers. */
import type { JSX } from "preact";

import { formatDate, formatTime, t, tn } from "../../core/i18n.ts";
import type { EarlierVisit, OfferInfo } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import { Ring } from "../../ui/ring.tsx";
import { useDesk } from "./context.ts";
import type { Desk } from "./desk.ts";
import { ago, languageWord, resolutionWord, whyWord } from "./inbox-words.ts";

/** Accepts for the person: the session opens. */
export async function accept(desk: Desk, offer: OfferInfo): Promise<void> {
  await desk.run(async () => desk.enter(await desk.inbox.accept(offer)));
}

export async function decline(desk: Desk, offer: OfferInfo): Promise<void> {
  await desk.run(() => desk.inbox.decline(offer));
}

const life = (offer: OfferInfo): number => (Date.parse(offer.expires_at) - Date.parse(offer.made_at)) / 1000;

export function OfferActs({ offer, large = false, keys = false }: { offer: OfferInfo; large?: boolean; keys?: boolean }): JSX.Element {
  const desk = useDesk();
  const size = large ? "btn lg" : "btn grow";
  return (
    <>
      <button type="button" class={`${size} primary`} onClick={() => void accept(desk, offer)}>
        <Icon name="check" />
        {t("Accept")} {keys && <Key letter="A" />}
      </button>
      <button type="button" class={size} onClick={() => void decline(desk, offer)}>
        {t("Decline")} {keys && <Key letter="D" />}
      </button>
    </>
  );
}

function Key({ letter }: { letter: string }): JSX.Element {
  return <kbd class="kbd">{letter}</kbd>;
}

/** `first`: the one that the keys answer. */
export function OfferCard({ offer, first }: { offer: OfferInfo; first: boolean }): JSX.Element {
  const desk = useDesk();
  const left = desk.inbox.secondsUntil(offer.expires_at);
  return (
    <section class="card offer" role="alertdialog" aria-labelledby={`offer-${offer.id}`} data-offer={offer.id}>
      <header>
        <span class="cd" role="timer" aria-label={tn("{n} second left", "{n} seconds left", Math.ceil(left))}>
          <Ring left={left} of={life(offer)} />
          <b>{Math.ceil(left)}</b>
        </span>
        <div class="grow">
          <p class="t12 mute">{offer.queue.name}</p>
          <h2 id={`offer-${offer.id}`}>{offer.name}</h2>
          <p class="mute">{languageWord(offer.language)}</p>
        </div>
        <div class="t12 mute offer-wait">
          <p>
            {t("Waited")} <b class="tnum">{ago(desk.inbox.secondsSince(offer.waiting_since))}</b>
          </p>
          {offer.priority > 0 && <p>{t("Priority {n}", { n: offer.priority })}</p>}
        </div>
      </header>
      <Transfer offer={offer} />
      <Answers offer={offer} />
      <Said offer={offer} />
      <footer>
        <OfferActs offer={offer} large keys={first} />
        <span class="t12 mute end">{offer.everybody ? t("Who accepts first helps") : t("No answer: offered to the next CSR")}</span>
      </footer>
      <p class="t12 mute offer-why">{whyWord(offer.why)}</p>
    </section>
  );
}

function Transfer({ offer }: { offer: OfferInfo }): JSX.Element | null {
  if (offer.note === "" && offer.giver === "") return null;
  return (
    <div class="body">
      <h3>{offer.giver === "" ? t("Passed on") : t("Passed on by {name}", { name: offer.giver })}</h3>
      {offer.note !== "" && <p class="call-note">{offer.note}</p>}
    </div>
  );
}

function Answers({ offer }: { offer: OfferInfo }): JSX.Element | null {
  const signed = Object.entries(offer.context);
  if (offer.answers.length === 0 && signed.length === 0 && offer.page === "") return null;
  return (
    <div class="body">
      <h3>{t("Answers from the form")}</h3>
      <dl class="kv">
        {offer.answers.map((one) => [<dt key={`${one.key}-t`}>{one.label}</dt>, <dd key={one.key}>{one.value}</dd>])}
        {signed.map(([key, value]) => [
          <dt key={`s-${key}-t`}>{key}</dt>,
          <dd key={`s-${key}`}>
            {value}{" "}
            <span class="ok-t t12 nowrap" title={t("The page from which the customer came vouches for it")}>
              <Icon name="verified" size="s" /> {t("confirmed by the site")}
            </span>
          </dd>,
        ])}
        {offer.page !== "" && [<dt key="page-t">{t("Page")}</dt>, <dd key="page">{offer.page.replace(/^https?:\/\//, "")}</dd>]}
      </dl>
    </div>
  );
}

function Said({ offer }: { offer: OfferInfo }): JSX.Element | null {
  if (offer.said.length === 0) return null;
  return (
    <div class="body">
      <h3>{t("Said while waiting")}</h3>
      {offer.said.map((line) => (
        <p key={line.at} class="mute">
          {t("“{text}”", { text: line.text })} <time class="dim tnum">{formatTime(line.at)}</time>
        </p>
      ))}
    </div>
  );
}

export function Earlier({ offer }: { offer: OfferInfo }): JSX.Element | null {
  if (offer.earlier.length === 0) return null;
  return (
    <article class="card pad">
      <div class="row">
        <h3>{t("Earlier sessions")}</h3>
        <span class="end t12 dim">{offer.earlier_count}</span>
      </div>
      <ul class="hist">
        {offer.earlier.map((visit) => (
          <EarlierRow key={visit.at} visit={visit} />
        ))}
      </ul>
    </article>
  );
}

function EarlierRow({ visit }: { visit: EarlierVisit }): JSX.Element {
  const how = visit.resolution === null ? visit.queue : `${visit.queue}, ${resolutionWord(visit.resolution)}`;
  return (
    <li>
      <time class="dim">{formatDate(visit.at)}</time>
      <span class="ell">{how}</span>
      <span class="t12 mute">{[visit.csr, tn("{n} min", "{n} min", visit.minutes)].filter(Boolean).join(" · ")}</span>
    </li>
  );
}
