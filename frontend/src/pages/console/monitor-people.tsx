/** Live sessions and CSRs of the monitor, with what a manager does: join visibly, whisper, set a presence. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

import { isControl } from "../../core/capabilities.ts";
import { t } from "../../core/i18n.ts";
import type { Capability, MonitorCsr, MonitorSession, MonitorState, SessionState } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { StateDot } from "../../ui/state.tsx";
import { iconOf, toneOf } from "./act-words.ts";
import { useDesk } from "./context.ts";
import { ago, presenceWord } from "./inbox-words.ts";
import type { Presence } from "./inbox.ts";
import type { Monitor } from "./monitor.ts";
import { TablePanel } from "./monitor-table.tsx";
import { activityDot, activityWord } from "./monitor-words.ts";
import { stateWord } from "./words.ts";

export function SessionsPanel({ monitor, state }: { monitor: Monitor; state: MonitorState }): JSX.Element {
  const head = (
    <>
      <h2 class="t14">{t("Live sessions")}</h2>
      <span class="dim t12 tnum">{state.sessions.length}</span>
    </>
  );
  const columns = [{ name: t("Customer") }, { name: t("CSR") }, { name: t("Queue") }, { name: t("Now") }, { name: t("Length"), right: true }, { name: "" }];
  return (
    <TablePanel kind="live" head={head} columns={columns} empty={state.sessions.length === 0 ? t("Nobody is being helped.") : null}>
      {state.sessions.map((session) => (
        <SessionRow key={session.id} monitor={monitor} session={session} />
      ))}
    </TablePanel>
  );
}

function SessionRow({ monitor, session }: { monitor: Monitor; session: MonitorSession }): JSX.Element {
  const desk = useDesk();
  const whispering = useSignal(false);
  const join = (): void => void desk.run(async () => desk.enter(await monitor.join(session.id)));
  return (
    <>
      <tr data-session={session.id}>
        <th>
          <span class="row">
            <StateDot state={session.state as SessionState} />
            <span class="ell">{session.customer || t("Waiting for the customer")}</span>
          </span>
        </th>
        <td>{session.csr || "–"}</td>
        <td class="mute">{session.queue}</td>
        <td>
          <Doing session={session} />
        </td>
        <td class="r">{ago(monitor.secondsSince(session.since))}</td>
        <td class="r">
          <span class="row g1 right">
            <button type="button" class="btn ghost sm icon" aria-label={t("Whisper to the CSR of {name}", { name: session.customer })} title={t("Whisper: only the session's CSRs read it")} onClick={() => (whispering.value = !whispering.value)}>
              <Icon name="whisper" size="s" />
            </button>
            <button
              type="button"
              class="btn ghost sm icon"
              aria-label={session.mine ? t("Open the session of {name}", { name: session.customer }) : t("Join the session of {name} visibly", { name: session.customer })}
              title={session.mine ? t("You are inside: open it") : t("Join visibly: everybody in it is told")}
              onClick={session.mine ? () => desk.choose(session.id) : join}
            >
              <Icon name="users" size="s" />
            </button>
          </span>
        </td>
      </tr>
      {whispering.value && <WhisperRow monitor={monitor} session={session} close={() => (whispering.value = false)} />}
    </>
  );
}

function Doing({ session }: { session: MonitorSession }): JSX.Element {
  if (session.state !== "active") return <span class={`chip s-${session.state}`}>{stateWord(session.state as SessionState)}</span>;
  const allowed = session.allowed as Capability[];
  if (allowed.length === 0) {
    return (
      <span class="chip">
        <Icon name="chat" />
        {t("Chat")}
      </span>
    );
  }
  return (
    <span class="row g1">
      {allowed.map((capability) => (
        <span key={capability} class={`chip ${toneOf(capability)}`}>
          <Icon name={iconOf(capability)} />
          {isControl(capability) ? t("Control") : t("View")}
        </span>
      ))}
    </span>
  );
}

function WhisperRow({ monitor, session, close }: { monitor: Monitor; session: MonitorSession; close: () => void }): JSX.Element {
  const desk = useDesk();
  const text = useSignal("");
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const words = text.peek().trim();
    if (words === "") return;
    if (await desk.run(() => monitor.whisper(session.id, words))) {
      desk.note(t("Whispered to the session's CSRs"), "ok");
      close();
    }
  };
  return (
    <tr class="ask-row">
      <td colSpan={6}>
        <form class="row" onSubmit={(event) => void send(event)}>
          <input class="input grow" maxLength={2000} aria-label={t("Whisper to the session's CSRs")} placeholder={t("Only the CSRs read this. You join the session visibly.")} value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
          <button type="submit" class="btn primary sm">
            {t("Whisper")}
          </button>
          <button type="button" class="btn ghost sm" onClick={close}>
            {t("Cancel")}
          </button>
        </form>
      </td>
    </tr>
  );
}

export function CsrsPanel({ monitor, state }: { monitor: Monitor; state: MonitorState }): JSX.Element {
  const here = state.csrs.filter((csr) => csr.activity !== "offline");
  const head = (
    <>
      <h2 class="t14">{t("CSRs")}</h2>
      <span class="dim t12 tnum">{t("{n} of {all} signed in", { n: here.length, all: state.csrs.length })}</span>
      <span class="legend">
        {[
          { kind: "u", word: t("used") },
          { kind: "w", word: t("wrap-up") },
        ].map(({ kind, word }) => (
          <span key={kind} class="row g1">
            <span class="slots">
              <i class={kind} />
            </span>
            {word}
          </span>
        ))}
      </span>
    </>
  );
  const columns = [{ name: t("CSR") }, { name: t("State") }, { name: t("Since"), right: true }, { name: t("Places"), right: true }, { name: "" }];
  return (
    <TablePanel kind="csrs" head={head} columns={columns} empty={here.length === 0 ? t("No CSR of these queues is signed in.") : null}>
      {here.map((csr) => (
        <CsrRow key={csr.id} monitor={monitor} csr={csr} />
      ))}
    </TablePanel>
  );
}

function CsrRow({ monitor, csr }: { monitor: Monitor; csr: MonitorCsr }): JSX.Element {
  const left = csr.until === null ? 0 : monitor.secondsUntil(csr.until);
  const missed = csr.activity === "away" && csr.reason === "rona";
  return (
    <tr data-csr={csr.id}>
      <th>{csr.name}</th>
      <td>
        <span class={missed ? "row g1 warn-t" : "row g1"}>
          <span class={`dot ${activityDot(csr)}`} aria-hidden="true" />
          {activityWord(csr, left)}
        </span>
      </td>
      <td class="r">{ago(monitor.secondsSince(csr.since))}</td>
      <td class="r">
        <Places csr={csr} />
      </td>
      <td class="r">
        <PresenceOf monitor={monitor} csr={csr} />
      </td>
    </tr>
  );
}

/** Up to eight places are drawn, more are counted. */
const MAX_DRAWN = 8;

