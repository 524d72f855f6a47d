/** The line under the stage: how good the picture is and what limits it, in words; figures on demand. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { language, t } from "../../core/i18n.ts";
import { pausedByOwner } from "../../core/pauses.ts";
import type { Quality } from "../../protocol/generated.ts";
import { judgeQuality, type QualityGrade, type QualityLimit, type ViewerFigures, type ViewerPath } from "../../core/viewer-stats.ts";
import { Icon } from "../../ui/icon.tsx";
import type { CaseProps } from "./context.ts";
import { ownerOf, shortName } from "./people.ts";
import { QualityMenu } from "./quality-menu.tsx";

interface Verdict {
  readonly shown: boolean;
  readonly paused: boolean;
  readonly grade: QualityGrade;
  readonly reason: string;
}

function judge(one: CaseProps["one"]): Verdict {
  const view = one.picture.view.value;
  const grant = one.snapshot.value.grants.find((item) => item.id === one.picture.grant.value);
  const name = shortName(ownerOf(one.snapshot.value, grant)?.name ?? t("Customer"));
  const running = view.state === "live" && !view.silent;
  const { grade, limit } = judgeQuality(view.figures, view.quality, running || view.pictureAt === null);
  const reason = grade === "measuring" || grade === "offline" ? "" : limitWords(limit, name, view.quality?.estimate_kbit ?? view.quality?.kbit_per_second);
  return { shown: one.picture.grant.value !== null, paused: grant?.state === "suspended" && pausedByOwner(one.pauses.value, grant.id), grade, reason };
}

/** The verdict in one sentence, without figures. */
export function qualityWords(one: CaseProps["one"]): string {
  const { shown, paused, grade, reason } = judge(one);
  if (paused) return t("No picture is being sent");
  return shown ? `${gradeWords(grade)} ${reason}`.trim() : idleWords(one);
}

export function QualityLine({ one }: CaseProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const view = one.picture.view.value;
  const { shown, paused, grade, reason } = judge(one);
  const figures = view.figures;
  return (
    <div class="quality" data-quality={shown && !paused ? grade : "none"}>
      <Icon name="signal" />
      <span class="ell grow" role="status">
        {paused || !shown ? (
          qualityWords(one)
        ) : (
          <>
            <b class="m">{gradeWords(grade)}</b> {reason}
            {figures?.path === "websocket" && ` ${t("The picture comes through the web server: no shorter way is open.")}`}
          </>
        )}
      </span>
      {figures && shown && (
        <button type="button" class={open ? "btn ghost sm icon on" : "btn ghost sm icon"} aria-label={t("Figures")} title={t("Figures")} aria-pressed={open} onClick={() => setOpen(!open)}>
          <Icon name="info" size="s" />
        </button>
      )}
      <QualityMenu one={one} kind="btn ghost sm" place="up-end" />
      {open && figures && shown && <p class="figures tnum">{figureWords(figures, view.rttMs, view.quality)}</p>}
    </div>
  );
}

function idleWords(one: CaseProps["one"]): string {
  return one.share.grant.value ? t("Your computer is being shown") : t("No picture is being sent");
}

function gradeWords(grade: QualityGrade): string {
  switch (grade) {
    case "measuring":
      return t("Measuring.");
    case "good":
      return t("Good.");
    case "fair":
      return t("Fair.");
    case "poor":
      return t("Poor.");
    case "offline":
      return t("No connection.");
  }
}

function limitWords(limit: QualityLimit, name: string, kbit: number | undefined): string {
  switch (limit) {
    case "nothing":
      return t("Sharp text, small delay.");
    case "still":
      return t("Sharp text, small delay. Nothing moves now.");
    case "relay":
      return t("Through a relay, a little slower.");
    case "sender_cpu":
      return t("Limited by the speed of {name}'s computer.", { name });
    case "sender_link":
      return kbit === undefined
        ? t("Limited by {name}'s upload.", { name })
        : t("Limited by {name}'s upload, about {n} Mbit/s.", { name, n: decimal(kbit / 1000, 1) });
    case "loss":
      return t("The connection loses data: the picture may halt for moments.");
    case "distance":
      return t("The connection is long: everything comes a little late.");
    case "own_cpu":
      return t("Limited by the speed of your computer.");
  }
}

const decimal = (value: number, digits: number): string => new Intl.NumberFormat(language(), { maximumFractionDigits: digits }).format(value);

function figureWords(figures: ViewerFigures, rttMs: number | null, quality: Quality | null): string {
  const trip = figures.rttMs ?? rttMs;
  const queue = quality?.queue_ms ?? 0;
  const parts = [
    quality ? (quality.mode === "sampling" ? t("fast first") : t("sharp first")) : "",
    t("{n} updates/s", { n: decimal(figures.framesPerSecond, 0) }),
    t("{n} kbit/s", { n: decimal(figures.kbitPerSecond, 0) }),
    typeof quality?.estimate_kbit === "number" ? t("the link carries about {n} Mbit/s", { n: decimal(quality.estimate_kbit / 1000, 1) }) : "",
    trip === null ? "" : t("{n} ms there and back", { n: decimal(trip, 0) }),
    queue >= 1 ? t("{n} ms waiting", { n: decimal(queue, 0) }) : "",
    t("{n} % lost", { n: decimal(Math.max(figures.loss, quality?.loss ?? 0) * 100, 1) }),
    pathWords(figures.path),
  ];
  return parts.filter(Boolean).join(" · ");
}

function pathWords(path: ViewerPath): string {
  switch (path) {
    case "direct":
      return t("direct");
    case "relay_udp":
      return t("through a relay ({transport})", { transport: "UDP" });
    case "relay_tcp":
      return t("through a relay ({transport})", { transport: "TCP" });
    case "relay_tls":
      return t("through a relay ({transport})", { transport: "TLS" });
    case "relay":
      return t("through a relay");
    case "websocket":
      return t("through the web server");
  }
}
