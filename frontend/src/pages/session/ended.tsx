/** After the end: what is true now, and the receipt. */

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";

import { formatDate, formatTime, t } from "../../core/i18n.ts";
import type { Receipt, ReceiptItem } from "../../core/rest.ts";
import type { EndReason } from "../../protocol/generated.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { SafeText } from "../../ui/text.tsx";
import type { Model } from "./model.ts";
import { PlainHeader } from "./plain.tsx";
import { receiptText, shortHash } from "./receipt.ts";
import { Survey } from "./survey.tsx";

function reasonText(reason: EndReason | null): string {
  switch (reason) {
    case "customer_leave":
      return t("You left the session.");
    case "csr_end":
      return t("Your representative ended the session.");
    case "idle":
      return t("It ended because nothing happened for a long time.");
    case "unanswered":
      return t("Nobody could help in time. We are sorry.");
    case "unjoined":
    case "orphaned":
      return t("It ended because the connection did not come back.");
    case "admin":
      return t("The organisation ended the session.");
    case null:
      return "";
  }
}

function look(item: ReceiptItem): { readonly icon: IconName; readonly tone: string } {
  if (item.type === "screenshot.taken") return { icon: "download", tone: "cv" };
  if (item.type === "grant.marked") return { icon: "pen", tone: "cv" };
  if (item.type === "options.changed") return { icon: "options", tone: "dim" };
  if (item.type.includes("control") || /operat|control|操作|コントロール/i.test(item.text)) return { icon: "control", tone: "cc" };
  if (/view|grant|request/.test(item.type)) return { icon: "view", tone: "cv" };
  if (item.type.startsWith("participant")) return { icon: "user", tone: "dim" };
  return { icon: "clock", tone: "dim" };
}

function save(text: string, name: string): void {
  const link = document.createElement("a");
  // The byte order mark tells old Windows programs that the text is UTF-8.
  link.href = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/plain;charset=utf-8" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** The saved picture that a line of the receipt tells of. */
function Still({ item, model }: { item: ReceiptItem; model: Model }): JSX.Element | null {
  if (item.type !== "screenshot.taken") return null;
  const fact = model.history.facts.value.find((one) => one.kind === "screenshot" && Date.parse(one.at) === Date.parse(item.at));
  if (fact?.kind !== "screenshot") return null;
  return (
    <>
      {" "}
      <a href={model.session.commands.screenshotUrl(fact.screenshot.id)} target="_blank" rel="noopener">
        {t("Open the picture")}
      </a>
    </>
  );
}

function ReceiptView({ receipt, model }: { receipt: Receipt; model: Model }): JSX.Element {
  const { started_at, ended_at } = receipt;
  const name = `receipt-${(ended_at ?? model.snapshot.value.now).slice(0, 10)}.txt`;
  return (
    <section class="col g2">
      <div class="row wrap">
        <h2>{t("Receipt")}</h2>
        {started_at !== null && (
          <span class="end t12 mute tnum">
            {formatDate(started_at)}, {formatTime(started_at)}
            {ended_at !== null && `–${formatTime(ended_at)}`}
          </span>
        )}
      </div>
      <ul class="card list rc">
        {receipt.items.map((item, index) => {
          const { icon, tone } = look(item);
          return (
            <li key={index}>
              <span class={tone}>
                <Icon name={icon} />
              </span>
              <b>
                {item.text}
                <Still item={item} model={model} />
              </b>
              <time class="q tnum" dateTime={item.at}>
                {formatTime(item.at)}
              </time>
            </li>
          );
        })}
        {receipt.items.length === 0 && (
          <li>
            <span class="dim">
              <Icon name="view-off" />
            </span>
            <b>{t("Nothing was seen or operated.")}</b>
          </li>
        )}
      </ul>
      <div class="row wrap">
        <button type="button" class="btn sm" onClick={() => save(receiptText(receipt), name)}>
          <Icon name="download" size="s" />
          {t("Save the receipt")}
        </button>
        <span class="t12 mute mono ell" title={t("Fingerprint of the log")}>
          {t("log {hash}", { hash: shortHash(receipt.head_hash) })}
        </span>
      </div>
      {receipt.messages.length > 0 && (
        <details class="card transcript">
          <summary>{t("The conversation")}</summary>
          <ul class="list">
            {receipt.messages.map((message, index) => (
              <li key={index} class="col">
                <span class="t12 mute">
                  {message.name !== undefined && `${message.name}, `}
                  <time dateTime={message.at}>{formatTime(message.at)}</time>
                </span>
                <span class="t14" dir="auto">
                  <SafeText text={message.text} />
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

export function Ended({ model }: { model: Model }): JSX.Element {
  const receipt = useMemo(() => signal<Receipt | "loading" | "failed">("loading"), []);
  const load = (): void => {
    receipt.value = "loading";
    model.session.commands.receipt().then(
      (answer) => (receipt.value = answer),
      () => (receipt.value = "failed"),
    );
  };
  useEffect(load, []);
  const snapshot = model.snapshot.value;
  const managed = model.history.managerSeen.value;
  const state = receipt.value;
  return (
    <>
      <PlainHeader site={model.site.value} />
      <main class="wrapc" id="main">
        <div class="col g2">
          <h1>{t("The session has ended")}</h1>
          <p class="row g1 t14 ok-t top">
            <Icon name="check" size="s" />
            <span>
              {t("Nobody sees or operates your computer.")} {managed && t("Support Manager has removed itself.")}
            </span>
          </p>
          <p class="t14 mute">{reasonText(snapshot.end_reason)}</p>
        </div>
        {state === "loading" && <p class="t14 mute">{t("The receipt is being written …")}</p>}
        {state === "failed" && (
          <div class="banner warn t14" role="alert">
            <Icon name="alert" />
            <span class="grow">{t("The receipt could not be loaded.")}</span>
            <button type="button" class="btn sm" onClick={load}>
              {t("Try again")}
            </button>
          </div>
        )}
        {typeof state === "object" && <ReceiptView receipt={state} model={model} />}
        {typeof state === "object" && state.survey !== null && <Survey commands={model.session.commands} known={state.survey} />}
        <p class="t14">
          <a href="/">{t("Join another session")}</a>
        </p>
      </main>
    </>
  );
}
