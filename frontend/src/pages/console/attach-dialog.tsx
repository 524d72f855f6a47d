/** Brings the CSR's own Support Manager into the session: one click makes the one-use code, then the page waits and goes on. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";

import { formatCountdown, t } from "../../core/i18n.ts";
import type { AttachCode } from "../../core/rest.ts";
import { participant, supportManager } from "../../core/store.ts";
import { Icon } from "../../ui/icon.tsx";
import { askLabel } from "./act-words.ts";
import { type CaseProps, useDesk } from "./context.ts";
import { CopyButton } from "./copy-button.tsx";

export function AttachDialog({ one, close }: CaseProps & { close: () => void }): JSX.Element {
  const desk = useDesk();
  const code = useSignal<AttachCode | null>(null);
  const busy = useSignal(false);
  const snapshot = one.snapshot.value;
  const here = supportManager(participant(snapshot, snapshot.me)) !== undefined;
  const next = one.share.waiting.value;
  useEffect(() => {
    if (!here) return;
    close();
    void one.share.attached(desk);
  }, [here]);
  const make = async (): Promise<void> => {
    busy.value = true;
    await desk.run(async () => (code.value = await one.live.commands.attachCode("support_manager")));
    busy.value = false;
  };
  return (
    <div class="dialog-body">
      <p>{t("Support Manager is the small program that shows your computer and lets the customer operate it. It asks you first, and you stop it with one key.")}</p>
      {code.value === null ? (
        <div class="row">
          <button type="button" class="btn primary" aria-disabled={busy.value} onClick={() => void (busy.peek() || make())}>
            <Icon name="monitor" size="s" />
            {t("Attach my Support Manager")}
          </button>
        </div>
      ) : (
        <Steps code={code.value} again={() => void make()} />
      )}
      {next && <p class="t12 mute">{t("Then the console goes on by itself with: {action}.", { action: askLabel(next) })}</p>}
    </div>
  );
}

/** A command breaks between its words only, never at the hyphens of an option. */
function unbroken(command: string): ComponentChildren {
  return command.split(" ").map((word, place) => (
    <>
      {place > 0 && " "}
      <span class="nowrap">{word}</span>
    </>
  ));
}

function Steps({ code, again }: { code: AttachCode; again: () => void }): JSX.Element {
  const desk = useDesk();
  const left = (Date.parse(code.expires_at) - desk.now.value) / 1000;
  return (
    <>
      <ol class="steps">
        <li>
          <a href={code.download_url} target="_blank" rel="noopener">
            {t("Download Support Manager")}
          </a>
          <span class="t12 mute"> {t("Not needed when you have it already.")}</span>
        </li>
        <li>
          {t("Start it with this line:")}
          <pre class="command">
            <code>{unbroken(code.start)}</code>
          </pre>
          <span class="row wrap">
            <CopyButton text={code.start} label={t("Copy the line")} />
            <span class="t12 mute">{t("or type the code {code} into its window", { code: code.code })}</span>
          </span>
        </li>
      </ol>
      <p class="row" role="status">
        {left > 0 ? (
          <>
            <Icon name="clock" size="s" />
            {t("Waiting for your Support Manager. The code works once, {time} left.", { time: formatCountdown(Math.floor(left)) })}
          </>
        ) : (
          <>
            <span>{t("The code has run out.")}</span>
            <button type="button" class="btn sm" onClick={again}>
              {t("Make a new code")}
            </button>
          </>
        )}
      </p>
    </>
  );
}
