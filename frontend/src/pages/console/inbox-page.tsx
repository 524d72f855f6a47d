/** The inbox: what is offered, who waits, what is to be wrapped up, what was left; the open one in full. */
import { signal, useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";

import { formatCountdown, formatTime, t, tn } from "../../core/i18n.ts";
import type { InboxState } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Ring } from "../../ui/ring.tsx";
import { useDesk } from "./context.ts";
import { mayNotify, notifyOn, setNotify, setSound, soundOn } from "./inbox-alerts.ts";
import { ago, closedWord } from "./inbox-words.ts";
import { MessageCard, type OpenMessage, messageLine } from "./left-message.tsx";
import { Earlier, OfferCard } from "./offer-card.tsx";
import { declare, mayAccept } from "./presence-menu.tsx";
import { WrapUpCard } from "./wrap-up-card.tsx";

import "./inbox.css";

const MESSAGES_MS = 60_000;
/** The left message that is open, by its id; kept while other pages are shown. */
const openMessage: OpenMessage = signal<string | null>(null);

export function InboxPage(): JSX.Element {
  const desk = useDesk();
  const inbox = desk.inbox.state.value;
  useLeftMessages();
  return (
    <div class="inbox">
      <header class="head">
        <h1>{t("Inbox")}</h1>
        {inbox && <span class="dim ell">{summary(inbox)}</span>}
        <span class="grow" />
        {inbox && <span class="mute t12 nowrap places">{places(inbox)}</span>}
        <AlertsMenu />
      </header>
      {inbox === null ? <Loading /> : <Body inbox={inbox} />}
    </div>
  );
}

function Loading(): JSX.Element {
  const desk = useDesk();
  const refused = desk.inbox.link.value.phase === "closed";
  return (
    <p class="nothing dim" role="status">
      {refused ? t("The inbox is not open to you. Sign in again, or ask your administrator.") : t("Loading the inbox")}
    </p>
  );
}

function Body({ inbox }: { inbox: InboxState }): JSX.Element {
  return (
    <>
      <Lists inbox={inbox} />
      <Detail inbox={inbox} />
    </>
  );
}

function summary(inbox: InboxState): string {
  const waiting = inbox.queues.reduce((sum, queue) => sum + queue.waiting, 0);
  return [
    tn("{n} offer", "{n} offers", inbox.offers.length),
    tn("{n} waiting", "{n} waiting", waiting),
    tn("{n} to wrap up", "{n} to wrap up", inbox.wrap_ups.length),
  ].join(" · ");
}

function places({ csr }: InboxState): string {
  const used = csr.sessions + csr.offers + csr.wrap_ups;
  return t("{used} of {capacity} places in use", { used, capacity: Math.max(csr.capacity, used) });
}

function AlertsMenu(): JSX.Element {
  return (
    <Menu
      kind="btn ghost sm icon"
      place="down-end"
      label={t("Sound and notifications")}
      title={t("Sound and notifications")}
      items={[
        { id: "sound", label: t("Ring for offers"), checked: soundOn.value, run: () => setSound(!soundOn.value) },
        {
          id: "notify",
          label: t("Notifications on the desktop"),
          checked: notifyOn.value,
          ...(mayNotify() ? {} : { off: t("Your browser does not allow notifications of this page") }),
          run: () => void setNotify(!notifyOn.value),
        },
      ]}
    >
      <Icon name="options" size="s" />
    </Menu>
  );
}

function Group({ title, count, children }: { title: string; count: number; children: ComponentChildren }): JSX.Element | null {
  if (count === 0) return null;
  return (
    <section aria-label={title}>
      <h3>
        {title} <span class="tnum">{count}</span>
      </h3>
      {children}
    </section>
  );
}

