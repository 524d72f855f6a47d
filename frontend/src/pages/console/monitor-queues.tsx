/** The queues of the monitor, and the line of the one that is open, with what a manager does there. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

import { formatTime, t, tn } from "../../core/i18n.ts";
import type { MonitorEntry, MonitorLine, MonitorQueue } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { useDesk } from "./context.ts";
import type { Desk } from "./desk.ts";
import { ago } from "./inbox-words.ts";
import type { Monitor, Override } from "./monitor.ts";
import { TablePanel } from "./monitor-table.tsx";
import { GOOD_LEVEL, minutes, percent } from "./monitor-words.ts";

const MAX_PRIORITY = 9;
/** Expected waits are drawn up to so many seconds at least. */
const LEAST_SCALE_S = 600;

export function QueuesPanel({ monitor, queues }: { monitor: Monitor; queues: readonly MonitorQueue[] }): JSX.Element {
  const scale = Math.max(LEAST_SCALE_S, ...queues.map((queue) => queue.wait?.high_s ?? 0));
  const head = (
    <>
      <h2 class="t14">{t("Queues")}</h2>
      <span class="end t12 dim">{t("Service level: answered in time / (answered + left)")}</span>
    </>
  );
  const figures = [t("In line"), t("Longest"), t("Expected wait, 90 % interval"), t("CSRs ready"), t("Level today")].map((name) => ({ name, right: true }));
  return (
    <TablePanel head={head} columns={[{ name: t("Queue") }, ...figures, { name: "" }]} empty={queues.length === 0 ? t("No queue is yours. Your administrator can let you manage some.") : null}>
      {queues.map((queue) => (
        <QueueRow key={queue.id} monitor={monitor} queue={queue} scale={scale} />
      ))}
    </TablePanel>
  );
}

function QueueRow({ monitor, queue, scale }: { monitor: Monitor; queue: MonitorQueue; scale: number }): JSX.Element {
  const desk = useDesk();
  const longest = queue.longest_since === null ? null : monitor.secondsSince(queue.longest_since);
  const late = longest !== null && longest > queue.sl_seconds;
  const open = monitor.line.value?.queue === queue.id;
  return (
    <tr data-queue={queue.id}>
      <th>
        <button
          type="button"
          class="linklike"
          aria-expanded={open}
          onClick={() => {
            if (open) monitor.line.value = null;
            else void desk.run(() => monitor.openLine(queue.id));
          }}
        >
          {queue.name}
        </button>
        {!queue.open && <span class="chip s-ended">{queue.override === "closed" ? t("Closed by a manager") : t("Closed")}</span>}
        {queue.override === "open" && <span class="chip s-active">{t("Opened by a manager")}</span>}
      </th>
      <td class="r">
        <span class={late ? "warn-t" : ""}>{queue.waiting}</span>
      </td>
      <td class="r">{longest === null ? "–" : <span class={late ? "bad-t" : ""}>{ago(longest)}</span>}</td>
      <td class="r">
        <Expected queue={queue} scale={scale} />
      </td>
      <td class="r">{t("{n} of {all}", { n: queue.csrs_ready, all: queue.csrs })}</td>
      <td class="r">
        <span class={queue.service_level !== null && queue.service_level < GOOD_LEVEL ? "warn-t" : ""} title={t("Within {n} s", { n: queue.sl_seconds })}>
          {percent(queue.service_level)}
        </span>
      </td>
      <td class="r">
        <Menu kind="btn ghost sm icon" place="down-end" label={t("Open or close {queue}", { queue: queue.name })} items={openItems(desk, monitor, queue)}>
          <Icon name="more" size="s" />
        </Menu>
      </td>
    </tr>
  );
}

function openItems(desk: Desk, monitor: Monitor, queue: MonitorQueue): MenuItem[] {
  const item = (override: Override, label: string): MenuItem => ({
    id: override || "hours",
    label,
    checked: queue.override === override,
    run: () => void desk.run(() => monitor.setOpen(queue.id, override)),
  });
  const until = queue.until === null ? "" : ` (${formatTime(queue.until)})`;
  return [item("", t("By its hours") + (queue.override === "" ? until : "")), item("open", t("Open now, whatever the hours say")), item("closed", t("Close now: who waits stays, nobody new comes in"))];
}

function Expected({ queue, scale }: { queue: MonitorQueue; scale: number }): JSX.Element {
  const { wait } = queue;
  if (wait === null) return <span class="dim">{t("not known")}</span>;
  const place = (seconds: number): string => Math.min(100, (seconds / scale) * 100).toFixed(1);
  return (
    <span class="ewt">
      {wait.high_s === 0 ? <span>{t("now")}</span> : <span>{minutes(wait.median_s)} <span class="dim">{t("({low}–{high})", { low: minutes(wait.low_s), high: minutes(wait.high_s) })}</span></span>}
      <i style={{ "--lo": place(wait.low_s), "--m": place(wait.median_s), "--hi": place(wait.high_s) }} />
    </span>
  );
}

