/** Theme and language, as in the other pages' header. */

import type { JSX } from "preact";

import { language, t } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";

export function Switches(): JSX.Element {
  const japanese = language() === "ja";
  const csrf = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
  return (
    <>
      <button type="button" class="btn ghost sm icon t-toggle" data-toggle-theme aria-label={t("Light or dark")} title={t("Light or dark")}>
        <Icon name="theme" />
      </button>
      <form class="lang" method="post" action="/i18n/setlang/">
        <input type="hidden" name="csrfmiddlewaretoken" value={csrf} />
        <input type="hidden" name="next" value={location.pathname} />
        <button class="btn ghost sm" name="language" value={japanese ? "en" : "ja"} lang={japanese ? "en" : "ja"}>
          {japanese ? "English" : "日本語"}
        </button>
      </form>
    </>
  );
}
