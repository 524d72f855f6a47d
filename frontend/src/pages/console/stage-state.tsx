/** What stands on the stage when there is no current picture: always named, always with what comes next. */
import type { JSX } from "preact";

import { capabilityOf, ownerIsCsr } from "../../core/capabilities.ts";
import { formatNumber, t } from "../../core/i18n.ts";
import { pausedByOwner } from "../../core/pauses.ts";
import { openRequests } from "../../core/store.ts";
import { PictureNote, StageCard } from "../../ui/picture-note.tsx";
import { iconOf } from "./act-words.ts";
import { pressAction, stateOf } from "./action-button.tsx";
import type { SessionCase } from "./case.ts";
import { type CaseProps, useDesk } from "./context.ts";
import type { Desk } from "./desk.ts";
import { OwnShare } from "./own-share.tsx";
import { connected, customer, ownerOf, shortName } from "./people.ts";
import { endWord, minutesLeft } from "./words.ts";

export function StageState({ one }: CaseProps): JSX.Element | null {
  const desk = useDesk();
  const snapshot = one.snapshot.value;
  const { state } = snapshot;
  if (state === "ended") return <StageCard icon="end" title={t("Session ended")} text={endWord(snapshot.end_reason)} />;
  if (state === "waiting") return <ReadOut one={one} />;
  const shown = snapshot.grants.find((grant) => grant.id === one.picture.grant.value);
  const name = shortName(ownerOf(snapshot, shown)?.name ?? t("Customer"));
  if (one.picture.grant.value !== null) return <PictureState one={one} desk={desk} name={name} />;
  const own = one.share.grant.value;
  if (own) return <OwnShare one={one} grant={own} />;
  return <NoPicture one={one} desk={desk} name={name} />;
}

function NoPicture({ one, desk, name }: { one: SessionCase; desk: Desk; name: string }): JSX.Element {
  const snapshot = one.snapshot.value;
  if (snapshot.state === "suspended") {
    const left = snapshot.suspended_until ? minutesLeft(snapshot.suspended_until, desk.now.value) : "";
    return <StageCard icon="signal" title={t("{name} is not connected", { name })} text={t("The session waits and goes on by itself: {left}.", { left })} />;
  }
  if (!connected(customer(snapshot))) {
    return <StageCard icon="signal" title={t("{name}'s page is reloading", { name })} text={t("It takes its place again in a few seconds.")} />;
  }
  const request = openRequests(snapshot)[0];
  if (request?.via === null) {
    return (
      <StageCard
        icon="monitor"
        title={t("{name} needs Support Manager", { name })}
        text={t("The page offers it now: download, start, then the question appears.")}
      />
    );
  }
  if (request) {
    const text = ownerIsCsr(request.capability) ? t("Nothing of your computer is shown before {name} accepts.", { name }) : t("Nothing is shown until the answer is Allow.");
    return <StageCard icon={iconOf(request.capability)} title={t("{name} is being asked", { name })} text={text} />;
  }
  return <NothingShown one={one} desk={desk} name={name} />;
}

function NothingShown({ one, desk, name }: { one: SessionCase; desk: Desk; name: string }): JSX.Element {
  const tab = one.tab.value;
  const application = tab === "application";
  const capability = capabilityOf("screen", "view", application ? "application" : "desktop");
  const may = stateOf(desk, one, capability).kind === "idle";
  const second = tab !== "desktop" && tab !== "application" && may;
  const text = application ? t("Ask to see an application. {name} chooses it.", { name }) : t("Ask to see the desktop. {name} is asked first.", { name });
  return (
    <StageCard icon={application ? "app-view" : "view"} title={t("Nothing is shown")} text={text}>
      {second && (
        <button type="button" class="btn sm" onClick={() => void pressAction(desk, one, capability)}>
          {t("Request view")}
        </button>
      )}
    </StageCard>
  );
}

function PictureState({ one, desk, name }: { one: SessionCase; desk: Desk; name: string }): JSX.Element {
  const grant = one.snapshot.value.grants.find((item) => item.id === one.picture.grant.value);
  // The desk's clock ticks once a second, so that the seconds here count.
  const now = desk.now.value > 0 ? Date.now() : 0;
  const all = one.picture.monitors.value.length > 0 && (
    <button type="button" class="btn sm" onClick={() => one.picture.chooseMonitors([])}>
      {t("Show all monitors")}
    </button>
  );
  const byOwner = grant !== undefined && pausedByOwner(one.pauses.value, grant.id);
  return <PictureNote view={one.picture.view.value} grant={grant} byOwner={byOwner} name={name} now={now} instead={all} />;
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
