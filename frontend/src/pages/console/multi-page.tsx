/** The multi-session window: all customers in a list, up to four stages, tools and conversation of the chosen one. */
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useMemo } from "preact/hooks";

import { formatNumber, t, tn } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import { StateDot } from "../../ui/state.tsx";
import type { SessionCase } from "./case.ts";
import { type CaseProps, useDesk } from "./context.ts";
import { KeyMark } from "./key-mark.tsx";
import { CustomerList } from "./multi-list.tsx";
import { Tile } from "./multi-tile.tsx";
import type { Layout } from "./multi-tiles.ts";
import { MultiView } from "./multi-view.ts";
import { Panel } from "./panel.tsx";
import { amPrimary, customer, shortName } from "./people.ts";
import { StartButton } from "./start-button.tsx";
import { Strip } from "./strip.tsx";

import "./multi.css";

/** `bar`: what is to be said about the chosen session, over the stages. */
export function MultiPage({ bar }: { bar: ComponentChildren }): JSX.Element {
  const desk = useDesk();
  const view = useMemo(() => new MultiView(desk), [desk]);
  useLayoutEffect(() => view.start(), [view]);
  const one = desk.current.value;
  return (
    <div class="multi">
      <Head view={view} />
      {one ? <Strip key={one.id} one={one} lead={<Target one={one} />} /> : <div class="strip" />}
      <div class="multi-bar">{bar}</div>
      <div class="multi-work">
        <CustomerList view={view} />
        <Stages view={view} />
        {one ? <Panel key={one.id} one={one} lead={<PanelHead one={one} />} to={firstName(one)} /> : <aside class="side" />}
      </div>
    </div>
  );
}

const firstName = (one: SessionCase): string => shortName(customer(one.snapshot.value)?.name ?? formatNumber(one.snapshot.value.number ?? ""));

/** Whom the tools act on: no tool without its customer. */
function Target({ one }: CaseProps): JSX.Element {
  const desk = useDesk();
  const snapshot = one.snapshot.value;
  const name = customer(snapshot)?.name ?? formatNumber(snapshot.number ?? "");
  return (
    <div class="target" role="status">
      <span class="dim t12 nowrap">{t("Tools act on")}</span>
      <KeyMark of={desk.keyOf(one.id)} />
      <b class="m ell">{name}</b>
    </div>
  );
}

function PanelHead({ one }: CaseProps): JSX.Element {
  const desk = useDesk();
  const snapshot = one.snapshot.value;
  return (
    <div class="phead">
      <KeyMark of={desk.keyOf(one.id)} />
      <b class="ell">{customer(snapshot)?.name ?? t("Waiting for the customer")}</b>
      <span class="end t12 dim tnum nowrap">{formatNumber(snapshot.number ?? "")}</span>
    </div>
  );
}

function Head({ view }: { view: MultiView }): JSX.Element {
  const desk = useDesk();
  const rows = desk.rows.value;
  const waiting = rows.filter((row) => row.state === "waiting").length;
  const used = [...desk.cases.value.values()].filter((one) => one.snapshot.value.state !== "ended" && amPrimary(one.snapshot.value)).length;
  const { limit } = desk.look;
  const words = t("{n} of {limit} customers", { n: used, limit });
  return (
    <header class="head">
      <h1 class="nowrap">{t("All sessions")}</h1>
      <span class="dim tnum nowrap" role="img" aria-label={words} title={words}>
        {`${used} / ${limit}`}
      </span>
      {waiting > 0 && (
        <span class="chip s-waiting">
          <StateDot state="waiting" />
          {tn("{n} waiting to join", "{n} waiting to join", waiting)}
        </span>
      )}
      <span class="grow" />
      <SortMenu view={view} />
      <span class="vr" />
      <LayoutMenu view={view} />
      <StartButton kind="btn primary sm">{t("New session")}</StartButton>
    </header>
  );
}

function SortMenu({ view }: { view: MultiView }): JSX.Element {
  const words = { urgency: t("Active first, then longest unanswered"), letter: t("By letter") };
  const now = view.sorting.value;
  return (
    <Menu
      kind="sel sm plain"
      place="down-end"
      title={t("Order of the list")}
      items={(["urgency", "letter"] as const).map((id) => ({ id, label: words[id], checked: id === now, run: () => view.setSorting(id) }))}
    >
      <span class="ell">{words[now]}</span>
      <Icon name="down" size="s" />
    </Menu>
  );
}

const layoutWords = (layout: Layout): string => (layout === 1 ? t("1 stage") : layout === 2 ? t("2 stages") : t("2 × 2 stages"));

function LayoutMenu({ view }: { view: MultiView }): JSX.Element {
  const now = view.layout.value;
  return (
    <Menu
      kind="btn ghost sm"
      place="down-end"
      title={t("Stages side by side")}
      items={([1, 2, 4] as const).map((layout) => ({ id: String(layout), label: layoutWords(layout), checked: layout === now, run: () => view.setLayout(layout) }))}
    >
      <Icon name="layout" size="s" />
      {layoutWords(now)}
      <Icon name="down" size="s" />
    </Menu>
  );
}

function Stages({ view }: { view: MultiView }): JSX.Element {
  const desk = useDesk();
  const tiles = view.tiles.value.flatMap((id) => desk.cases.value.get(id) ?? []);
  return (
    <section class={`stages n${tiles.length}`} data-region="stage" aria-label={t("Stages")}>
      {tiles.map((one) => (
        <Tile key={one.id} one={one} view={view} />
      ))}
      {tiles.length === 0 && (
        <div class="nothing">
          <Icon name="grid" size="l" />
          <p>{desk.missing.value ? t("This session does not exist here") : t("No session is open")}</p>
        </div>
      )}
    </section>
  );
}
