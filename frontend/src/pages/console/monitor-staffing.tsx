/** Yesterday with other numbers of CSRs: asked per queue, worked out by the server, shown as a plot with its table. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import { formatDate, t, tn } from "../../core/i18n.ts";
import type { MonitorQueue, Staffing, StaffingLevel } from "../../protocol/generated.ts";
import { useDesk } from "./context.ts";
import type { Monitor } from "./monitor.ts";
import { GOOD_LEVEL, minutes, percent } from "./monitor-words.ts";

const WIDTH = 640;
const LEFT = 44;
const RIGHT = 16;
const TOP = 12;
const BASE = 140;

/** The fewest CSRs with whom the level would have been good; null where none of those tried. */
export function enough(levels: readonly StaffingLevel[]): StaffingLevel | null {
  return levels.find((level) => level.service_level !== null && level.service_level >= GOOD_LEVEL) ?? null;
}

/** The day in the reader's words; noon, so that no time zone makes it another one. */
const dayOf = (staffing: Staffing): string => formatDate(`${staffing.day}T12:00:00`);

export function StaffingPanel({ monitor, queues }: { monitor: Monitor; queues: readonly MonitorQueue[] }): JSX.Element | null {
  const desk = useDesk();
  const staffing = monitor.staffing.value;
  const chosen = staffing?.queue ?? queues[0]?.id;
  useEffect(() => {
    if (monitor.staffing.peek() === null && chosen !== undefined) void desk.run(() => monitor.openStaffing(chosen));
  }, [chosen]);
  if (chosen === undefined) return null;
  return (
    <section class="card staffing" aria-labelledby="staffing">
      <div class="ph">
        <h2 class="t14" id="staffing">
          {t("Staffing: what if, yesterday")}
        </h2>
        <select class="input sm" aria-label={t("Queue")} value={chosen} onChange={(event) => void desk.run(() => monitor.openStaffing(event.currentTarget.value))}>
          {queues.map((queue) => (
            <option key={queue.id} value={queue.id}>
              {queue.name}
            </option>
          ))}
        </select>
      </div>
      {staffing === null ? <p class="rail-note">{t("Loading")}</p> : <Answer monitor={monitor} staffing={staffing} />}
    </section>
  );
}

function Answer({ monitor, staffing }: { monitor: Monitor; staffing: Staffing }): JSX.Element {
  const desk = useDesk();
  const begin = (): void => void desk.run(() => monitor.workOutStaffing(staffing.queue));
  switch (staffing.phase) {
    case "none":
    case "failed":
      return (
        <div class="rail-note row wrap g2">
          <span class="grow">{staffing.phase === "failed" ? t("It could not be worked out. Try again.") : t("Replays yesterday's customers through the router with more and with fewer CSRs. It takes a minute or two, and changes nothing.")}</span>
          <button type="button" class="btn sm" onClick={begin}>
            {t("Work it out")}
          </button>
        </div>
      );
    case "empty":
      return <p class="rail-note">{t("Nobody was helped on {day}: there is nothing to go by.", { day: dayOf(staffing) })}</p>;
    case "too_many":
      return <p class="rail-note">{tn("{n} customer came on {day}: too many to replay here. Your operator can do it with acd_replay.", "{n} customers came on {day}: too many to replay here. Your operator can do it with acd_replay.", staffing.customers, { day: dayOf(staffing) })}</p>;
    default:
      return (
        <>
          <p class="rail-note" role="status">
            {staffing.phase === "running" ? t("Working it out: {n} of {all}", { n: staffing.levels.length, all: staffing.of }) : verdict(staffing)}
            {staffing.phase === "running" && <progress value={staffing.levels.length} max={staffing.of} aria-hidden="true" />}
          </p>
          {staffing.levels.length > 0 && (
            <div class="what-if">
              <Curve staffing={staffing} />
              <Levels levels={staffing.levels} />
            </div>
          )}
        </>
      );
  }
}

