/** A one-use code with which Support Manager attaches, to be read out when the customer cannot use the page. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import { t } from "../../core/i18n.ts";
import type { AttachCode } from "../../core/rest.ts";
import { type CaseProps, useDesk } from "./context.ts";
import { CopyButton } from "./copy-button.tsx";
import { minutesLeft } from "./words.ts";

export function CodeDialog({ one }: CaseProps): JSX.Element {
  const desk = useDesk();
  const code = useSignal<AttachCode | null>(null);
  useEffect(() => {
    void desk.run(async () => {
      code.value = await one.live.commands.attachCode("support_manager");
    });
  }, [one]);
  const made = code.value;
  if (!made) {
    return (
      <p class="dialog-body mute" role="status">
        {t("Making a code")}
      </p>
    );
  }
  return (
    <div class="dialog-body">
      <ol class="steps">
        <li>
          {t("The customer opens the Downloads page and starts Support Manager:")} <b class="address">{new URL(made.download_url, location.href).host + new URL(made.download_url, location.href).pathname}</b>
        </li>
        <li>{t("It asks for this code:")}</li>
      </ol>
      <div class="row g3">
        <b class="number mono">{made.code}</b>
        <CopyButton text={made.code} label={t("Copy the code")} />
      </div>
      <p class="t12 dim">{t("It works once, {left}.", { left: minutesLeft(made.expires_at, desk.now.value) })}</p>
    </div>
  );
}
