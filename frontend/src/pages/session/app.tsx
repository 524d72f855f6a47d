/** Which of its faces the customer's session page shows: the door, the session, the end. */

import type { JSX } from "preact";

import { t } from "../../core/i18n.ts";
import { Composer } from "./composer.tsx";
import { Lobby, NotAdmitted } from "./door.tsx";
import { Ended } from "./ended.tsx";
import { Header, Notices, Strip } from "./header.tsx";
import { Here } from "./here.tsx";
import type { Model } from "./model.ts";
import { Talk } from "./talk.tsx";

export function App({ model }: { model: Model }): JSX.Element {
  const state = model.person.value?.state;
  if (state === "refused") return <NotAdmitted model={model} />;
  if (model.snapshot.value.state === "ended" || state === "left" || model.left.value) return <Ended model={model} />;
  if (state === "lobby") return <Lobby model={model} />;
  return <Live model={model} />;
}

function Live({ model }: { model: Model }): JSX.Element {
  return (
    <div class="frame">
      <div class="top">
        <Header model={model} />
        <Strip model={model} />
        <Notices model={model} />
      </div>
      <main class={model.panelOpen.value ? "lay panel" : "lay"} id="main">
        <h1 class="sr">{t("Your support session")}</h1>
        <Talk model={model} />
        <Here model={model} />
        <Composer model={model} />
      </main>
    </div>
  );
}
