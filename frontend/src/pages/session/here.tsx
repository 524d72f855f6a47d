/** Beside the conversation: who is here, what is allowed now, more devices, and the way out. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { isClipboard, isControl, isScreen } from "../../core/capabilities.ts";
import { formatTime, t } from "../../core/i18n.ts";
import { isCsr } from "../../core/store.ts";
import type { Capability, GrantInfo, ParticipantInfo } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import { initials } from "../../ui/text.tsx";
import { Device } from "./device.tsx";
import type { Model } from "./model.ts";
import { Preview } from "./lazy.tsx";
import { grantName, look } from "./words.ts";

const DISCS = ["d", "e", "b", "c", "a"];

function roleText(person: ParticipantInfo, own: boolean): string {
  if (own) return person.role === "primary_customer" ? t("Only you can allow something") : t("Sees what is shared");
  switch (person.role) {
    case "primary_csr":
      return t("Helps you");
    case "assisting_csr":
      return t("Assists, sees what you share");
    case "primary_customer":
      return t("Decides what is allowed");
    case "secondary_customer":
      return t("Sees what is shared");
  }
}

function Person({ person, own, index }: { person: ParticipantInfo; own: boolean; index: number }): JSX.Element {
  const away = !person.endpoints.some((endpoint) => endpoint.connected);
  const manager = person.endpoints.some((endpoint) => endpoint.connected && endpoint.kind === "support_manager");
  return (
    <li>
      <span class={`av ${own ? "a" : (DISCS[index % DISCS.length] ?? "d")}`} aria-hidden="true">
        {initials(person.name)}
      </span>
      <span class="col grow t14">
        <b class="m" dir="auto">
          {own ? t("You, {name}", { name: person.name }) : person.name}
        </b>
        <span class="mute t12">{roleText(person, own)}</span>
        {manager && own && <span class="mute t12">{t("Support Manager is running")}</span>}
      </span>
      {away && !own && (
        <span class="chip s-suspended">
          <span class="dot s-suspended" />
          {isCsr(person) ? t("reconnecting") : t("away")}
        </span>
      )}
    </li>
  );
}

function GrantRow({ model, grant }: { model: Model; grant: GrantInfo }): JSX.Element {
  const own = grant.owner === model.snapshot.value.me;
  const { icon, kind } = look(grant.capability);
  const stop = isControl(grant.capability) ? t("Stop control") : own ? t("Stop showing") : t("Stop watching");
  return (
    <li>
      <span class="col g1 grow granted">
        <span class={`chip ${kind}`}>
          <Icon name={icon} />
          <span class="ell">{grantName(grant.capability, grant.scope, own ? null : model.shortNameOf(grant.owner))}</span>
        </span>
        <span class="t12 mute tnum">{t("since {time}", { time: formatTime(grant.granted_at) })}</span>
      </span>
      {model.decides && (
        <button type="button" class="btn sm end" aria-label={stop} onClick={() => model.stopGrant(grant)}>
          {t("Stop")}
        </button>
      )}
    </li>
  );
}

/** What of this person's own computer nobody may do now. */
function notAllowed(grants: readonly GrantInfo[]): string {
  const has = (test: (capability: Capability) => boolean): boolean => grants.some((grant) => test(grant.capability));
  const control = has(isControl);
  const clipboard = has(isClipboard);
  const what = [
    ...(control || has(isScreen) ? [] : [t("screen")]),
    ...(control ? [] : [t("control")]),
    t("files"),
    ...(clipboard ? [] : [t("clipboard")]),
    t("system information"),
  ];
  return t("Not allowed on your computer: {what}", { what: what.join(t(", ")) });
}

/** Support Manager offers itself where something needs it; here a person may start it before. */
function ByHand({ model }: { model: Model }): JSX.Element {
  return (
    <button type="button" class="btn sm leave" onClick={() => void model.startManager()}>
      <Icon name="download" size="s" />
      {t("Start Support Manager")}
    </button>
  );
}

function Leave({ model }: { model: Model }): JSX.Element {
  const [asked, setAsked] = useState(false);
  if (!asked) {
    return (
      <button type="button" class="btn sm leave" onClick={() => setAsked(true)}>
        <Icon name="leave" size="s" />
        {t("Leave the session")}
      </button>
    );
  }
  const ends = model.person.value?.role === "primary_customer";
  return (
    <section class="card col g2">
      <p class="t14">{ends ? t("Leave? The session ends for everyone.") : t("Leave? The others go on.")}</p>
      <div class="row wrap">
        <button type="button" class="btn sm" onClick={() => setAsked(false)}>
          {t("Stay")}
        </button>
        <button type="button" class="btn sm" onClick={() => void model.leave()}>
          {t("Leave now")}
        </button>
      </div>
    </section>
  );
}

export function Here({ model }: { model: Model }): JSX.Element {
  const people = model.snapshot.value.participants.filter((person) => person.state === "joined");
  const grants = model.grants.value;
  const offer = model.decides && !model.phone && model.manager.value === undefined && model.managerCode.value === null;
  return (
    <aside class="here" id="here" aria-label={t("Who is here and what is allowed")}>
      <Preview model={model} />
      <section class="card">
        <h2>{t("Who is here")}</h2>
        <ul class="list">
          {people.map((person, index) => (
            <Person key={person.id} person={person} own={person.id === model.snapshot.value.me} index={index} />
          ))}
        </ul>
      </section>
      <section class="card">
        <h2>{t("Allowed now")}</h2>
        {grants.length > 0 && (
          <ul class="list">
            {grants.map((grant) => (
              <GrantRow key={grant.id} model={model} grant={grant} />
            ))}
          </ul>
        )}
        <p class="t12 mute">{notAllowed(model.ownGrants.value)}</p>
      </section>
      <Device model={model} />
      {offer && model.requests.value.length === 0 && <ByHand model={model} />}
      <Leave model={model} />
    </aside>
  );
}
