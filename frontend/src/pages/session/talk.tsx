/** The conversation: messages, answered requests as one line each, and open requests as prompts at its end. */

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { formatTime, t, tParts } from "../../core/i18n.ts";
import type { Fact } from "../../core/history.ts";
import { shortName } from "../../core/names.ts";
import { isCsr } from "../../core/store.ts";
import { Icon } from "../../ui/icon.tsx";
import { SafeText } from "../../ui/text.tsx";
import { Waiting } from "./lazy.tsx";
import { conversation, type Line } from "./lines.ts";
import type { Model } from "./model.ts";
import { Requests } from "./requests.tsx";
import { handedSentence, qualitySentence, toldSentence } from "./words.ts";

/** Whose screen a fact is about, as the reader says it. */
function factSentence(model: Model, fact: Fact): string {
  if (fact.kind === "handed") return handedSentence(fact.what, fact.name);
  if (fact.kind === "options") return qualitySentence(fact.quality, shortName(fact.by));
  const author = fact.kind === "screenshot" ? fact.screenshot.participant : fact.participant;
  const { me } = model.snapshot.value;
  const owner = fact.grant?.owner;
  const name = model.shortNameOf(author);
  if (fact.kind === "marked") {
    if (author === me) return t("You pointed or drew on the picture");
    return owner === me ? t("{name} points and draws on your screen", { name }) : t("{name} points and draws on the picture", { name });
  }
  if (owner === me) return t("{name} saved a picture of your screen", { name });
  if (owner === author || owner === undefined) return t("{name} saved a picture of the shared screen", { name });
  return t("{name} saved a picture of the screen of {owner}", { name, owner: model.shortNameOf(owner) });
}

function FactView({ fact, model }: { fact: Fact; model: Model }): JSX.Element {
  return (
    <span class="sys">
      <Dated text={factSentence(model, fact)} at={fact.at} />
      {fact.kind === "screenshot" && (
        <>
          {" "}
          <a href={model.session.commands.screenshotUrl(fact.screenshot.id)} target="_blank" rel="noopener">
            {t("Open the picture")}
          </a>
        </>
      )}
    </span>
  );
}

function Dated({ text, at }: { text: string; at: string }): JSX.Element {
  return <>{tParts<JSX.Element | string>("{text}, {time}", { text, time: <time dateTime={at}>{formatTime(at)}</time> })}</>;
}

function LineView({ line, model }: { line: Line; model: Model }): JSX.Element {
  switch (line.kind) {
    case "message": {
      const mine = line.message.participant === model.snapshot.value.me;
      const alone = line.message.audience === "participant" && !mine;
      return (
        <>
          {line.by !== null && (
            <span class="by">
              <Dated text={line.by} at={line.message.at} />
              {alone && ` · ${t("only to you")}`}
            </span>
          )}
          <span class={mine ? "bub me" : "bub"} dir="auto">
            <SafeText text={line.message.text} />
          </span>
        </>
      );
    }
    case "outgoing":
      return <OutgoingView line={line} model={model} />;
    case "joined":
      return <span class="sys">{t("{name} is here, {time}", { name: line.name, time: formatTime(new Date(line.at).toISOString()) })}</span>;
    case "request":
      return (
        <span class="sys">
          <Dated text={toldSentence(line.told.request.capability, line.told.outcome, line.name)} at={line.told.at} />
        </span>
      );
    case "fact":
      return <FactView fact={line.fact} model={model} />;
  }
}

function OutgoingView({ line, model }: { line: Extract<Line, { kind: "outgoing" }>; model: Model }): JSX.Element {
  const { item } = line;
  return (
    <>
      <span class="bub me" dir="auto">
        <SafeText text={item.text} />
      </span>
      {item.state === "waiting" && (
        <span class="state">
          <Icon name="clock" size="s" />
          {t("Waiting to be sent")}
        </span>
      )}
      {item.state === "failed" && (
        <span class="state" role="alert">
          <Icon name="alert" size="s" />
          {t("Not sent")} {item.error}
          <button type="button" class="btn sm" onClick={() => model.session.outbox.retry(item.client_id)}>
            {t("Try again")}
          </button>
        </span>
      )}
    </>
  );
}

function Typing({ model }: { model: Model }): JSX.Element {
  const people = model.snapshot.value.participants.filter((person) => model.session.typing.value.includes(person.id));
  const names = people.map((person) => person.name).join(", ");
  return <span class="typing">{names === "" ? "" : t("{name} is typing …", { name: names })}</span>;
}

function Here({ model }: { model: Model }): JSX.Element {
  const people = model.snapshot.value.participants.filter((person) => person.state === "joined" && isCsr(person));
  const names = [t("you"), ...people.map((person) => person.name)].join(t(", "));
  const open = model.panelOpen.value;
  return (
    <button type="button" class="who-s" aria-expanded={open} aria-controls="here" onClick={() => (model.panelOpen.value = !open)}>
      <Icon name="users" size="s" />
      <span class="ell">{t("Here: {names}", { names })}</span>
      <Icon name={open ? "x" : "down"} size="s" />
    </button>
  );
}

export function Talk({ model }: { model: Model }): JSX.Element {
  const lines = conversation(model.snapshot.value, model.history.told.value, model.history.facts.value, model.session.outbox.items.value);
  const open = model.requests.value.length;
  const scroller = useRef<HTMLElement>(null);
  const stick = useRef(true);
  useEffect(() => {
    const element = scroller.current;
    if (element !== null && stick.current) element.scrollTop = element.scrollHeight;
  }, [lines.length, open, model.managerCode.value, model.trouble.value]);
  const follow = (): void => {
    const element = scroller.current;
    if (element !== null) stick.current = element.scrollHeight - element.scrollTop - element.clientHeight < 80;
  };
  return (
    <section class="talk" aria-label={t("Conversation")} ref={scroller} onScroll={follow} tabIndex={0}>
      {model.waiting.value ? <Waiting model={model} /> : <Here model={model} />}
      <div class="bubs" role="log" aria-live="polite">
        {lines.length === 0 && <span class="sys">{model.waiting.value ? t("You can write now. The representative reads it before answering.") : t("You can write here. Nothing is shown or shared.")}</span>}
        {lines.map((line) => (
          <LineView key={line.key} line={line} model={model} />
        ))}
      </div>
      <Typing model={model} />
      <Requests model={model} />
    </section>
  );
}