function Lists({ inbox }: { inbox: InboxState }): JSX.Element {
  const desk = useDesk();
  const { offers } = desk.inbox;
  const messages = desk.inbox.messages.value ?? [];
  return (
    <nav class="ilist" data-region="list" aria-label={t("Inbox")}>
      <Group title={t("Offered to you")} count={offers.length}>
        {offers.map((offer) => (
          <div class="it on" key={offer.id}>
            <Ring left={desk.inbox.secondsUntil(offer.expires_at)} of={(Date.parse(offer.expires_at) - Date.parse(offer.made_at)) / 1000} />
            <b class="ell">{offer.name}</b>
            <time class="tnum b accent">{formatCountdown(desk.inbox.secondsUntil(offer.expires_at))}</time>
            <span class="l2 ell">
              {offer.queue.name} · {t("waited {time}", { time: ago(desk.inbox.secondsSince(offer.waiting_since)) })}
            </span>
          </div>
        ))}
      </Group>
      <Queues inbox={inbox} />
      <Waiting inbox={inbox} />
      <Group title={t("Wrap-up")} count={inbox.wrap_ups.length}>
        {inbox.wrap_ups.map((one) => (
          <div class="it" key={one.entry}>
            <span class="dot s-ended" />
            <span class="m ell">{one.name}</span>
            <time class="t12 dim tnum">{formatCountdown(desk.inbox.secondsUntil(one.deadline_at))}</time>
            <span class="l2 ell">{one.queue.name}</span>
          </div>
        ))}
      </Group>
      <Group title={t("Left messages")} count={messages.length}>
        {messages.map((message) => (
          <button type="button" key={message.id} class={openMessage.value === message.id ? "it on" : "it"} aria-pressed={openMessage.value === message.id} onClick={() => (openMessage.value = openMessage.value === message.id ? null : message.id)}>
            <Icon name={message.kind === "callback" ? "phone" : "mail"} size="s" />
            <span class="m ell">{message.name}</span>
            <time class="t12 dim tnum">{formatTime(message.at)}</time>
            <span class="l2 ell">{messageLine(message)}</span>
          </button>
        ))}
      </Group>
      <Group title={t("Gone to others")} count={desk.inbox.closed.value.length}>
        {desk.inbox.closed.value.map((one) => (
          <div class="it" key={one.id}>
            <span class="dim">
              <Icon name="clock" size="s" />
            </span>
            <span class="ell">{one.name}</span>
            <time class="t12 dim tnum">{formatTime(one.at)}</time>
            <span class="l2 ell">{closedWord(one)}</span>
          </div>
        ))}
      </Group>
    </nav>
  );
}

