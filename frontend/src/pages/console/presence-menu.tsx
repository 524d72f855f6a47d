/** What this CSR is ready for: available, away with a reason, finishing, offline. At the foot of the rail. */
import type { JSX } from "preact";

import { formatTime, t } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { useDesk } from "./context.ts";
import type { Desk } from "./desk.ts";
import type { AwayReason, Presence } from "./inbox.ts";
import { presenceWord } from "./inbox-words.ts";

const DOT: Readonly<Record<Presence, string>> = { available: "s-active", away: "away", draining: "s-suspended", offline: "s-ended" };

export function PresenceDot({ presence }: { presence: Presence }): JSX.Element {
  return <span class={`dot ${DOT[presence]}`} aria-hidden="true" />;
}

export const mayAccept = (desk: Desk): boolean => desk.me.privileges["session.accept_inbound"] !== false;

export function declare(desk: Desk, presence: Presence, reason: AwayReason = ""): void {
  void desk.run(() => desk.inbox.setPresence(presence, reason));
}

function items(desk: Desk, presence: Presence, reason: string): MenuItem[] {
  const off = mayAccept(desk) ? {} : { off: t("Your administrator can allow you to accept inbound sessions") };
  const away = (["break", "meeting", "training"] as const).map(
    (why): MenuItem => ({
      id: `away-${why}`,
      label: presenceWord({ presence: "away", reason: why }),
      icon: "clock",
      checked: presence === "away" && reason === why,
      run: () => declare(desk, "away", why),
    }),
  );
  return [
    { id: "available", label: t("Available"), icon: "check", checked: presence === "available", ...off, run: () => declare(desk, "available") },
    ...away,
    { id: "draining", label: t("Finish and take no more"), icon: "history", checked: presence === "draining", run: () => declare(desk, "draining") },
    { id: "offline", label: t("Offline"), icon: "leave", checked: presence === "offline", run: () => declare(desk, "offline") },
  ];
}

export function PresenceMenu(): JSX.Element | null {
  const desk = useDesk();
  const inbox = desk.inbox.state.value;
  if (inbox === null) return null;
  const { presence, reason, since } = inbox.csr;
  const word = presenceWord(inbox.csr);
  return (
    <div class="rail-presence" data-presence={presence}>
      <Menu kind="me" place="up" title={t("Presence: {word}", { word })} items={items(desk, presence, reason)}>
        <span class="presence-dot">
          <PresenceDot presence={presence} />
        </span>
        <span class="ell grow hide-s">{word}</span>
        {since !== null && presence !== "offline" && <span class="t12 mute tnum nowrap hide-s">{t("since {time}", { time: formatTime(since) })}</span>}
        <span class="hide-s">
          <Icon name="down" size="s" />
        </span>
      </Menu>
    </div>
  );
}

/** Said over every page: offers were missed, so nobody is offered any more; one press brings them back. */
export function MissedBar(): JSX.Element | null {
  const desk = useDesk();
  const csr = desk.inbox.state.value?.csr;
  if (csr?.presence !== "away" || csr.reason !== "rona") return null;
  return (
    <div class="banner warn offline" role="alert" data-missed>
      <Icon name="clock" />
      <span class="grow">
        <b class="m">{t("You are away because offers were missed.")}</b> {t("Nobody is offered to you until you say that you are back.")}
      </span>
      <button type="button" class="btn sm" onClick={() => declare(desk, "available")}>
        {t("I am back")}
      </button>
    </div>
  );
}
