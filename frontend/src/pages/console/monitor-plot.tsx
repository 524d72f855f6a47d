/** Who came in each quarter of an hour, by how it went on: as a plot, and the same as a table. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

import { formatTime, t } from "../../core/i18n.ts";
import type { Quarter } from "./monitor.ts";

const WIDTH = 400;
const LEFT = 24;
const TOP = 12;
const BASE = 102;
const STEPS = [1, 2, 5] as const;

const total = (quarter: Quarter): number => quarter.in_time + quarter.later + quarter.left;

/** The smallest round number (1, 2 or 5 times a power of ten, even) that is at least `value`. */
export function scaleTop(value: number): number {
  for (let power = 1; ; power *= 10) {
    const found = STEPS.map((step) => step * power * 2).find((round) => round >= value);
    if (found !== undefined) return found;
  }
}

export function QuartersPanel({ quarters }: { quarters: readonly Quarter[] }): JSX.Element {
  const table = useSignal(false);
  return (
    <section class="card">
      <div class="ph">
        <h2 class="t14">{t("Offered per 15 min")}</h2>
        <button type="button" class="btn ghost sm end" aria-pressed={table.value} onClick={() => (table.value = !table.value)}>
          {table.value ? t("As a plot") : t("As a table")}
        </button>
      </div>
      {table.value ? <Table quarters={quarters} /> : <Plot quarters={quarters} />}
    </section>
  );
}

function Plot({ quarters }: { quarters: readonly Quarter[] }): JSX.Element {
  const top = scaleTop(Math.max(1, ...quarters.map(total)));
  const step = (WIDTH - LEFT) / Math.max(1, quarters.length);
  const height = (count: number): number => (count / top) * (BASE - TOP);
  return (
    <div class="plot-box">
      <svg class="plot" viewBox={`0 0 ${WIDTH} 132`} width="100%" role="img" aria-label={t("Customers offered per quarter of an hour, by outcome. The same as a table: the button above.")}>
        {[1, 0.5].map((share) => (
          <g key={share}>
            <path d={`M${LEFT} ${BASE - (BASE - TOP) * share}H${WIDTH}`} stroke="var(--line)" />
            <text x={LEFT - 6} y={BASE - (BASE - TOP) * share + 4} text-anchor="end">
              {top * share}
            </text>
          </g>
        ))}
        <path d={`M${LEFT} ${BASE}H${WIDTH}`} stroke="var(--line-strong)" />
        {quarters.map((quarter, place) => {
          const x = LEFT + place * step + step * 0.18;
          const bars = [
            { key: "ok", count: quarter.in_time, fill: "var(--accent)" },
            { key: "late", count: quarter.later, fill: "var(--waiting)" },
            { key: "gone", count: quarter.left, fill: "var(--recording)" },
          ];
          let y = BASE;
          return (
            <g key={quarter.at}>
              {bars.map(({ key, count, fill }) => {
                y -= height(count);
                return count > 0 && <rect key={key} x={x} y={y} width={step * 0.64} height={Math.max(1, height(count) - 1)} fill={fill} />;
              })}
              {new Date(quarter.at).getMinutes() === 0 && (
                <text x={x} y={BASE + 20}>
                  {formatTime(quarter.at)}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      <div class="legend">
        <span>
          <i class="b-ok" />
          {t("In time")}
        </span>
        <span>
          <i class="b-late" />
          {t("Later")}
        </span>
        <span>
          <i class="b-gone" />
          {t("Left")}
        </span>
      </div>
    </div>
  );
}

function Table({ quarters }: { quarters: readonly Quarter[] }): JSX.Element {
  return (
    <div class="scroll-x">
      <table class="compact">
        <thead>
          <tr>
            <th>{t("From")}</th>
            <th class="r">{t("In time")}</th>
            <th class="r">{t("Later")}</th>
            <th class="r">{t("Left")}</th>
          </tr>
        </thead>
        <tbody>
          {quarters.map((quarter) => (
            <tr key={quarter.at}>
              <th>{formatTime(quarter.at)}</th>
              <td class="r">{quarter.in_time}</td>
              <td class="r">{quarter.later}</td>
              <td class="r">{quarter.left}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
