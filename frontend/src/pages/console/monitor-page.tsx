/** The monitor: a manager's queues, CSRs and sessions as they are now; as a page, or full screen on a wall. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

import { t, tn } from "../../core/i18n.ts";
import type { MonitorCsr, MonitorQueue, MonitorState } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { useDesk } from "./context.ts";
import { ago } from "./inbox-words.ts";
import { type Monitor, ofQueue, quarterSums, totals } from "./monitor.ts";
import { CsrsPanel, SessionsPanel } from "./monitor-people.tsx";
import { QuartersPanel } from "./monitor-plot.tsx";
import { LinePanel, QueuesPanel } from "./monitor-queues.tsx";
import { StaffingPanel } from "./monitor-staffing.tsx";
import { percent } from "./monitor-words.ts";

import "./monitor.css";

export function MonitorPage(): JSX.Element {
  const desk = useDesk();
  const { monitor } = desk;
  const page = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => monitor.start(), [monitor]);
  const state = monitor.state.value;
  const toggleWall = (): void => void (document.fullscreenElement === null ? page.current?.requestFullscreen() : document.exitFullscreen());
  return (
    <div class="monitor" ref={page}>
      <header class="head">
        <h1>{t("Monitor")}</h1>
        <Freshness monitor={monitor} />
        <span class="grow" />
        {state !== null && state.queues.length > 1 && <OnlyQueue monitor={monitor} queues={state.queues} />}
        <button type="button" class="btn sm" onClick={toggleWall}>
          <Icon name="full" size="s" />
          {t("Wall")}
        </button>
      </header>
      {state === null ? <Nothing monitor={monitor} /> : <Wall monitor={monitor} state={state} />}
    </div>
  );
}

function Nothing({ monitor }: { monitor: Monitor }): JSX.Element {
  const refused = monitor.link.value.phase === "closed";
  return (
    <p class="nothing dim" role="status">
      {refused ? t("The monitor is for managers and administrators.") : t("Loading the monitor")}
    </p>
  );
}

/** Whether what is shown is live; while it is not, as of when. */
function Freshness({ monitor }: { monitor: Monitor }): JSX.Element | null {
  const state = monitor.state.value;
  if (state === null) return null;
  const live = monitor.link.value.phase === "live";
  const time = new Date(live ? monitor.now.value : state.now).toLocaleTimeString(document.documentElement.lang, { hour12: false });
  return (
    <span class={live ? "row g1 t12 mute" : "row g1 t12 warn-t"} role={live ? undefined : "status"}>
      <span class={live ? "dot s-active" : "dot s-suspended"} aria-hidden="true" />
      <span class="tnum">{live ? t("Live, {time}", { time }) : t("Connecting again; as of {time}", { time })}</span>
    </span>
  );
}

/** Shows one queue alone, with its CSRs and sessions. */
function OnlyQueue({ monitor, queues }: { monitor: Monitor; queues: readonly MonitorQueue[] }): JSX.Element {
  const only = queues.find((queue) => queue.id === monitor.only.value);
  const all = t("All my queues ({n})", { n: queues.length });
  const item = (id: string | null, label: string): MenuItem => ({ id: id ?? "all", label, checked: (only?.id ?? null) === id, run: () => (monitor.only.value = id) });
  return (
    <Menu kind="btn sm" place="down-end" label={t("Queues shown: {name}", { name: only?.name ?? all })} items={[item(null, all), "line", ...queues.map((queue) => item(queue.id, queue.name))]}>
      <span class="ell">{only?.name ?? all}</span>
      <Icon name="down" size="s" />
    </Menu>
  );
}

function Wall({ monitor, state: whole }: { monitor: Monitor; state: MonitorState }): JSX.Element {
  const line = monitor.line.value;
  const state = ofQueue(whole, monitor.only.value);
  return (
    <div class="wall">
      <Figures monitor={monitor} state={state} />
      <QueuesPanel monitor={monitor} queues={state.queues} />
      <QuartersPanel quarters={quarterSums(state)} />
      {line !== null && <LinePanel monitor={monitor} line={line} />}
      <SessionsPanel monitor={monitor} state={state} />
      <CsrsPanel monitor={monitor} state={state} />
      <StaffingPanel monitor={monitor} queues={whole.queues} />
    </div>
  );
}

function Figures({ monitor, state }: { monitor: Monitor; state: MonitorState }): JSX.Element {
  const all = totals(state.queues);
  const wait = all.longest?.longest_since ?? null;
  const seconds = wait === null ? 0 : monitor.secondsSince(wait);
  const late = all.longest !== null && seconds > all.longest.sl_seconds;
  return (
    <section class="card kpis" aria-label={t("Now")}>
      <Figure title={t("Waiting now")} value={String(all.waiting)} small={tn("in {n} queue", "in {n} queues", state.queues.length)} />
      <Figure title={t("Longest wait")} value={wait === null ? "–" : ago(seconds)} small={all.longest?.name ?? ""} bad={late} />
      <Figure title={answeredTitle(state.queues)} value={percent(all.serviceLevel)} small={t("{n} of {all} who were answered or left", { n: all.inTime, all: all.answered + all.left })} />
      <Figure title={t("CSRs ready")} value={t("{n} of {all}", { n: count(state.csrs, "ready"), all: state.csrs.length })} small={csrWords(state.csrs)} />
      <Figure title={t("Left before an answer")} value={percent(all.leftShare)} small={t("{n} today; {short} short ones not counted", { n: all.left - all.leftShort, short: all.leftShort })} />
    </section>
  );
}

function Figure({ title, value, small, bad = false }: { title: string; value: string; small: string; bad?: boolean }): JSX.Element {
  return (
    <div class="kpi">
      <p>{title}</p>
      <b class={bad ? "bad-t" : ""}>{value}</b>
      <small>{small}</small>
    </div>
  );
}

/** Queues may count by different limits; then the title names none. */
function answeredTitle(queues: readonly MonitorQueue[]): string {
  const limits = new Set(queues.map((queue) => queue.sl_seconds));
  const [only] = limits;
  return limits.size === 1 && only !== undefined ? t("Answered within {n} s, today", { n: only }) : t("Answered in time, today");
}

const count = (csrs: readonly MonitorCsr[], ...kinds: readonly MonitorCsr["activity"][]): number => csrs.filter((csr) => kinds.includes(csr.activity)).length;

function csrWords(csrs: readonly MonitorCsr[]): string {
  return t("{busy} fully used, {away} away, {lost} reconnecting", { busy: count(csrs, "busy", "wrap_up", "offered"), away: count(csrs, "away", "draining"), lost: count(csrs, "lost") });
}
