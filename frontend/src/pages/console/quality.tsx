/** The line under the stage: how good the picture is and what limits it, in words; figures on demand. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { language, t } from "../../core/i18n.ts";
import { judgeQuality, type QualityGrade, type QualityLimit, type ViewerFigures } from "../../core/viewer-stats.ts";
import { Icon } from "../../ui/icon.tsx";
import type { CaseProps } from "./context.ts";
import { customer, shortName } from "./people.ts";

export function QualityLine({ one }: CaseProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const view = one.picture.view.value;
  const shown = one.picture.grant.value !== null;
  const name = shortName(customer(one.snapshot.value)?.name ?? t("Customer"));
  const running = view.state === "live" && !view.silent;
  const verdict = judgeQuality(view.figures, view.quality, running || view.pictureAt === null);
  const figures = view.figures;
  return (
    <div class="quality" data-quality={shown ? verdict.grade : "none"}>
      <Icon name="signal" />
      <span class="ell grow" role="status">
        {shown ? (
          <>
            <b class="m">{gradeWords(verdict.grade)}</b> {verdict.grade === "measuring" || verdict.grade === "offline" ? "" : limitWords(verdict.limit, name, view.quality?.kbit_per_second)}
          </>
        ) : (
          t("No picture is being sent")
        )}
      </span>
      {figures && shown && (
        <>
          {open && <span class="tnum nowrap dim">{figureWords(figures, view.rttMs)}</span>}
          <button type="button" class="btn ghost sm icon" aria-label={t("Figures")} title={t("Figures")} aria-pressed={open} onClick={() => setOpen(!open)}>
            <Icon name="info" size="s" />
          </button>
        </>
      )}
    </div>
  );
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

function figureWords(figures: ViewerFigures, rttMs: number | null): string {
  const trip = figures.rttMs ?? rttMs;
  const parts = [
    t("{n} updates/s", { n: decimal(figures.framesPerSecond, 0) }),
    t("{n} kbit/s", { n: decimal(figures.kbitPerSecond, 0) }),
    trip === null ? "" : t("{n} ms there and back", { n: decimal(trip, 0) }),
    t("{n} % lost", { n: decimal(figures.loss * 100, 1) }),
    figures.relayed ? t("through a relay") : "",
  ];
  return parts.filter(Boolean).join(" · ");
}
