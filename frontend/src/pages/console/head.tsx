/** Header of the open session: who, number, state, how long; who drives and what is seen; End session. */
import type { JSX } from "preact";

import { controlOf, isControl, ownerIsCsr, surfaceOf, viewOf } from "../../core/capabilities.ts";
import { formatNumber, t } from "../../core/i18n.ts";
import { pausedByOwner } from "../../core/pauses.ts";
import type { GrantInfo, SessionSnapshot } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import { StateDot } from "../../ui/state.tsx";
import { iconOf, pausedLabel } from "./act-words.ts";
import { liveGrant } from "./action.ts";
import { type CaseProps, useDesk } from "./context.ts";
import { operatorOf } from "./hand-over.tsx";
import { amPrimary, customer, participant, shortName } from "./people.ts";
import { elapsed, stateWord } from "./words.ts";

export function Head({ one }: CaseProps): JSX.Element {
  const desk = useDesk();
  const snapshot = one.snapshot.value;
  const name = customer(snapshot)?.name;
  const number = formatNumber(snapshot.number ?? "");
  const since = snapshot.state === "waiting" ? snapshot.created_at : (snapshot.activated_at ?? snapshot.created_at);
  const until = snapshot.ended_at ? Date.parse(snapshot.ended_at) : desk.now.value;
  return (
    <header class="head">
      <h1 class="ell">{name ?? t("Waiting for the customer")}</h1>
      {number && <span class="dim tnum nowrap">{number}</span>}
      <span class={`chip s-${snapshot.state}`} role="status">
        <StateDot state={snapshot.state} />
        {stateWord(snapshot.state)}
      </span>
      <time class="mute tnum">{elapsed(since, until)}</time>
      <span class="grow" />
      <Chips one={one} />
      {snapshot.state !== "ended" && <EndButton one={one} />}
    </header>
  );
}

function EndButton({ one }: CaseProps): JSX.Element {
  const desk = useDesk();
  const snapshot = one.snapshot.value;
  const primary = amPrimary(snapshot);
  return (
    <button type="button" class="btn danger-line sm" onClick={() => (desk.dialog.value = "end")}>
      <Icon name={primary ? "end" : "leave"} size="s" />
      {primary ? t("End session") : t("Leave session")}
    </button>
  );
}

function Chips({ one }: CaseProps): JSX.Element | null {
  const snapshot = one.snapshot.value;
  if (snapshot.state !== "active" && snapshot.state !== "suspended") return null;
  const own = one.share.grant.value;
  return (
    <>
      <span class={operated(one) ? "chip c-control" : "chip"} title={t("Who moves the mouse")} data-chip="driver">
        <Icon name="control" />
        {driverWords(one)}
      </span>
      {seenChip(one)}
      {own && (
        <span class="chip c-view" data-chip="shown">
          <Icon name="share-view" />
          {ownWords(one, own)}
        </span>
      )}
      <span class="vr" />
    </>
  );
}

/** What of the other side's computer is seen now; null where nothing is. */
export function seenChip(one: CaseProps["one"]): JSX.Element | null {
  const shown = one.snapshot.value.grants.find((grant) => grant.id === one.picture.grant.value);
  if (!shown) return null;
  const picture = one.picture.view.value;
  const lost = picture.lostAt !== null || picture.silent;
  const paused = shown.state === "suspended" && pausedByOwner(one.pauses.value, shown.id);
  return (
    <span class="chip c-view" data-chip="seen">
      {paused ? <Icon name="pause" /> : lost ? <span class="dot s-suspended" aria-hidden="true" /> : <Icon name={iconOf(viewOf(shown.capability))} />}
      {paused ? pausedLabel(viewOf(shown.capability)) : lost ? t("Reconnecting") : seenWords(one, shown)}
    </span>
  );
}

/** Somebody but the owner may operate a shared computer now. */
function operated({ snapshot, picture, share }: CaseProps["one"]): boolean {
  const own = share.grant.value;
  if (own && isControl(own.capability)) return true;
  return operatorOf(snapshot.value, snapshot.value.grants.find((grant) => grant.id === picture.grant.value)) !== null;
}

export function driverWords({ snapshot: { value: snapshot }, picture, share }: CaseProps["one"]): string {
  const own = share.grant.value;
  if (own) return isControl(own.capability) ? t("{name} may drive your computer", { name: nameOf(snapshot, own.holder) }) : t("You are driving your computer");
  const shown = snapshot.grants.find((grant) => grant.id === picture.grant.value);
  const { driving, held } = picture.view.value;
  const control = shown && liveGrant(snapshot, controlOf(shown.capability));
  // Until the computer says who moves its mouse, the one with control does, unless the owner's own input holds it.
  const other = driving ? (driving.who === "viewer" ? driving.participant : null) : control?.state === "active" && held === "none" ? control.holder : null;
  if (other !== null && other === snapshot.me) return t("You are driving");
  return t("{name} is driving", { name: nameOf(snapshot, other ?? shown?.owner ?? null) });
}

function nameOf(snapshot: SessionSnapshot, id: string | null): string {
  const person = participant(snapshot, id) ?? customer(snapshot);
  return person ? shortName(person.name) : t("Customer");
}

function seenWords({ snapshot: { value: snapshot }, picture }: CaseProps["one"], shown: GrantInfo): string {
  if (ownerIsCsr(shown.capability)) return t("You see the computer of {name}", { name: nameOf(snapshot, shown.owner) });
  if (surfaceOf(shown.capability) === "application") return t("You see an application");
  const { screen } = picture.view.value;
  const chosen = picture.monitors.value.length > 0 ? picture.monitors.value : shown.scope.monitors;
  const monitors = chosen.length > 0 ? chosen : (screen?.monitors.length ?? 0) > 1 ? (screen?.shown ?? []) : [];
  const first = monitors[0];
  return monitors.length === 1 && first !== undefined ? t("You see monitor {n}", { n: first }) : t("You see the desktop");
}

function ownWords({ snapshot: { value: snapshot } }: CaseProps["one"], own: GrantInfo): string {
  const name = shortName(customer(snapshot)?.name ?? t("Customer"));
  return surfaceOf(own.capability) === "application" ? t("{name} sees your application", { name }) : t("{name} sees your desktop", { name });
}
