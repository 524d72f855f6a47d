/** What stands on the stage when there is no current picture: always named, always with what comes next. */
import type { ComponentChildren, JSX } from "preact";

import { formatNumber, t } from "../../core/i18n.ts";
import { openRequests } from "../../core/store.ts";
import type { Held } from "../../protocol/generated.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { pressAction, stateOf } from "./action-button.tsx";
import type { SessionCase } from "./case.ts";
import { type CaseProps, useDesk } from "./context.ts";
import type { Desk } from "./desk.ts";
import { connected, customer, shortName } from "./people.ts";
import { endWord, minutesLeft } from "./words.ts";

const SLOW_MS = 6000;

export function StageState({ one }: CaseProps): JSX.Element | null {
  const desk = useDesk();
  const snapshot = one.snapshot.value;
  const { state } = snapshot;
  if (state === "ended") return <Card icon="end" title={t("Session ended")} text={endWord(snapshot.end_reason)} />;
  if (state === "waiting") return <ReadOut one={one} />;
  const name = shortName(customer(snapshot)?.name ?? t("Customer"));
  if (one.picture.grant.value !== null) return <PictureState one={one} desk={desk} name={name} />;
  return <NoPicture one={one} desk={desk} name={name} />;
}

interface CardProps {
  icon: IconName;
  title: string;
  text: string;
  over?: boolean;
  children?: ComponentChildren;
}

function Card({ icon, title, text, over = false, children }: CardProps): JSX.Element {
  return (
    <div class={over ? "st over" : "st e"} role="status">
      <Icon name={icon} size="l" />
      <b>{title}</b>
      <p>{text}</p>
      {children && <span class="row g2">{children}</span>}
    </div>
  );
}

function NoPicture({ one, desk, name }: { one: SessionCase; desk: Desk; name: string }): JSX.Element {
  const snapshot = one.snapshot.value;
  if (snapshot.state === "suspended") {
    const left = snapshot.suspended_until ? minutesLeft(snapshot.suspended_until, desk.now.value) : "";
    return <Card icon="signal" title={t("{name} is not connected", { name })} text={t("The session waits and goes on by itself: {left}.", { left })} />;
  }
  if (!connected(customer(snapshot))) {
    return <Card icon="signal" title={t("{name}'s page is reloading", { name })} text={t("It takes its place again in a few seconds.")} />;
  }
  const request = openRequests(snapshot)[0];
  if (request?.via === null) {
    return (
      <Card
        icon="monitor"
        title={t("{name} needs Support Manager", { name })}
        text={t("The page offers it now: download, start, then the question appears.")}
      />
    );
  }
  if (request) return <Card icon="view" title={t("{name} is being asked", { name })} text={t("Nothing is shown until the answer is Allow.")} />;
  const may = stateOf(desk, one, "screen.view.desktop").kind === "idle";
  const second = one.tab.value !== "desktop" && may;
  return (
    <Card icon="view" title={t("Nothing is shown")} text={t("Ask to see the desktop. {name} is asked first.", { name })}>
      {second && (
        <button type="button" class="btn sm" onClick={() => void pressAction(desk, one, "screen.view.desktop")}>
          {t("Request view")}
        </button>
      )}
    </Card>
  );
}

function PictureState({ one, desk, name }: { one: SessionCase; desk: Desk; name: string }): JSX.Element | null {
  const view = one.picture.view.value;
  const grant = one.snapshot.value.grants.find((item) => item.id === one.picture.grant.value);
  // The desk's clock ticks once a second, so that the seconds here count.
  const tick = desk.now.value > 0 ? Date.now() : 0;
  if (view.lostAt !== null) {
    const seconds = Math.max(1, Math.round((tick - view.lostAt) / 1000));
    return <Card over icon="signal" title={t("Connection lost {n} s ago", { n: seconds })} text={t("Trying again. Control is off until it is back.")} />;
  }
  if (grant?.state === "suspended") {
    return <Card over icon="pause" title={t("Paused")} text={t("The connection of {name} was interrupted. It goes on when {name} is back.", { name })} />;
  }
  if (view.pictureAt === null) {
    const slow = view.startedAt !== null && tick - view.startedAt > SLOW_MS;
    const text = slow ? t("It takes longer than usual. Trying again by itself.") : t("First picture in about 2 seconds.");
    return <Card over icon="signal" title={t("Connecting")} text={text} />;
  }
  if (view.silent) return <Card over icon="signal" title={t("No sign from {name}'s computer", { name })} text={t("Trying again. Control is off until it is back.")} />;
  return <HeldNote reason={view.held} name={name} />;
}

function HeldNote({ reason, name }: { reason: Held["reason"]; name: string }): JSX.Element | null {
  const words = heldWords(reason, name);
  if (words === null) return null;
  return (
    <p class="held" role="status">
      <Icon name="pause" size="s" />
      {words}
    </p>
  );
}

function heldWords(reason: Held["reason"], name: string): string | null {
  switch (reason) {
    case "none":
    case "not_granted":
      return null;
    case "owner_input":
      return t("{name} uses the mouse or keyboard", { name });
    case "prompt":
      return t("A question is open on the screen. Only {name} can answer it.", { name });
    case "own_window":
      return t("Support Manager's own windows cannot be operated");
    case "connection":
      return t("The connection is uneven. Keys and mouse wait.");
  }
}

/** Before the customer is there: what to read out on the phone. */
function ReadOut({ one }: CaseProps): JSX.Element {
  const desk = useDesk();
  const snapshot = one.snapshot.value;
  const address = desk.me.settings.join_url.replace(/^https?:\/\//, "").replace(/\/$/, "");
  const left = snapshot.number_expires_at ? minutesLeft(snapshot.number_expires_at, desk.now.value) : "";
  return (
    <div class="st e readout">
      <p class="mute">{t("Ask the customer to open this address")}</p>
      <b class="address">{address}</b>
      <p class="mute">{t("and to enter this support number")}</p>
      <b class="number tnum">{formatNumber(snapshot.number ?? "")}</b>
      <p>{t("The number works for one customer, {left}. Other ways: Invite.", { left })}</p>
    </div>
  );
}
