/** How the customer gets Support Manager: download, one command with its one-use code, and a sign when it is there. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { Surface } from "../../core/capabilities.ts";
import { formatCountdown, t, tParts } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import type { Model } from "./model.ts";

export function ManagerOffer({ model, surface }: { model: Model; surface: Surface | null }): JSX.Element {
  if (model.managerCode.value !== null) return <Manager model={model} />;
  return (
    <article class="card sm-offer">
      <Icon name="download" size="l" />
      <div class="col g1">
        <h2>{t("Sharper, with Support Manager")}</h2>
        <p class="mute">
          {surface === "application"
            ? t("Shows several windows, also while others cover them, and can be stopped with one key. Nothing is installed, nothing stays behind.")
            : t("Shows all monitors and can be stopped with one key. Nothing is installed, nothing stays behind.")}
        </p>
        <div class="row acts-row">
          <button type="button" class="btn sm" onClick={() => void model.startManager()}>
            {t("Start Support Manager")}
          </button>
        </div>
      </div>
    </article>
  );
}

export function Copy({ text, label }: { text: string; label: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      // Without the clipboard's permission the text is there to be selected by hand.
      () => setCopied(false),
    );
  };
  return (
    <button type="button" class="btn sm" onClick={copy}>
      <Icon name={copied ? "check" : "clipboard"} size="s" />
      <span aria-live="polite">{copied ? t("Copied") : label}</span>
    </button>
  );
}

/** The steps, once a code exists. */
export function Manager({ model }: { model: Model }): JSX.Element | null {
  const code = model.managerCode.value;
  if (code === null) return null;
  const left = model.secondsUntil(code.expires_at);
  if (left <= 0) {
    return (
      <article class="card steps">
        <p>{t("The code has run out.")}</p>
        <button type="button" class="btn sm" onClick={() => void model.startManager()}>
          {t("New code")}
        </button>
      </article>
    );
  }
  return (
    <article class="card steps" aria-label={t("Start Support Manager")}>
      <ol>
        <li>
          <span class="step">1</span>
          <div class="col g1">
            <b class="m">{t("Download it")}</b>
            <a class="btn sm" href={code.download_url} target="_blank" rel="noopener">
              <Icon name="download" size="s" />
              {t("Download Support Manager")}
            </a>
          </div>
        </li>
        <li>
          <span class="step">2</span>
          <div class="col g1">
            <b class="m">{t("Start it with this command, in the folder with the file")}</b>
            <code class="mono cmd">{code.start}</code>
            <div class="row">
              <Copy text={code.start} label={t("Copy")} />
            </div>
            <p class="t12 mute source">
              {tParts<JSX.Element>("or, from the program’s source: {command}", { command: <code class="mono">{code.command}</code> })}
            </p>
          </div>
        </li>
        <li>
          <span class="step">3</span>
          <div class="col">
            <b class="m">{t("If it asks for a code")}</b>
            <span class="code tnum">{code.code}</span>
            <span class="t12 mute tnum">{t("Works once, {time} left", { time: formatCountdown(Math.floor(left)) })}</span>
          </div>
        </li>
      </ol>
      <p class="t12 mute" role="status">
        {t("This page notices by itself when Support Manager is there.")}
      </p>
    </article>
  );
}
