/** What the tray shows: the customer and every action as an icon; below them, when open, one pane. */
import type { ComponentChildren, JSX } from "preact";

import { formatNumber, t, tn } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import { StateDot } from "../../ui/state.tsx";
import { IdleBar, OfflineBar } from "./bars.tsx";
import { Chat } from "./chat.tsx";
import { type CaseProps, useDesk } from "./context.ts";
import { Dialogs } from "./dialogs.tsx";
import { HandingBar } from "./handing-bar.tsx";
import { driverWords } from "./head.tsx";
import { Notes } from "./notes.tsx";
import { Participants } from "./participants.tsx";
import { PendingBar } from "./pending-bar.tsx";
import { customer, shortName } from "./people.ts";
import type { Tray, TrayPane } from "./tray.ts";
import { TrayIcons } from "./tray-icons.tsx";
import { urgentLine } from "./tray-lines.tsx";
import { ApplicationPane, SessionPane } from "./tray-panes.tsx";
import { elapsed, stateWord } from "./words.ts";

export interface TrayProps {
  tray: Tray;
}

export function TrayPage({ tray }: TrayProps): JSX.Element {
  const desk = useDesk();
  const one = desk.current.value;
  const pane = tray.pane.value;
  const dialog = tray.pressed.value && desk.dialog.value !== null;
  const colour = (one && desk.keyOf(one.id)?.kind) ?? "";
  return (
    <>
      <main class={`tray ${colour} ${pane ? "full" : ""}`} inert={dialog} aria-label={t("Compact icon tray")}>
        {urgentLine(desk) ?? <Top tray={tray}>{one ? <Who one={one} /> : <b class="grow ell">{t("No session is open")}</b>}</Top>}
        <TrayIcons key={one?.id ?? ""} one={one} tray={tray} />
        {pane && (
          <>
            <div class="tray-bars">
              <OfflineBar />
              {one && <PendingBar one={one} />}
              {one && <IdleBar one={one} />}
              {one && <HandingBar one={one} />}
            </div>
            <section class="tray-pane" aria-label={paneWord(pane)} key={`${one?.id ?? ""}-${pane}`}>
              {one ? <Pane one={one} pane={pane} /> : <SessionPane one={null} />}
            </section>
          </>
        )}
      </main>
      {tray.pressed.value && <Dialogs />}
    </>
  );
}

function paneWord(pane: TrayPane): string {
  switch (pane) {
    case "chat":
      return t("Conversation");
    case "notes":
      return t("Notes");
    case "people":
      return t("Participants");
    case "application":
      return t("Application");
    case "session":
      return t("Session");
  }
}

function Pane({ one, pane }: CaseProps & { pane: TrayPane }): JSX.Element {
  switch (pane) {
    case "chat":
      return <Chat one={one} to={shortName(customer(one.snapshot.value)?.name ?? formatNumber(one.snapshot.value.number ?? ""))} />;
    case "notes":
      return <Notes one={one} />;
    case "people":
      return <Participants one={one} />;
    case "application":
      return <ApplicationPane one={one} />;
    case "session":
      return <SessionPane one={one} />;
  }
}

function Top({ tray, children }: TrayProps & { children: ComponentChildren }): JSX.Element {
  const open = tray.pane.value !== null;
  const word = open ? t("Make the tray small") : t("Open the tray");
  return (
    <div class="top">
      {children}
      <Next />
      <button type="button" class={open ? "btn ghost sm icon on turned" : "btn ghost sm icon"} aria-expanded={open} aria-label={word} title={word} onClick={() => tray.show(open ? null : "chat")}>
        <Icon name="down" size="s" />
      </button>
    </div>
  );
}

function Who({ one }: CaseProps): JSX.Element {
  const desk = useDesk();
  const snapshot = one.snapshot.value;
  const name = customer(snapshot)?.name ?? formatNumber(snapshot.number ?? "");
  const since = snapshot.activated_at ?? snapshot.created_at;
  const until = snapshot.ended_at ? Date.parse(snapshot.ended_at) : desk.now.value;
  const key = desk.keyOf(one.id);
  return (
    <>
      <span role="status" title={stateWord(snapshot.state)}>
        <StateDot state={snapshot.state} />
        <span class="sr">{stateWord(snapshot.state)}</span>
      </span>
      <b class="ell">{key && desk.rows.value.length > 1 ? `${key.letter} · ${name}` : name}</b>
      <time class="t12 mute tnum">{elapsed(since, until)}</time>
      <span class="grow" />
      {snapshot.state === "active" && (
        <span class="chip tray-chip" title={driverWords(one)}>
          <Icon name="control" />
          <span class="sr">{driverWords(one)}</span>
        </span>
      )}
    </>
  );
}

/** The next customer, and whether somebody there waits for a word. */
function Next(): JSX.Element | null {
  const desk = useDesk();
  const others = desk.order().filter((id) => id !== desk.chosen.value);
  if (others.length === 0) return null;
  const unread = others.reduce((sum, id) => sum + (desk.cases.value.get(id)?.unread.value ?? 0), 0);
  const word = t("Next customer");
  return (
    <button type="button" class="btn ghost sm icon tray-next" aria-label={unread > 0 ? `${word}, ${tn("{n} unread", "{n} unread", unread)}` : word} title={word} onClick={() => desk.step(1)}>
      <Icon name="users" size="s" />
      {unread > 0 && <span class="badge">{unread}</span>}
    </button>
  );
}
