/** Left rail: start or join a session, the sessions with their state, and the person who is signed in. */
import type { ComponentChildren, JSX } from "preact";

import { formatCountdown, formatNumber, formatTime, t, tn } from "../../core/i18n.ts";
import { openRequests } from "../../core/store.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { StateDot } from "../../ui/state.tsx";
import { initials } from "../../ui/text.tsx";
import { useDesk } from "./context.ts";
import type { PageName } from "./desk.ts";
import { KeyMark } from "./key-mark.tsx";
import { customer } from "./people.ts";
import { PersonMenu } from "./person-menu.tsx";
import { PresenceMenu } from "./presence-menu.tsx";
import type { SessionRow } from "./types.ts";
import { StartButton } from "./start-button.tsx";
import { elapsed, endWord, minutesLeft } from "./words.ts";

export function Rail(): JSX.Element {
  const desk = useDesk();
  const { site } = desk.me;
  return (
    <aside class="rail" data-region="rail" aria-label={t("Sessions")}>
      <div class="rail-top">
        <span class="logo" title={site.verified ? t("Verified organisation") : site.name}>
          <Icon name={site.verified ? "verified" : "globe"} size="s" />
        </span>
        <b class="ell hide-s">{site.name}</b>
      </div>
      <div class="rail-start">
        <StartButton kind="btn" title={t("Start session")}>
          <span class="hide-s">{t("Start session")}</span>
        </StartButton>
        <button type="button" class="btn ghost icon" aria-label={t("Join by number")} title={t("Join by number")} onClick={() => (desk.dialog.value = "join")}>
          <Icon name="hash" size="s" />
        </button>
      </div>
      <nav aria-label={t("Your sessions")}>
        <Pages />
        <SessionLists />
      </nav>
      <PresenceMenu />
      <PersonMenu />
    </aside>
  );
}

/** The pages of the console besides the sessions; what waits there is counted. */
function Pages(): JSX.Element {
  const desk = useDesk();
  const offers = desk.inbox.offers.length;
  const wrapUps = desk.inbox.state.value?.wrap_ups.length ?? 0;
  return (
    <>
      <PageLink page="inbox" icon="inbox" word={t("Inbox")}>
        {offers + wrapUps > 0 && (
          <span class={offers > 0 ? "badge q" : "badge mut"} role="img" aria-label={offers > 0 ? tn("{n} offer", "{n} offers", offers) : tn("{n} to wrap up", "{n} to wrap up", wrapUps)}>
            {offers || wrapUps}
          </span>
        )}
      </PageLink>
      <PageLink page="session" icon="grid" word={t("All sessions")} />
      {desk.me.membership.role !== "csr" && <PageLink page="monitor" icon="wall" word={t("Monitor")} />}
    </>
  );
}

function PageLink({ page, icon, word, children }: { page: PageName; icon: IconName; word: string; children?: ComponentChildren }): JSX.Element {
  const desk = useDesk();
  const here = desk.page.value === page && (page !== "session" || desk.chosen.value === null || desk.look.style.value === "multi");
  return (
    <a
      class={here ? "nav on" : "nav"}
      href={page === "session" ? "/console/" : `/console/${page}/`}
      title={word}
      aria-current={here ? "page" : undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        desk.show(page);
      }}
    >
      <Icon name={icon} />
      <span class="hide-s">{word}</span>
      {children}
    </a>
  );
}

function SessionLists(): JSX.Element {
  const desk = useDesk();
  if (desk.listState.value === "loading") return <LoadingList />;
  if (desk.listState.value === "failed") {
    return (
      <div class="rail-note hide-s">
        <p>{t("The list could not be loaded")}</p>
        <button type="button" class="btn sm" onClick={() => void desk.refresh()}>
          {t("Try again")}
        </button>
      </div>
    );
  }
  const places = desk.order();
  const rows = [...desk.rows.value].sort((a, b) => places.indexOf(a.id) - places.indexOf(b.id));
  const waiting = rows.filter((row) => row.state === "waiting");
  const going = rows.filter((row) => row.state !== "waiting");
  return (
    <>
      {rows.length === 0 && <p class="rail-note hide-s">{t("No session. Start one, or join one by its number.")}</p>}
      <Group title={t("Sessions")} rows={going} />
      <Group title={t("Waiting to join")} rows={waiting} />
      <Group title={t("Ended")} rows={desk.ended.value} />
    </>
  );
}

