/** One customer's stage among several: it can be chosen by a click anywhere, and only then operated. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";

import { openRequests } from "../../core/store.ts";
import { formatNumber, t, tn } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import { StateDot } from "../../ui/state.tsx";
import { type CaseProps, useDesk } from "./context.ts";
import { driverWords, seenChip } from "./head.tsx";
import { KeyMark } from "./key-mark.tsx";
import type { MultiView } from "./multi-view.ts";
import { customer } from "./people.ts";
import { qualityWords } from "./quality.tsx";
import { Stage } from "./stage.tsx";
import { stateWord } from "./words.ts";

export function Tile({ one, view }: CaseProps & { view: MultiView }): JSX.Element {
  const desk = useDesk();
  const snapshot = one.snapshot.value;
  const on = desk.chosen.value === one.id;
  const name = customer(snapshot)?.name ?? formatNumber(snapshot.number ?? "");
  const key = desk.keyOf(one.id);
  const single = view.shown.value === 1;
  const tile = useRef<HTMLElement>(null);
  const words = key ? t("Choose {letter}, {name}", { letter: key.letter, name }) : t("Choose {name}", { name });
  const choose = (): void => {
    desk.choose(one.id);
    // The button goes; whoever uses the keyboard stays where they are.
    tile.current?.focus();
  };
  return (
    <article ref={tile} tabIndex={-1} class={`tile ${key?.kind ?? ""} ${on ? "on" : ""}`} aria-label={name} aria-current={on ? "true" : undefined} data-session={one.id}>
      <header>
        {key ? <KeyMark of={key} /> : <StateDot state={snapshot.state} />}
        <b class="ell">{name}</b>
        <Unread one={one} />
        <span class="grow" />
        <TileChip one={one} />
        {on && <Enlarge view={view} />}
      </header>
      {/* Nothing that is typed or clicked reaches a customer who is not chosen. */}
      <div class="pane2" inert={!on}>
        <Stage one={one} compact={!single} />
      </div>
      {!single && <Foot one={one} />}
      {!on && <button type="button" class="tile-choose" aria-label={words} title={words} onClick={() => choose()} />}
    </article>
  );
}

function Enlarge({ view }: { view: MultiView }): JSX.Element | null {
  if (view.layout.value === 1) return null;
  const large = view.enlarged.value;
  const words = large ? t("Show the other stages again") : t("Enlarge");
  return (
    <button type="button" class={large ? "btn ghost sm icon on" : "btn ghost sm icon"} aria-label={words} title={words} aria-pressed={large} onClick={() => (view.enlarged.value = !large)}>
      <Icon name="full" size="s" />
    </button>
  );
}

function Unread({ one }: CaseProps): JSX.Element | null {
  const unread = one.unread.value;
  if (unread === 0) return null;
  return (
    <span class="badge" role="img" aria-label={tn("{n} unread", "{n} unread", unread)}>
      {unread}
    </span>
  );
}

/** What is seen, or why nothing can be. */
function TileChip({ one }: CaseProps): JSX.Element | null {
  const snapshot = one.snapshot.value;
  if (snapshot.state !== "active") {
    return (
      <span class={`chip s-${snapshot.state}`}>
        <StateDot state={snapshot.state} />
        {stateWord(snapshot.state)}
      </span>
    );
  }
  if (openRequests(snapshot).length > 0) {
    return (
      <span class="chip c-control">
        <Icon name="clock" />
        {t("Asked")}
      </span>
    );
  }
  return seenChip(one);
}

/** One sentence: who drives, and how good the picture is. */
function Foot({ one }: CaseProps): JSX.Element {
  const active = one.snapshot.value.state === "active";
  const shown = one.picture.grant.value !== null;
  const words = !active ? stateWord(one.snapshot.value.state) : shown ? `${driverWords(one)} · ${qualityWords(one)}` : qualityWords(one);
  return (
    <footer>
      <Icon name={active ? (shown ? "control" : "signal") : "info"} size="s" />
      <span class="ell" title={words}>
        {words}
      </span>
    </footer>
  );
}
