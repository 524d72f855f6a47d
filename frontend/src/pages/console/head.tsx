/** Header of the open session: who, number, state, how long; who drives and what is seen; End session. */
import type { JSX } from "preact";

import { formatNumber, t } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import { StateDot } from "../../ui/state.tsx";
import { liveGrant } from "./action.ts";
import { type CaseProps, useDesk } from "./context.ts";
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
  const picture = one.picture.view.value;
  const lost = picture.lostAt !== null || picture.silent;
  const seen = one.picture.grant.value !== null;
  const control = liveGrant(snapshot, "screen.control.desktop");
  return (
    <>
      <span class={control ? "chip c-control" : "chip"} title={t("Who moves the mouse")}>
        <Icon name="control" />
        {driverWords(one)}
      </span>
      {seen && (
        <span class="chip c-view">
          {lost ? <span class="dot s-suspended" aria-hidden="true" /> : <Icon name="view" />}
          {lost ? t("Reconnecting") : seenWords(one)}
        </span>
      )}
      <span class="vr" />
    </>
  );
}

function driverWords({ snapshot: { value: snapshot }, picture }: CaseProps["one"]): string {
  const { driving, held } = picture.view.value;
  const control = liveGrant(snapshot, "screen.control.desktop");
  // Until the computer says who moves its mouse, the one with control does, unless the owner's own input holds it.
  const csr = driving ? (driving.who === "csr" ? driving.participant : null) : control?.state === "active" && held === "none" ? control.csr : null;
  if (csr !== null && csr === snapshot.me) return t("You are driving");
  const other = participant(snapshot, csr) ?? customer(snapshot);
  return t("{name} is driving", { name: other ? shortName(other.name) : t("Customer") });
}

function seenWords({ snapshot: { value: snapshot }, picture }: CaseProps["one"]): string {
  const shown = snapshot.grants.find((grant) => grant.id === picture.grant.value);
  const monitors = shown?.scope.monitors ?? [];
  const first = monitors[0];
  return monitors.length === 1 && first !== undefined ? t("You see monitor {n}", { n: first }) : t("You see the desktop");
}
