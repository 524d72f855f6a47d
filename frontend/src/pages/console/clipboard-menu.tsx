/** Clipboard text each way, as two requests of their own, and the text that came. */
import type { JSX } from "preact";

import { formatCountdown, t } from "../../core/i18n.ts";
import type { Capability } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { Ring } from "../../ui/ring.tsx";
import { blockedWords, deniedWords, stateOf } from "./action-button.tsx";
import { askLabel } from "./act-words.ts";
import type { ActionState } from "./action.ts";
import { type CaseProps, useDesk } from "./context.ts";
import { CopyButton } from "./copy-button.tsx";
import type { Desk } from "./desk.ts";
import { customer, shortName } from "./people.ts";

const WAYS: readonly Capability[] = ["clipboard.to_csr", "clipboard.to_customer"];

export function ClipboardMenu({ one }: CaseProps): JSX.Element {
  const desk = useDesk();
  const states = WAYS.map((way) => stateOf(desk, one, way));
  const pending = states.find((state) => state.kind === "pending");
  const denied = states.find((state) => state.kind === "denied");
  const busy = states.some((state) => state.kind === "granted");
  const { sentAt } = one.clipboard.view.value;
  const off = states.every((state) => state.kind === "off" || state.kind === "locked");
  const words = pending ? formatCountdown(pending.leftMs / 1000) : denied ? deniedWords(denied) : sentAt !== null ? t("Sent") : busy ? t("Under way") : "";
  return (
    <Menu
      kind={pending ? "btn ghost sm on" : "btn ghost sm"}
      place="down-end"
      label={words === "" ? t("Clipboard") : t("Clipboard: {state}", { state: words })}
      title={off ? (blockedWords(states[0] ?? { kind: "idle" }, one) ?? t("Clipboard")) : t("Clipboard")}
      disabled={off}
      items={WAYS.map((way, place) => item(desk, one, way, states[place] ?? { kind: "idle" }))}
    >
      {pending ? <Ring left={pending.share} of={1} /> : <Icon name={sentAt === null ? "clipboard" : "check"} size="s" />}
      {words === "" ? <span class="hide-m">{t("Clipboard")}</span> : <span class="tnum">{words}</span>}
    </Menu>
  );
}

function item(desk: Desk, one: CaseProps["one"], way: Capability, state: ActionState): MenuItem {
  const icon = way === "clipboard.to_csr" ? "download" : "upload";
  if (state.kind === "pending") {
    return { id: way, icon: "x", label: t("Cancel request"), run: () => void desk.run(() => one.live.commands.cancel(state.request.id)) };
  }
  const run = (): void => void (way === "clipboard.to_csr" ? one.clipboard.get(desk) : one.clipboard.send(desk, () => navigator.clipboard.readText()));
  const off = state.kind === "granted" || state.kind === "paused" ? t("Under way") : blockedWords(state, one);
  return { id: way, icon, label: askLabel(way), off, run };
}

/** What came from the customer's clipboard: shown, and copied by a click only. */
export function ClipboardCard({ one }: CaseProps): JSX.Element | null {
  const { received, failed } = one.clipboard.view.value;
  const name = shortName(customer(one.snapshot.value)?.name ?? t("Customer"));
  if (received === null && failed === null) return null;
  return (
    <section class="clip-card" role="status" aria-label={t("Text from the clipboard of {name}", { name })}>
      <div class="row">
        <b class="grow ell">{t("Text from the clipboard of {name}", { name })}</b>
        <button type="button" class="btn ghost sm icon" aria-label={t("Close")} onClick={() => one.clipboard.putAway()}>
          <Icon name="x" size="s" />
        </button>
      </div>
      {received === null ? (
        <p class="mute">{failed === "empty" ? t("The clipboard holds no text.") : t("The connection broke before the text was over. Ask again.")}</p>
      ) : (
        <>
          <textarea class="input" rows={5} readOnly aria-label={t("Text from the clipboard of {name}", { name })} value={received} />
          <CopyButton text={received} label={t("Copy")} />
        </>
      )}
    </section>
  );
}
