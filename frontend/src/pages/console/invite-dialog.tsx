/** Ways to invite: read out by phone, e-mail, a message to copy, a QR code. */
import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import { formatNumber, t } from "../../core/i18n.ts";
import type { Invitation } from "../../core/rest.ts";
import { panelId, Tabs } from "../../ui/tabs.tsx";
import type { CaseProps } from "./context.ts";
import { useDesk } from "./context.ts";
import { CopyButton } from "./copy-button.tsx";
import { QrCode } from "./qr-code.tsx";
import { spellAddress, spellNumber } from "./spelling.ts";
import { minutesLeft } from "./words.ts";

type Way = "phone" | "email" | "message" | "qr";
type Channel = "phone" | "email" | "message";

const NAME = "invite";

interface WayProps extends CaseProps {
  language: Signal<string>;
}

export function InviteDialog({ one }: CaseProps): JSX.Element {
  const desk = useDesk();
  const way = useSignal<Way>("phone");
  const snapshot = one.snapshot.value;
  const language = useSignal<string>(snapshot.customer_language);
  const left = snapshot.number_expires_at ? minutesLeft(snapshot.number_expires_at, desk.now.value) : "";
  return (
    <div class="dialog-body invite">
      <Tabs<Way>
        name={NAME}
        label={t("Ways to invite")}
        items={[
          { id: "phone", label: t("By phone") },
          { id: "email", label: t("By e-mail") },
          { id: "message", label: t("By message") },
          { id: "qr", label: t("QR code") },
        ]}
        chosen={way.value}
        choose={(id) => (way.value = id)}
      />
      <div role="tabpanel" id={panelId(NAME, way.value)} class="invite-pane" key={way.value}>
        {way.value === "phone" && <ByPhone one={one} />}
        {way.value === "email" && <ByMail one={one} language={language} />}
        {way.value === "message" && <ByMessage one={one} language={language} />}
        {way.value === "qr" && <ByQr one={one} language={language} />}
      </div>
      {left && <p class="t12 dim">{t("The number works for one customer, {left}.", { left })}</p>}
    </div>
  );
}

function ByPhone({ one }: CaseProps): JSX.Element {
  const desk = useDesk();
  const number = one.snapshot.value.number ?? "";
  const address = desk.me.settings.join_url.replace(/^https?:\/\//, "").replace(/\/$/, "");
  useEffect(() => {
    // Written down once, so that the log says how the customer was invited.
    void desk.run(() => one.live.commands.invite("phone", one.snapshot.peek().customer_language));
  }, [one]);
  return (
    <dl class="spell">
      <dt>{t("Address")}</dt>
      <dd>
        <b class="address">{address}</b>
        <ol class="letters">
          {spellAddress(address).map(({ sign, word }, place) => (
            <li key={place}>
              <b>{sign}</b> <span>{word}</span>
            </li>
          ))}
        </ol>
      </dd>
      <dt>{t("Support number")}</dt>
      <dd>
        <b class="number tnum">{formatNumber(number)}</b>
        <p class="mute">{spellNumber(number)}</p>
      </dd>
    </dl>
  );
}

/** The invitation's words as the server makes them, in the language of the customer. */
function useInvitation(one: CaseProps["one"], channel: Channel, language: string): Invitation | null {
  const desk = useDesk();
  const made = useSignal<Invitation | null>(null);
  useEffect(() => {
    void desk.run(async () => {
      made.value = await one.live.commands.invite(channel, language);
    });
  }, [one, channel, language]);
  return made.value;
}

function LanguageChoice({ language }: { language: Signal<string> }): JSX.Element {
  return (
    <div class="field">
      <label for="invite-language">{t("Language of the invitation")}</label>
      <select class="input" id="invite-language" value={language.value} onChange={(event) => (language.value = event.currentTarget.value)}>
        <option value="en">{"English"}</option>
        <option value="ja">{"日本語"}</option>
      </select>
    </div>
  );
}

function ByMail({ one, language }: WayProps): JSX.Element {
  const desk = useDesk();
  const address = useSignal("");
  const sent = useSignal("");
  const busy = useSignal(false);
  const send = async (): Promise<void> => {
    busy.value = true;
    const to = address.peek().trim();
    if (await desk.run(() => one.live.commands.invite("email", language.peek(), to))) {
      sent.value = to;
      address.value = "";
    }
    busy.value = false;
  };
  return (
    <form
      class="col g3"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy.peek()) void send();
      }}
    >
      <div class="field">
        <label for="invite-mail">{t("E-mail address of the customer")}</label>
        <input
          class="input"
          id="invite-mail"
          type="email"
          required
          maxLength={254}
          autocomplete="off"
          value={address.value}
          onInput={(event) => (address.value = event.currentTarget.value)}
        />
      </div>
      <LanguageChoice language={language} />
      <p class="t12 dim">{t("The address is used for this e-mail only; the log keeps a fingerprint of it.")}</p>
      <div class="row">
        <button type="submit" class="btn primary" aria-disabled={busy.value}>
          {t("Send the e-mail")}
        </button>
        <span class="mute" role="status">
          {sent.value && t("Sent to {address}", { address: sent.value })}
        </span>
      </div>
    </form>
  );
}

function ByMessage({ one, language }: WayProps): JSX.Element {
  const made = useInvitation(one, "message", language.value);
  return (
    <div class="col g3">
      <LanguageChoice language={language} />
      <textarea class="input" rows={7} readOnly aria-label={t("Text of the invitation")} value={made?.text ?? ""} />
      <div class="row">
        <CopyButton text={made?.text ?? ""} label={t("Copy the text")} />
        <CopyButton text={made?.link ?? ""} label={t("Copy the link")} />
      </div>
    </div>
  );
}

function ByQr({ one, language }: WayProps): JSX.Element {
  const made = useInvitation(one, "message", language.value);
  return (
    <div class="col g3 qr-pane">
      {made ? <QrCode text={made.link} label={t("QR code that opens the join page with the number")} /> : <p role="status">{t("Making the code")}</p>}
      <p class="mute">{t("The customer's phone opens the join page with the number filled in. Nothing is used up until Join is pressed.")}</p>
    </div>
  );
}
