/** The customer's place in the line: number, expected wait, what can be done while waiting. */

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { formatTime, t } from "../../core/i18n.ts";
import type { WaitingInfo, WaitInfo } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import type { Model } from "./model.ts";
import { WaitingLine } from "./waiting.ts";

const FULL_SCALE = 1.4;

function heading(place: number | null): string {
  switch (place) {
    case null:
      return t("You are in line");
    case 1:
      return t("You are next");
    case 2:
      return t("You are second in line");
    case 3:
      return t("You are third in line");
    default:
      return t("You are number {n} in line", { n: place });
  }
}

function span(seconds: number): string {
  return seconds < 60 ? t("{n} s", { n: seconds }) : t("{n} min", { n: Math.round(seconds / 60) });
}

function grewText(grew: WaitingInfo["grew"]): string {
  switch (grew) {
    case "urgent":
      return t("Somebody with a more urgent matter came before you.");
    case "passed":
      return t("Somebody who had waited before was passed on to this queue.");
    case "changed":
      return t("The order of the queue was changed.");
    default:
      return "";
  }
}

function Range({ wait }: { wait: WaitInfo }): JSX.Element {
  const scale = Math.max(60, wait.high_s * FULL_SCALE);
  const at = (seconds: number): string => `${Math.round((seconds / scale) * 100)}%`;
  const low = span(wait.low_s), high = span(wait.high_s), likely = span(wait.likely_s);
  return (
    <div class="wait">
      <div class="range" role="img" aria-label={t("Expected wait about {likely}, most likely between {low} and {high}", { likely, low, high })}>
        <span class="band" style={{ left: at(wait.low_s), right: `${100 - Math.round((wait.high_s / scale) * 100)}%` }} />
        <span class="mid" style={{ left: at(wait.likely_s) }} />
      </div>
      <p class="t14">
        <b>{t("About {likely}", { likely })}</b>
      </p>
      <p class="t14 mute">{t("9 of 10 people in this place wait between {low} and {high}.", { low, high })}</p>
    </div>
  );
}

function Place({ info }: { info: WaitingInfo }): JSX.Element {
  const grew = grewText(info.grew);
  return (
    <section class="card place">
      {info.place !== null && (
        <span class="n" aria-hidden="true">
          {info.place}
        </span>
      )}
      <div role="status">
        <h1>{heading(info.place)}</h1>
        <p class="t14 mute">{t("{queue} · waiting since {time}", { queue: info.queue, time: formatTime(info.since) })}</p>
        {grew !== "" && <p class="t14">{grew}</p>}
      </div>
      {info.wait !== null && <Range wait={info.wait} />}
    </section>
  );
}

function CallBack({ line }: { line: WaitingLine }): JSX.Element {
  const [open, setOpen] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const phone = line.phone.value;
  useLayoutEffect(() => {
    if (open) field.current?.focus();
  }, [open]);
  if (phone !== "") {
    return (
      <div class="banner ok t14" role="status">
        <Icon name="phone" />
        <span class="grow">{t("We call {phone} when it is your turn. You may close this page.", { phone })}</span>
        <button type="button" class="btn sm" onClick={() => void line.callBack("")}>
          {t("Do not call")}
        </button>
      </div>
    );
  }
  if (!open) {
    return (
      <button type="button" class="btn sm" onClick={() => setOpen(true)}>
        <Icon name="phone" size="s" />
        {t("Call me back")}
      </button>
    );
  }
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void line.callBack(field.current?.value ?? "").then((done) => done && setOpen(false));
  };
  return (
    <form class="card callback" noValidate onSubmit={submit}>
      <label for="callback">{t("Telephone number")}</label>
      <input class="input" id="callback" type="tel" autocomplete="tel" maxLength={40} ref={field} aria-invalid={line.wrong.value} />
      {line.wrong.value && (
        <p class="error t14" role="alert">
          {t("This is not complete, or has a mistake.")}
        </p>
      )}
      <div class="row g2">
        <button class="btn sm primary">{t("Keep my place and call me")}</button>
        <button type="button" class="btn sm ghost" onClick={() => setOpen(false)}>
          {t("Back")}
        </button>
      </div>
    </form>
  );
}

export function Waiting({ model }: { model: Model }): JSX.Element {
  const [line] = useState(() => new WaitingLine(model));
  useEffect(() => line.start(), [line]);
  const info = line.info.value;
  const place = info?.place ?? null;
  useEffect(() => {
    const before = document.title;
    if (place !== null) document.title = `${place} · ${before.replace(/^\d+ · /, "")}`;
    return () => {
      document.title = before.replace(/^\d+ · /, "");
    };
  }, [place]);
  if (info === null) {
    return (
      <section class="card place" role="status">
        <h1>{t("You are in line")}</h1>
      </section>
    );
  }
  return (
    <>
      <Place info={info} />
      {line.phone.value === "" && (
        <div class="banner ok t14">
          <Icon name="check" />
          <span>{t("Your place is kept, also if you reload the page or lose the connection for a minute.")}</span>
        </div>
      )}
      <CallBack line={line} />
      <button type="button" class="btn ghost sm quit" onClick={() => void line.leave()}>
        {t("Cancel and leave the line")}
      </button>
    </>
  );
}
