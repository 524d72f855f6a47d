/** Who is in the session, who is connected how, and who waits to be let in. */
import type { JSX } from "preact";

import { t } from "../../core/i18n.ts";
import type { ParticipantInfo } from "../../protocol/generated.ts";
import { Avatar } from "../../ui/person.tsx";
import { type CaseProps, useDesk } from "./context.ts";
import { amPrimary, connected, isCsr, joined, lobby } from "./people.ts";
import { roleWord } from "./words.ts";

export function Participants({ one }: CaseProps): JSX.Element {
  const snapshot = one.snapshot.value;
  const waiting = lobby(snapshot);
  return (
    <div class="side-scroll scroll" tabIndex={0}>
      {waiting.length > 0 && (
        <section class="lobby" aria-label={t("Waiting to be let in")}>
          <h2>{t("Waiting to be let in")}</h2>
          {waiting.map((person) => (
            <Waiting key={person.id} one={one} person={person} />
          ))}
        </section>
      )}
      <ul class="people">
        {joined(snapshot).map((person) => (
          <Person key={person.id} person={person} me={snapshot.me} />
        ))}
      </ul>
    </div>
  );
}

function Waiting({ one, person }: CaseProps & { person: ParticipantInfo }): JSX.Element {
  const desk = useDesk();
  const primary = amPrimary(one.snapshot.value);
  const { commands } = one.live;
  return (
    <div class="waiting">
      <Avatar id={person.id} name={person.name} />
      <span class="grow col">
        <b class="m ell">{person.name}</b>
        <span class="t12 mute">{t("Ask for the number {n} on the screen", { n: person.match_number ?? "–" })}</span>
      </span>
      <b class="match tnum">{person.match_number}</b>
      {primary ? (
        <span class="row waiting-acts">
          <button type="button" class="btn sm" onClick={() => void desk.run(() => commands.refuse(person.id))}>
            {t("Refuse")}
          </button>
          <button type="button" class="btn sm" onClick={() => void desk.run(() => commands.admit(person.id))}>
            {t("Let in")}
          </button>
        </span>
      ) : (
        <span class="t12 dim waiting-acts">{t("The primary CSR decides")}</span>
      )}
    </div>
  );
}

function Person({ person, me }: { person: ParticipantInfo; me: string | null }): JSX.Element {
  const online = connected(person);
  const words = [person.id === me ? t("{role}, you", { role: roleWord(person.role) }) : roleWord(person.role), ...programs(person)];
  return (
    <li>
      <Avatar id={person.id} name={person.name} />
      <span class="grow col">
        <b class="m ell">{person.name}</b>
        <span class="t12 mute">{words.join(" · ")}</span>
      </span>
      <span class={online ? "dot s-active" : "dot s-suspended"} role="img" aria-label={online ? t("Connected") : t("Not connected")} title={online ? t("Connected") : t("Not connected")} />
    </li>
  );
}

function programs(person: ParticipantInfo): string[] {
  const live = person.endpoints.filter((endpoint) => endpoint.connected);
  const labels = live.map((endpoint) => (endpoint.kind === "support_manager" ? t("Support Manager") : endpoint.label)).filter(Boolean);
  const unique = [...new Set(labels)];
  if (unique.length > 0 || isCsr(person)) return unique;
  return [t("Not connected")];
}

