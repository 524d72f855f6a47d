/** Outside: waiting to be let in with the match number, and not let in. */

import type { JSX } from "preact";

import { t } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import { Notices } from "./header.tsx";
import type { Model } from "./model.ts";
import { PlainHeader } from "./plain.tsx";

export function Lobby({ model }: { model: Model }): JSX.Element {
  const helper = model.helper.value?.name ?? "";
  const number = model.person.value?.match_number ?? "";
  return (
    <>
      <PlainHeader site={model.site.value} />
      <main class="wrapc" id="main">
        <Notices model={model} />
        <section class="card place" role="status">
          <span class="n">{number}</span>
          <div class="col g1">
            <h1>{helper === "" ? t("You will be let in") : t("{name} lets you in", { name: helper })}</h1>
            <p class="t14 mute">{t("Both of you see this number. Compare it: if it differs, do not go on.")}</p>
          </div>
        </section>
        <div class="banner ok t14">
          <Icon name="check" />
          <span>{t("Nothing is shown or shared. You may wait here, also if you reload the page.")}</span>
        </div>
        <button type="button" class="btn ghost sm quit" onClick={() => void model.leave()}>
          {t("Leave")}
        </button>
      </main>
    </>
  );
}

export function NotAdmitted({ model }: { model: Model }): JSX.Element {
  return (
    <>
      <PlainHeader site={model.site.value} />
      <main class="wrapc" id="main">
        <h1>{t("You were not let in")}</h1>
        <p class="lead">{t("Ask your representative for the right number, and try again.")}</p>
        <p>
          <a class="btn" href="/">
            {t("To the first page")}
          </a>
        </p>
      </main>
    </>
  );
}
