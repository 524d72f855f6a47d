/** The customers of the multi-session window with their state: unread, waiting for an answer, asked, suspended. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";

import { formatCountdown, formatNumber, t, tn } from "../../core/i18n.ts";
import { openRequests } from "../../core/store.ts";
import { Icon } from "../../ui/icon.tsx";
import { StateDot } from "../../ui/state.tsx";
import type { SessionCase } from "./case.ts";
import { useDesk } from "./context.ts";
import type { Desk } from "./desk.ts";
import { KeyMark } from "./key-mark.tsx";
import { byUrgency, heldOrder, unansweredSince } from "./multi-tiles.ts";
import type { MultiView } from "./multi-view.ts";
import { customer, lobby } from "./people.ts";
import type { SessionRow } from "./types.ts";
import { elapsed, endWord, minutesLeft } from "./words.ts";

export function CustomerList({ view }: { view: MultiView }): JSX.Element {
  const desk = useDesk();
  const [hovered, setHovered] = useState(false);
  const [focused, setFocused] = useState(false);
  const before = useRef<readonly string[]>([]);
  const rows = new Map(desk.rows.value.map((row) => [row.id, row]));
  const sorted = view.sorting.value === "letter" ? desk.order() : ranked(desk);
  const order = hovered || focused ? heldOrder(before.current, sorted) : sorted;
  before.current = order;
  const live = order.flatMap((id) => rows.get(id) ?? []);
  const going = live.filter((row) => stateOf(desk, row) !== "waiting");
  const waiting = live.filter((row) => stateOf(desk, row) === "waiting");
  return (
    <nav
      class="clist"
      data-region="list"
      aria-label={t("Customers")}
      onPointerEnter={() => setHovered(true)}
      onPointerLeave={() => setHovered(false)}
      onFocusIn={(event) => setFocused(event.target instanceof Element && event.target.matches(":focus-visible"))}
      onFocusOut={() => setFocused(false)}
    >
      {live.length === 0 && <p class="rail-note">{t("No session. Start one, or join one by its number.")}</p>}
      {going.map((row) => (
        <Customer key={row.id} row={row} />
      ))}
      <Group title={t("Waiting to join")} rows={waiting} />
      <Group title={t("Ended")} rows={desk.ended.value} />
    </nav>
  );
}

const stateOf = (desk: Desk, row: SessionRow): SessionRow["state"] => desk.cases.value.get(row.id)?.snapshot.value.state ?? row.state;

function ranked(desk: Desk): string[] {
  const all = desk.order().map((id, place) => {
    const snapshot = desk.cases.value.get(id)?.snapshot.value;
    return { id, place, active: snapshot?.state === "active", since: snapshot ? unansweredSince(snapshot) : null };
  });
  return all.sort(byUrgency).map(({ id }) => id);
}

function Group({ title, rows }: { title: string; rows: readonly SessionRow[] }): JSX.Element | null {
  if (rows.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      {rows.map((row) => (
        <Customer key={row.id} row={row} />
      ))}
    </section>
  );
}

function Customer({ row }: { row: SessionRow }): JSX.Element {
  const desk = useDesk();
  const one = desk.cases.value.get(row.id);
  const snapshot = one?.snapshot.value;
  const state = stateOf(desk, row);
  const key = state === "ended" ? null : desk.keyOf(row.id);
  const number = formatNumber(snapshot?.number ?? row.number ?? "");
  const name = (snapshot && customer(snapshot)?.name) ?? row.customer_name ?? "";
  const on = desk.chosen.value === row.id;
  const unread = one?.unread.value ?? 0;
  const since = row.activated_at ?? row.created_at;
  return (
    <a
      class={`cust ${key?.kind ?? ""} ${on ? "on" : ""}`}
      href={`/console/s/${row.id}/`}
      aria-current={on ? "true" : undefined}
      data-session={row.id}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        desk.choose(row.id);
      }}
    >
      {key ? <KeyMark of={key} /> : <StateDot state={state} />}
      <span class={unread > 0 || on ? "m ell tnum" : "ell tnum"}>{name || number || row.session_type}</span>
      {unread > 0 ? (
        <span class="badge" role="img" aria-label={tn("{n} unread", "{n} unread", unread)}>
          {unread}
        </span>
      ) : (
        <time class="t12 dim tnum">{elapsed(since, row.ended_at ? Date.parse(row.ended_at) : desk.now.value)}</time>
      )}
      <span class="l2 ell">{secondLine(row, state, snapshot)}</span>
      {one && state !== "ended" && <States one={one} now={desk.now.value} />}
    </a>
  );
}

function secondLine(row: SessionRow, state: SessionRow["state"], snapshot: SessionCase["snapshot"]["value"] | undefined): string {
  if (state === "ended") return endWord(row.end_reason);
  if (state === "waiting") return row.session_type;
  const last = snapshot?.messages.findLast((message) => message.audience === "everyone")?.text ?? row.last_message?.text;
  return last ?? row.session_type;
}

/** What this customer needs, most urgent first; empty while they need nothing. */
function States({ one, now }: { one: SessionCase; now: number }): JSX.Element | null {
  const snapshot = one.snapshot.value;
  const chips: JSX.Element[] = [];
  const chip = (kind: string, icon: JSX.Element, words: string): void => {
    chips.push(
      <span key={words} class={`chip ${kind}`}>
        {icon}
        {words}
      </span>,
    );
  };
  const left = (until: string): string => formatCountdown(Math.max(0, Date.parse(until) - now) / 1000);
  if (snapshot.idle_ends_at !== null) chip("s-waiting", <Icon name="alert" />, t("Ends in {time}", { time: left(snapshot.idle_ends_at) }));
  if (snapshot.state === "suspended") {
    const until = snapshot.suspended_until;
    chip("s-suspended", <StateDot state="suspended" />, until ? t("Connection lost, {left}", { left: minutesLeft(until, now) }) : t("Connection lost"));
  }
  const waits = lobby(snapshot).length;
  if (waits > 0) chip("s-waiting", <Icon name="users" />, tn("{n} person waits to be let in", "{n} people wait to be let in", waits));
  const asked = openRequests(snapshot).find((request) => Date.parse(request.expires_at) > now);
  if (asked) chip("c-control", <Icon name="clock" />, t("Asked, {time} left", { time: left(asked.expires_at) }));
  const since = unansweredSince(snapshot);
  if (since !== null && snapshot.state === "active") chip("s-waiting", <Icon name="clock" />, t("Waits for you {time}", { time: formatCountdown(Math.max(0, now - since) / 1000) }));
  return chips.length > 0 ? <span class="l3">{chips}</span> : null;
}
