/** The granted monitors: show one, all, or one in a window of its own. Choosing is not control; more is a new request. */
import type { JSX } from "preact";

import { isControl, ownerIsCsr, surfaceOf, viewOf } from "../../core/capabilities.ts";
import { t } from "../../core/i18n.ts";
import { openRequests } from "../../core/store.ts";
import type { GrantInfo, MonitorInfo, Screen, SessionSnapshot } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import { type CaseProps, useDesk } from "./context.ts";
import type { Desk } from "./desk.ts";
import { amPrimary } from "./people.ts";

export interface MonitorChoice {
  readonly monitor: MonitorInfo;
  /** It is in the picture. */
  readonly shown: boolean;
}

/** What can be chosen, and what is shown now; until the source says, what was chosen counts. */
export function monitorChoices(screen: Screen | null, chosen: readonly number[]): MonitorChoice[] {
  const shown = chosen.length > 0 ? chosen : (screen?.shown ?? []);
  return (screen?.monitors ?? []).map((monitor) => ({ monitor, shown: shown.length === 0 || shown.includes(monitor.number) }));
}

export function Monitors({ one }: CaseProps): JSX.Element | null {
  const desk = useDesk();
  const { screen } = one.picture.view.value;
  const choices = monitorChoices(screen, one.picture.monitors.value);
  if (choices.length < 2 || screen?.surface === "application") return <AskForMore one={one} />;
  const all = choices.every(({ shown }) => shown);
  return (
    <>
      <span class="vr" />
      <span class="row tight" role="group" aria-label={t("Monitors")}>
        {choices.map(({ monitor, shown }) => (
          <MonitorButton key={monitor.number} monitor={monitor} on={shown && !all} choose={() => one.picture.chooseMonitors([monitor.number])} />
        ))}
        <button type="button" class={all ? "btn ghost sm on" : "btn ghost sm"} aria-pressed={all} title={t("All monitors in one picture")} onClick={() => one.picture.chooseMonitors([])}>
          {t("All")}
        </button>
      </span>
      <Menu
        kind="btn ghost sm icon"
        label={t("A monitor in its own window")}
        title={t("A monitor in its own window")}
        items={choices.map(({ monitor }) => ({
          id: String(monitor.number),
          label: t("Monitor {n} in its own window", { n: monitor.number }),
          icon: "pip" as const,
          run: () => popOut(desk, one.id, monitor),
        }))}
      >
        <Icon name="pip" size="s" />
      </Menu>
      <AskForMore one={one} />
    </>
  );
}

/** The grant that a request for other windows, or for the monitors that were left out, is to take the place of. */
export function replaceable(snapshot: SessionSnapshot, shown: string | null): GrantInfo | null {
  const picture = snapshot.grants.find((grant) => grant.id === shown);
  if (!picture || ownerIsCsr(picture.capability) || !amPrimary(snapshot)) return null;
  if (surfaceOf(picture.capability) === "desktop" && picture.scope.monitors.length === 0) return null;
  const mine = snapshot.grants.filter((grant) => grant.state !== "stopped" && viewOf(grant.capability) === viewOf(picture.capability) && grant.holder === snapshot.me);
  const grant = mine.find((other) => isControl(other.capability)) ?? mine[0];
  if (!grant || openRequests(snapshot).some((request) => request.capability === grant.capability)) return null;
  return grant;
}

function AskForMore({ one }: CaseProps): JSX.Element | null {
  const desk = useDesk();
  const grant = replaceable(one.snapshot.value, one.picture.grant.value);
  if (!grant) return null;
  const windows = surfaceOf(grant.capability) === "application";
  return (
    <button
      type="button"
      class="btn ghost sm"
      data-ask="more"
      aria-label={windows ? t("Other windows") : t("More monitors")}
      title={windows ? t("Ask the customer for other windows. What is shown now stays until then.") : t("Ask the customer for all monitors. What is shown now stays until then.")}
      onClick={() => void desk.run(() => one.live.commands.ask(grant.capability))}
    >
      <Icon name="plus" size="s" />
      <span class="hide-s">{windows ? t("Other windows") : t("More monitors")}</span>
    </button>
  );
}

function MonitorButton({ monitor, on, choose }: { monitor: MonitorInfo; on: boolean; choose: () => void }): JSX.Element {
  const { number, width, height, primary } = monitor;
  const size = { n: number, width, height };
  const words = primary ? t("Show only monitor {n}, the main one, {width} × {height}", size) : t("Show only monitor {n}, {width} × {height}", size);
  return (
    <button type="button" class={on ? "btn ghost sm on" : "btn ghost sm"} aria-pressed={on} aria-label={words} title={words} data-monitor={number} onClick={choose}>
      <Icon name="monitor" size="s" />
      {number}
    </button>
  );
}

/** A window of its own for one monitor: a small page with its own connection. */
function popOut(desk: Desk, session: string, { number, width, height }: MonitorInfo): void {
  const shrink = Math.min(1, (screen.availWidth * 0.8) / width, (screen.availHeight * 0.8) / height);
  const size = `width=${Math.round(width * shrink)},height=${Math.round(height * shrink)}`;
  const opened = window.open(`/console/s/${session}/?monitor=${number}`, `monitor-${session}-${number}`, `popup,${size}`);
  if (!opened) desk.note(t("The browser blocked the window. Allow pop-up windows for this site."), "bad");
}
