/** The console's frame: rail, the open session, offline bar, messages, dialog. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import { formatCountdown, t, tParts } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import { Toasts } from "../../ui/toasts.tsx";
import { type CaseProps, DeskProvider, useDesk } from "./context.ts";
import type { Desk } from "./desk.ts";
import { Dialogs } from "./dialogs.tsx";
import { Head } from "./head.tsx";
import { Panel } from "./panel.tsx";
import { customer } from "./people.ts";
import { Rail } from "./rail.tsx";
import { Stage } from "./stage.tsx";
import { Strip } from "./strip.tsx";

export function App({ desk }: { desk: Desk }): JSX.Element {
  return (
    <DeskProvider value={desk}>
      <Page />
      <Toasts toasts={desk.toasts.value} closeLabel={t("Close")} close={(id) => desk.closeToast(id)} />
      <Dialogs />
    </DeskProvider>
  );
}

function Page(): JSX.Element {
  const desk = useDesk();
  // A modal dialog makes the rest inert; said here as well, for readers that do not know that.
  const covered = desk.dialog.value !== null;
  return (
    <div class="desk slim" inert={covered} aria-hidden={covered ? "true" : undefined}>
      <Rail />
      <Main />
    </div>
  );
}

function Main(): JSX.Element {
  const desk = useDesk();
  const one = desk.current.value;
  useTitle(desk);
  return (
    <main class={one ? "main" : "main none"} id="main" tabIndex={-1}>
      <OfflineBar />
      {one ? <Open key={one.id} one={one} /> : <Nothing />}
    </main>
  );
}

function Open({ one }: CaseProps): JSX.Element {
  return (
    <div class="session">
      <Head one={one} />
      <Strip one={one} />
      <IdleBar one={one} />
      <div class="work">
        <Stage one={one} />
        <Panel one={one} />
      </div>
    </div>
  );
}

function Nothing(): JSX.Element {
  const desk = useDesk();
  if (desk.chosen.value !== null && !desk.missing.value) {
    return (
      <p class="nothing dim" role="status">
        {t("Opening the session")}
      </p>
    );
  }
  return (
    <div class="nothing">
      <Icon name="sessions" size="l" />
      <h1>{desk.missing.value ? t("This session does not exist here") : t("No session is open")}</h1>
      <p>
        {desk.missing.value
          ? t("It may belong to another organisation, or you are not part of it.")
          : t("Start one on the left and invite a customer, or join a colleague's session by its number.")}
      </p>
    </div>
  );
}

function OfflineBar(): JSX.Element | null {
  const desk = useDesk();
  const link = desk.current.value?.live.link.value ?? desk.link.value;
  const closed = link.phase === "closed";
  // The first connection is no loss; a short one is not worth a bar that moves the page.
  const lost = link.lostAt !== null && link.phase !== "stopped" && Date.now() - link.lostAt > 1500 && desk.now.value > 0;
  const ended = desk.current.value?.snapshot.value.state === "ended";
  if (!lost || (ended && desk.link.value.phase === "live")) return null;
  const wait = link.retryAt === null ? null : formatCountdown(Math.max(0, link.retryAt - Date.now()) / 1000);
  const words = closed
    ? t("This window is not connected any more: the session is open elsewhere, or you were signed out.")
    : t("Messages are kept and sent later; control is off.");
  return (
    <div class="banner warn offline" role="status">
      <Icon name="signal" />
      <span class="grow">
        <b class="m">{t("You are offline.")}</b> {!closed && wait !== null && tParts("Trying again in {time}.", { time: <span class="tnum">{wait}</span> })} {words}
      </span>
      <button type="button" class="btn sm" onClick={() => desk.retryNow()}>
        {t("Try now")}
      </button>
    </div>
  );
}

function IdleBar({ one }: CaseProps): JSX.Element | null {
  const desk = useDesk();
  const { idle_ends_at, state } = one.snapshot.value;
  if (idle_ends_at === null || state === "ended") return null;
  const left = formatCountdown((Date.parse(idle_ends_at) - desk.now.value) / 1000);
  return (
    <div class="banner warn offline" role="alert">
      <Icon name="clock" />
      <span class="grow">{t("Nothing has happened for a while. The session ends in {time}.", { time: left })}</span>
      <button type="button" class="btn sm" onClick={() => void desk.run(() => one.live.commands.keep())}>
        {t("Go on")}
      </button>
    </div>
  );
}

/** The browser tab says who is open and how much is unread. */
function useTitle(desk: Desk): void {
  const one = desk.current.value;
  let unread = 0;
  for (const other of desk.cases.value.values()) unread += other.unread.value;
  const name = one ? (customer(one.snapshot.value)?.name ?? one.snapshot.value.number ?? "") : "";
  const title = `${unread > 0 ? `(${unread}) ` : ""}${name ? `${name} · ` : ""}${desk.me.site.name}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}