function Places({ csr }: { csr: MonitorCsr }): JSX.Element {
  const used = csr.sessions + csr.offers;
  const words = t("{n} of {all} places", { n: used + csr.wrap_ups, all: csr.capacity });
  if (csr.capacity > MAX_DRAWN) return <span title={words}>{words}</span>;
  const kinds = Array.from({ length: Math.max(csr.capacity, used + csr.wrap_ups) }, (_none, place) => (place < used ? "u" : place < used + csr.wrap_ups ? "w" : ""));
  return (
    <span class="slots" role="img" aria-label={words} title={words}>
      {kinds.map((kind, place) => (
        <i key={String(place)} class={kind} />
      ))}
    </span>
  );
}

function PresenceOf({ monitor, csr }: { monitor: Monitor; csr: MonitorCsr }): JSX.Element {
  const desk = useDesk();
  const item = (presence: Presence, reason = ""): MenuItem => ({
    id: presence + reason,
    label: presenceWord({ presence, reason }),
    checked: csr.presence === presence && csr.reason === reason,
    run: () => void desk.run(() => monitor.setPresence(csr.id, presence, reason)),
  });
  return (
    <Menu
      kind="btn ghost sm icon"
      place="down-end"
      label={t("Set the presence of {name}", { name: csr.name })}
      disabled={csr.activity === "lost"}
      items={[item("available"), item("away", "break"), item("away", "meeting"), item("away", "training"), item("draining"), item("offline")]}
    >
      <Icon name="more" size="s" />
    </Menu>
  );
}