export function LinePanel({ monitor, line }: { monitor: Monitor; line: MonitorLine }): JSX.Element {
  const queue = monitor.state.value?.queues.find((one) => one.id === line.queue);
  return (
    <section class="card line" aria-label={t("Line of {queue}", { queue: queue?.name ?? "" })} data-line={line.queue}>
      <div class="ph">
        <h2 class="t14">{t("Line of {queue}", { queue: queue?.name ?? "" })}</h2>
        <span class="dim t12">{tn("{n} waiting", "{n} waiting", line.waiting)}</span>
        <button type="button" class="btn ghost sm icon end" aria-label={t("Close")} onClick={() => (monitor.line.value = null)}>
          <Icon name="x" size="s" />
        </button>
      </div>
      {line.entries.length === 0 && <p class="rail-note">{t("Nobody waits here.")}</p>}
      {line.entries.length > 0 && (
        <div class="scroll-x">
          <table class="compact">
            <thead>
              <tr>
                <th class="r">{t("Place")}</th>
                <th>{t("Customer")}</th>
                <th class="r">{t("Waited")}</th>
                <th class="r">{t("Priority")}</th>
                <th>{t("Now")}</th>
                <th>
                  <span class="sr">{t("Actions")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {line.entries.map((entry, place) => (
                <EntryRow key={entry.id} monitor={monitor} entry={entry} place={place + 1} queue={line.queue} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function EntryRow({ monitor, entry, place, queue }: { monitor: Monitor; entry: MonitorEntry; place: number; queue: string }): JSX.Element {
  const desk = useDesk();
  const leaving = useSignal(false);
  const set = (priority: number): void => void desk.run(() => monitor.setPriority(entry.id, priority));
  return (
    <>
      <tr data-entry={entry.id}>
        <td class="r">{place}</td>
        <th>
          <span class="ell">{entry.name}</span> <span class="dim ell">{entry.about}</span>
        </th>
        <td class="r">{ago(monitor.secondsSince(entry.since))}</td>
        <td class="r">
          <span class="row g1 right">
            <button type="button" class="btn ghost sm icon" aria-label={t("Lower priority of {name}", { name: entry.name })} aria-disabled={entry.priority === 0} onClick={() => entry.priority > 0 && set(entry.priority - 1)}>
              −
            </button>
            <span>{entry.priority}</span>
            <button type="button" class="btn ghost sm icon" aria-label={t("Raise priority of {name}", { name: entry.name })} aria-disabled={entry.priority === MAX_PRIORITY} onClick={() => entry.priority < MAX_PRIORITY && set(entry.priority + 1)}>
              <Icon name="plus" size="s" />
            </button>
          </span>
        </td>
        <td>{entry.offered_to !== "" ? t("Offered to {name}", { name: entry.offered_to }) : entry.state === "limbo" ? t("Connection lost, keeps the place") : t("Waits")}</td>
        <td class="r">
          <span class="row g1 right">
            <EntryMenus monitor={monitor} entry={entry} queue={queue} />
            <button type="button" class="btn ghost sm icon" aria-label={t("Take {name} out of the line", { name: entry.name })} title={t("Take out of the line")} onClick={() => (leaving.value = !leaving.value)}>
              <Icon name="x" size="s" />
            </button>
          </span>
        </td>
      </tr>
      {leaving.value && <CancelRow monitor={monitor} entry={entry} close={() => (leaving.value = false)} />}
    </>
  );
}

function EntryMenus({ monitor, entry, queue }: { monitor: Monitor; entry: MonitorEntry; queue: string }): JSX.Element {
  const desk = useDesk();
  const state = monitor.state.value;
  const queues = (state?.queues ?? []).filter((one) => one.id !== queue);
  const csrs = (state?.csrs ?? []).filter((csr) => csr.activity !== "offline" && csr.activity !== "lost");
  const move = queues.map((one): MenuItem => ({ id: one.id, label: one.name, run: () => void desk.run(() => monitor.move(entry.id, one.id)) }));
  const assign = csrs.map((csr): MenuItem => {
    const full = csr.sessions + csr.offers + csr.wrap_ups >= csr.capacity;
    return { id: csr.id, label: csr.name, ...(full ? { off: t("All places are in use") } : {}), run: () => void desk.run(() => monitor.assign(entry.id, csr.id)) };
  });
  return (
    <>
      <Menu kind="btn ghost sm" place="down-end" disabled={move.length === 0} label={t("Move {name}", { name: entry.name })} items={move}>
        {t("Move")}
      </Menu>
      <Menu kind="btn ghost sm" place="down-end" disabled={assign.length === 0 || entry.state !== "waiting"} label={t("Assign {name}", { name: entry.name })} items={assign}>
        {t("Assign")}
      </Menu>
    </>
  );
}

function CancelRow({ monitor, entry, close }: { monitor: Monitor; entry: MonitorEntry; close: () => void }): JSX.Element {
  const desk = useDesk();
  const reason = useSignal("");
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (await desk.run(() => monitor.cancel(entry.id, reason.peek()))) close();
  };
  return (
    <tr class="ask-row">
      <td colSpan={6}>
        <form class="row" onSubmit={(event) => void send(event)}>
          <label class="grow row">
            <span class="nowrap">{t("Take {name} out of the line? Their visit ends.", { name: entry.name })}</span>
            <input class="input grow" maxLength={40} placeholder={t("Reason (for the log)")} aria-label={t("Reason (for the log)")} value={reason.value} onInput={(event) => (reason.value = event.currentTarget.value)} />
          </label>
          <button type="submit" class="btn danger sm">
            {t("Take out")}
          </button>
          <button type="button" class="btn ghost sm" onClick={close}>
            {t("Keep")}
          </button>
        </form>
      </td>
    </tr>
  );
}
