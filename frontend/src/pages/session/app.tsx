/** Which of its faces the customer's session page shows: the door, the session, the end. */

import type { JSX } from "preact";

import { t } from "../../core/i18n.ts";
import { Composer } from "./composer.tsx";
import { Lobby, NotAdmitted } from "./door.tsx";
import { Ended } from "./ended.tsx";
import { Header, Notices, Strip } from "./header.tsx";
import { Here } from "./here.tsx";
import { Stage } from "./lazy.tsx";
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
  const kinds = ["lay"];
  if (model.panelOpen.value) kinds.push("panel");
  if (model.watching.value) kinds.push("watching");
  const waiting = model.waiting.value;
  if (waiting) kinds.push("waiting");
  return (
    <div class="frame">
      <div class="top">
        <Header model={model} />
        {!waiting && <Strip model={model} />}
        <Notices model={model} />
      </div>
      <main class={kinds.join(" ")} id="main">
        {!waiting && <h1 class="sr">{t("Your support session")}</h1>}
        <Stage model={model} />
        <Talk model={model} />
        {!waiting && <Here model={model} />}
        <Composer model={model} />
      </main>
    </div>
  );
}