function LoadingList(): JSX.Element {
  return (
    <div class="skeleton hide-s" role="status" aria-label={t("Loading the sessions")}>
      <i />
      <i />
      <i />
    </div>
  );
}

function Group({ title, rows }: { title: string; rows: readonly SessionRow[] }): JSX.Element | null {
  if (rows.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3>
        {title} <span class="tnum">{rows.length}</span>
      </h3>
      {rows.map((row) => (
        <Row key={row.id} row={row} />
      ))}
    </section>
  );
}

function Row({ row }: { row: SessionRow }): JSX.Element {
  const desk = useDesk();
  const one = desk.cases.value.get(row.id);
  const snapshot = one?.snapshot.value;
  const now = desk.now.value;
  const state = snapshot?.state ?? row.state;
  const number = formatNumber(snapshot?.number ?? row.number ?? "");
  const name = (snapshot && customer(snapshot)?.name) ?? row.customer_name ?? "";
  const title = name || number || row.session_type;
  const chosen = desk.page.value === "session" && desk.chosen.value === row.id;
  const asking = snapshot && openRequests(snapshot).find((request) => Date.parse(request.expires_at) > now);
  const unread = one?.unread.value ?? 0;
  return (
    <a
      class={chosen ? "sess on" : "sess"}
      href={`/console/s/${row.id}/`}
      title={title}
      data-i={name ? initials(name) : number.slice(0, 2)}
      aria-current={chosen ? "page" : undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        desk.choose(row.id);
      }}
    >
      <StateDot state={state} />
      <span class="row g1 hide-s">
        {desk.rows.value.length > 1 && <KeyMark of={desk.keyOf(row.id)} />}
        <span class="ell m tnum">{title}</span>
      </span>
      <span class="r2 hide-s tnum">{timeWords(row, state, now)}</span>
      <span class="l2 ell hide-s">{secondLine(row, state, now, { asking: asking !== undefined, waits: lobbyCount(row, snapshot) })}</span>
      {asking ? (
        <span class="badge q hide-s" role="img" aria-label={t("Waits for an answer")}>
          {formatCountdown((Date.parse(asking.expires_at) - now) / 1000)}
        </span>
      ) : (
        unread > 0 && (
          <span class="badge" role="img" aria-label={tn("{n} unread", "{n} unread", unread)}>
            {unread}
          </span>
        )
      )}
    </a>
  );
}

function lobbyCount(row: SessionRow, snapshot: { participants: readonly { state: string }[] } | undefined): number {
  return snapshot ? snapshot.participants.filter((person) => person.state === "lobby").length : row.lobby;
}

function timeWords(row: SessionRow, state: SessionRow["state"], now: number): string {
  if (state === "ended") return row.ended_at ? formatTime(row.ended_at) : "";
  if (state === "waiting") return tn("{n} min", "{n} min", Math.max(0, Math.floor((now - Date.parse(row.created_at)) / 60_000)));
  return elapsed(row.activated_at ?? row.created_at, now);
}

function secondLine(row: SessionRow, state: SessionRow["state"], now: number, more: { asking: boolean; waits: number }): string {
  if (state === "ended") return endWord(row.end_reason);
  if (more.waits > 0) return tn("{n} person waits to be let in", "{n} people wait to be let in", more.waits);
  if (state === "suspended") {
    return row.suspended_until ? t("Connection lost, {left}", { left: minutesLeft(row.suspended_until, now) }) : t("Connection lost");
  }
  if (more.asking) return t("Waits for an answer");
  if (state === "waiting") return row.session_type;
  return row.last_message?.text ?? row.session_type;
}