function Queues({ inbox }: { inbox: InboxState }): JSX.Element {
  if (inbox.queues.length === 0) return <p class="rail-note">{t("You serve no queue. Your administrator can add you to one.")}</p>;
  return (
    <section aria-label={t("Your queues")}>
      <h3>{t("Your queues")}</h3>
      <dl class="queues">
        {inbox.queues.map((queue) => (
          <div key={queue.id}>
            <dt class="ell">{queue.name}</dt>
            <dd class="tnum">{queue.waiting >= 1000 ? t("1000 or more waiting") : tn("{n} waiting", "{n} waiting", queue.waiting)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Waiting({ inbox }: { inbox: InboxState }): JSX.Element {
  const desk = useDesk();
  const names = new Map(inbox.queues.map((queue) => [queue.id, queue.name]));
  const busy = useSignal<string | null>(null);
  const pick = async (entry: string): Promise<void> => {
    if (busy.peek() !== null) return;
    busy.value = entry;
    await desk.run(async () => desk.enter(await desk.inbox.pick(entry)));
    busy.value = null;
  };
  return (
    <Group title={t("Waiting, you may pick")} count={inbox.waiting.length}>
      {inbox.waiting.map((one) => (
        <div class="it pickable" key={one.entry} data-entry={one.entry}>
          <span class="dot s-waiting" />
          <span class="m ell">{one.name}</span>
          <time class="t12 dim tnum">{ago(desk.inbox.secondsSince(one.waiting_since))}</time>
          <span class="l2 ell">{[names.get(one.queue) ?? "", one.about && t("“{text}”", { text: one.about })].filter(Boolean).join(" · ")}</span>
          <button type="button" class="btn sm" aria-disabled={busy.value !== null} aria-label={t("Take {name}", { name: one.name })} onClick={() => void pick(one.entry)}>
            {t("Take")}
          </button>
        </div>
      ))}
    </Group>
  );
}

function Detail({ inbox }: { inbox: InboxState }): JSX.Element {
  const desk = useDesk();
  const { offers } = desk.inbox;
  const message = desk.inbox.messages.value?.find((one) => one.id === openMessage.value);
  return (
    <section class="detail" aria-label={t("Details")}>
      <div class="stack">
        {offers.map((offer, place) => (
          <OfferCard key={offer.id} offer={offer} first={place === 0} />
        ))}
        {message && <MessageCard key={message.id} message={message} open={openMessage} />}
        {offers[0] && <Earlier offer={offers[0]} />}
        {offers.length === 0 && !message && <Quiet inbox={inbox} />}
      </div>
      <div class="stack">
        {inbox.wrap_ups.map((one) => (
          <WrapUpCard key={one.entry} wrapUp={one} codes={inbox.outcome_codes} />
        ))}
        <Today inbox={inbox} />
      </div>
    </section>
  );
}

/** The CSR's own day; read again whenever an offer or a wrap-up has come or gone. */
function Today({ inbox }: { inbox: InboxState }): JSX.Element | null {
  const desk = useDesk();
  const { offers, wrap_ups: wrapUps, sessions } = inbox.csr;
  useEffect(() => {
    desk.inbox.refreshToday().catch((error: unknown) => console.warn("could not read the day's figures", error));
  }, [desk, offers, wrapUps, sessions]);
  const today = desk.inbox.today.value;
  if (today === null) return null;
  const { score } = today;
  return (
    <article class="card pad today" aria-labelledby="today">
      <h2 class="t14" id="today">
        {t("Today")}
      </h2>
      <dl class="kv tnum">
        <dt>{t("Handled")}</dt>
        <dd>{today.handled}</dd>
        <dt>{t("Accepted in")}</dt>
        <dd>{today.accepted_in_s === null ? "–" : tn("{n} s on average", "{n} s on average", Math.round(today.accepted_in_s))}</dd>
        <dt>{t("Missed")}</dt>
        <dd>{today.missed}</dd>
        <dt>{t("Survey")}</dt>
        <dd>{score === null ? "–" : tn("{score} of 5 ({n} answer)", "{score} of 5 ({n} answers)", today.answers, { score: score.toFixed(1) })}</dd>
      </dl>
    </article>
  );
}

/** Nobody is offered: why, and what changes it. */
function Quiet({ inbox }: { inbox: InboxState }): JSX.Element {
  const desk = useDesk();
  const { presence, paused_until: paused, capacity, sessions, wrap_ups: wrapUps } = inbox.csr;
  const full = presence === "available" && sessions + wrapUps >= capacity;
  const left = paused === null ? 0 : desk.inbox.secondsUntil(paused);
  const words = !mayAccept(desk)
    ? t("Your administrator can allow you to accept inbound sessions.")
    : presence !== "available"
      ? t("Nobody is offered to you while you are not available.")
      : full
        ? t("All your places are in use. The next customer is offered when one is free.")
        : left > 0
          ? t("The next customer is offered in {time} at the earliest, because you have just declined or missed one.", { time: formatCountdown(left) })
          : t("Nobody waits for you. The next customer rings here.");
  return (
    <div class="nothing">
      <Icon name="inbox" size="l" />
      <h2>{presence === "available" ? t("You are available") : t("You are not available")}</h2>
      <p>{words}</p>
      {presence !== "available" && mayAccept(desk) && (
        <button type="button" class="btn primary" onClick={() => declare(desk, "available")}>
          {t("Be available")}
        </button>
      )}
    </div>
  );
}

/** Reads what customers left while the page is open. */
function useLeftMessages(): void {
  const desk = useDesk();
  useEffect(() => {
    const readAll = (): void => void desk.inbox.refreshMessages().catch((error: unknown) => console.warn("could not read the messages", error));
    readAll();
    const timer = setInterval(readAll, MESSAGES_MS);
    return () => clearInterval(timer);
  }, [desk]);
}
