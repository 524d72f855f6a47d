/** A message, or a wish to be called back, that a customer left instead of waiting. */
import type { Signal } from "@preact/signals";
import type { JSX } from "preact";

import { formatDate, formatTime, t } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import { useDesk } from "./context.ts";
import type { LeftMessage } from "./inbox.ts";
import { languageWord } from "./inbox-words.ts";

export type OpenMessage = Signal<string | null>;

export const messageLine = (message: LeftMessage): string => [message.queue.name, message.kind === "callback" ? message.phone : message.text].filter(Boolean).join(" · ");

export function MessageCard({ message, open }: { message: LeftMessage; open: OpenMessage }): JSX.Element {
  const desk = useDesk();
  const handled = async (): Promise<void> => {
    if (await desk.run(() => desk.inbox.handleMessage(message))) open.value = null;
  };
  return (
    <article class="card pad left-message" aria-labelledby={`message-${message.id}`} data-message={message.id}>
      <p class="t12 mute">
        {message.queue.name} · {formatDate(message.at)} {formatTime(message.at)} · {languageWord(message.language)}
      </p>
      <h2 id={`message-${message.id}`}>{message.kind === "callback" ? t("{name} asks to be called", { name: message.name }) : t("Message of {name}", { name: message.name })}</h2>
      {message.text !== "" && <p class="left-text">{message.text}</p>}
      <dl class="kv">
        {message.phone !== "" && [
          <dt key="phone-t">{t("Phone")}</dt>,
          <dd key="phone">
            <a href={`tel:${message.phone.replace(/[^\d+]/g, "")}`}>{message.phone}</a>
          </dd>,
        ]}
        {message.email !== "" && [
          <dt key="email-t">{t("E-mail")}</dt>,
          <dd key="email">
            <a href={`mailto:${encodeURIComponent(message.email)}`}>{message.email}</a>
          </dd>,
        ]}
        {Object.entries(message.context).map(([key, value]) => [
          <dt key={`${key}-t`}>{key}</dt>,
          <dd key={key}>
            {value}{" "}
            <span class="ok-t t12 nowrap">
              <Icon name="verified" size="s" /> {t("confirmed by the site")}
            </span>
          </dd>,
        ])}
        {message.entry_url !== "" && [<dt key="page-t">{t("Page")}</dt>, <dd key="page">{message.entry_url.replace(/^https?:\/\//, "")}</dd>]}
      </dl>
      <div class="row">
        <button type="button" class="btn primary" onClick={() => void handled()}>
          <Icon name="check" size="s" />
          {t("Answered")}
        </button>
        <button type="button" class="btn ghost" onClick={() => (open.value = null)}>
          {t("Close")}
        </button>
      </div>
    </article>
  );
}
