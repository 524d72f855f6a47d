/** The console's frame: rail, the open session, offline bar, messages, dialog. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import { t } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import { Toasts } from "../../ui/toasts.tsx";
import { IdleBar, OfflineBar, TrayBar } from "./bars.tsx";
import { CallCards } from "./call-cards.tsx";
import { type CaseProps, DeskProvider, useDesk } from "./context.ts";
import type { Desk } from "./desk.ts";
import { Dialogs } from "./dialogs.tsx";
import { HandingBar } from "./handing-bar.tsx";
import { Head } from "./head.tsx";
import { InboxPage } from "./inbox-page.tsx";
import { MonitorPage } from "./monitor-page.tsx";
import { MultiPage } from "./multi-page.tsx";
import { OfferCards } from "./offer-cards.tsx";
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
      <div class="call-cards">
        <CallCards />
        <OfferCards />
      </div>
      {!desk.tray.pressed.value && <Dialogs />}
    </DeskProvider>
  );
}

function Page(): JSX.Element {
  const desk = useDesk();
  // A modal dialog makes the rest inert; said here as well, for readers that do not know that.
  const covered = desk.dialog.value !== null && !desk.tray.pressed.value;
  const all = desk.look.style.value === "multi" && desk.page.value === "session";
  return (
    <div class={all ? "desk all" : "desk slim"} inert={covered} aria-hidden={covered ? "true" : undefined}>
      <Rail />
      <Main />
    </div>
  );
}

function Main(): JSX.Element {
  const desk = useDesk();
  const one = desk.current.value;
  useTitle(desk);
  if (desk.page.value !== "session") {
    return (
      <main class="main" id="main" tabIndex={-1}>
        <OfflineBar />
        {desk.page.value === "inbox" ? <InboxPage /> : <MonitorPage />}
      </main>
    );
  }
  if (desk.look.style.value === "multi") {
    return (
      <main class="main" id="main" tabIndex={-1}>
        <OfflineBar />
        <MultiPage
          bar={
            one && (
              <>
                <HandingBar one={one} />
                <IdleBar one={one} />
              </>
            )
          }
        />
      </main>
    );
  }
  return (
    <main class={one ? "main" : "main none"} id="main" tabIndex={-1}>
      <div class="bars">
        <OfflineBar />
        <TrayBar />
      </div>
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
      <HandingBar one={one} />
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

/** The browser tab says who is open and how much is unread. */
function useTitle(desk: Desk): void {
  const one = desk.current.value;
  let unread = 0;
  for (const other of desk.cases.value.values()) unread += other.unread.value;
  const name = one ? (customer(one.snapshot.value)?.name ?? one.snapshot.value.number ?? "") : "";
  unread += desk.inbox.offers.length;
  const title = `${unread > 0 ? `(${unread}) ` : ""}${name ? `${name} · ` : ""}${desk.me.site.name}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}