function verdict(staffing: Staffing): string {
  const found = enough(staffing.levels);
  const most = staffing.levels.at(-1);
  const day = tn("{day}, {n} customer.", "{day}, {n} customers.", staffing.customers, { day: dayOf(staffing) });
  const said =
    found !== null
      ? tn("With {n} CSR all day, {level} would have been answered within {seconds} s.", "With {n} CSRs all day, {level} would have been answered within {seconds} s.", found.csrs, { level: percent(found.service_level), seconds: staffing.sl_seconds })
      : tn("Even with {n} CSR all day, only {level} would have been answered within {seconds} s.", "Even with {n} CSRs all day, only {level} would have been answered within {seconds} s.", most?.csrs ?? 0, { level: percent(most?.service_level ?? null), seconds: staffing.sl_seconds });
  return `${day} ${said}`;
}

function Curve({ staffing }: { staffing: Staffing }): JSX.Element {
  const { levels } = staffing;
  const [first, last] = [levels[0]?.csrs ?? 0, levels.at(-1)?.csrs ?? 0];
  const x = (csrs: number): number => LEFT + ((csrs - first) / Math.max(1, last - first)) * (WIDTH - LEFT - RIGHT);
  const y = (share: number): number => BASE - share * (BASE - TOP);
  const points = levels.flatMap((level) => (level.service_level === null ? [] : [{ level, at: [x(level.csrs), y(level.service_level)] as const }]));
  return (
    <div class="plot-box">
      <svg class="plot" viewBox={`0 0 ${WIDTH} 176`} width="100%" role="img" aria-label={t("Service level by number of CSRs; the table says the same.")}>
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <path d={`M${LEFT} ${y(share)}H${WIDTH}`} stroke={share === 0 ? "var(--line-strong)" : "var(--line)"} />
            <text x={LEFT - 6} y={y(share) + 4} text-anchor="end">
              {percent(share)}
            </text>
          </g>
        ))}
        <path d={`M${LEFT} ${y(GOOD_LEVEL)}H${WIDTH}`} stroke="var(--active)" stroke-dasharray="4 3" />
        {staffing.actual !== null && <path d={`M${LEFT} ${y(staffing.actual)}H${WIDTH}`} stroke="var(--waiting)" stroke-dasharray="2 3" />}
        <polyline points={points.map(({ at }) => at.join(",")).join(" ")} fill="none" stroke="var(--accent)" stroke-width="2" />
        {points.map(({ level, at }) => (
          <g key={level.csrs}>
            <circle cx={at[0]} cy={at[1]} r="4" fill="var(--accent)" />
            <text x={at[0]} y={BASE + 18} text-anchor="middle">
              {level.csrs}
            </text>
          </g>
        ))}
        <text x={(LEFT + WIDTH) / 2} y={172} text-anchor="middle">
          {t("CSRs")}
        </text>
      </svg>
      <div class="legend">
        <span>
          <i class="b-ok" />
          {t("Replayed")}
        </span>
        <span>
          <i class="b-good" />
          {t("Goal, {level}", { level: percent(GOOD_LEVEL) })}
        </span>
        {staffing.actual !== null && (
          <span>
            <i class="b-late" />
            {t("As it was, {level}", { level: percent(staffing.actual) })}
          </span>
        )}
      </div>
    </div>
  );
}

function Levels({ levels }: { levels: readonly StaffingLevel[] }): JSX.Element {
  return (
    <div class="scroll-x">
      <table class="compact">
        <thead>
          <tr>
            {[t("CSRs"), t("Service level"), t("Mean wait"), t("Left"), t("Occupancy")].map((name) => (
              <th key={name} class="r">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {levels.map((level) => (
            <tr key={level.csrs}>
              <th class="r">{level.csrs}</th>
              <td class="r">{percent(level.service_level)}</td>
              <td class="r">{level.mean_answer_s === null ? "–" : minutes(level.mean_answer_s)}</td>
              <td class="r">{percent(level.left_share)}</td>
              <td class="r">{percent(level.occupancy)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
