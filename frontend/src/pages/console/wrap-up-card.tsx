/** After a visit: how it ended, codes, a closing note, and the time that is left for it. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { formatCountdown, formatTime, t, tn } from "../../core/i18n.ts";
import type { OutcomeChoice, Resolution, WrapUp } from "../../protocol/generated.ts";
import { useDesk } from "./context.ts";
import { resolutionWord } from "./inbox-words.ts";

const RESOLUTIONS: readonly Resolution[] = ["solved", "follow_up", "passed_on", "not_solved"];
/** What was written is sent by itself when so many seconds are left. */
const LAST_SECONDS = 2;

export function WrapUpCard({ wrapUp, codes }: { wrapUp: WrapUp; codes: readonly OutcomeChoice[] }): JSX.Element {
  const desk = useDesk();
  const { inbox } = desk;
  const draft = inbox.draft(wrapUp.entry);
  const left = inbox.secondsUntil(wrapUp.deadline_at);
  const whole = Math.max(1, (Date.parse(wrapUp.deadline_at) - Date.parse(wrapUp.ended_at)) / 1000);
  const minutes = Math.round((Date.parse(wrapUp.ended_at) - Date.parse(wrapUp.answered_at)) / 60_000);
  const finish = (): void => void desk.run(() => inbox.finish(wrapUp));
  useSentAtTheEnd(left, draft.outcome !== null || draft.note !== "" || draft.codes.length > 0, finish);
  const toggle = (code: string, on: boolean): void => inbox.write(wrapUp.entry, { codes: on ? [...draft.codes, code] : draft.codes.filter((one) => one !== code) });
  return (
    <article class="card pad wrap-up" aria-label={t("Wrap-up: {name}", { name: wrapUp.name })} data-wrap-up={wrapUp.entry}>
      <h3>{t("Wrap-up: {name}", { name: wrapUp.name })}</h3>
      <p class="t12 mute">
        {t("Ended {time}", { time: formatTime(wrapUp.ended_at) })} · {tn("{n} min", "{n} min", minutes)} · {wrapUp.queue.name}
      </p>
      <fieldset>
        <legend class="label">{t("Outcome")}</legend>
        <div class="opts">
          {RESOLUTIONS.map((one) => (
            <label key={one} class={draft.outcome === one ? "opt on" : "opt"}>
              <input type="radio" name={`outcome-${wrapUp.entry}`} checked={draft.outcome === one} onChange={() => inbox.write(wrapUp.entry, { outcome: one })} />
              {resolutionWord(one)}
            </label>
          ))}
        </div>
      </fieldset>
      {codes.length > 0 && (
        <fieldset>
          <legend class="label">{t("Outcome codes")}</legend>
          <div class="opts">
            {codes.map((code) => (
              <label key={code.id} class={draft.codes.includes(code.id) ? "opt on" : "opt"}>
                <input type="checkbox" checked={draft.codes.includes(code.id)} onChange={(event) => toggle(code.id, event.currentTarget.checked)} />
                {code.name}
              </label>
            ))}
          </div>
        </fieldset>
      )}
      <div class="field">
        <label for={`note-${wrapUp.entry}`}>{t("Closing note")}</label>
        <textarea class="input" id={`note-${wrapUp.entry}`} rows={4} maxLength={4000} value={draft.note} onInput={(event) => inbox.write(wrapUp.entry, { note: event.currentTarget.value })} />
      </div>
      <div class="row wrap-left">
        <div class="bar grow">
          <i style={{ width: `${Math.min(100, (left / whole) * 100).toFixed(1)}%` }} />
        </div>
        <time class="t12 tnum" role="timer">
          {formatCountdown(left)}
        </time>
      </div>
      <div class="row">
        <button type="button" class="btn primary" onClick={finish}>
          {t("Save and finish")}
        </button>
        <button type="button" class="btn ghost" onClick={() => void desk.run(() => inbox.extend(wrapUp))}>
          {t("30 s more")}
        </button>
      </div>
    </article>
  );
}

/** Nothing that was written is lost because time ran out. */
function useSentAtTheEnd(left: number, written: boolean, send: () => void): void {
  const sent = useRef(false);
  const due = written && left > 0 && left <= LAST_SECONDS;
  useEffect(() => {
    if (left > LAST_SECONDS) sent.current = false;
    if (!due || sent.current) return;
    sent.current = true;
    send();
  });
}
