/** Bar over the stage: how the picture is fitted, monitors where there are several, special keys while operating. */
import type { JSX } from "preact";

import { t } from "../../core/i18n.ts";
import type { MonitorInfo } from "../../protocol/generated.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { liveGrant } from "./action.ts";
import { type CaseProps, useDesk } from "./context.ts";
import type { StageTools } from "./stage-tools.ts";

interface Props extends CaseProps {
  tools: StageTools;
}

export function StageBar({ one, tools }: Props): JSX.Element {
  const off = one.picture.grant.value === null;
  const monitors = one.picture.view.value.screen?.monitors ?? [];
  return (
    <div class="stagebar">
      <Tool icon="fit" label={t("Fit")} on={!off && tools.fit.value === "fit"} off={off} run={() => (tools.fit.value = "fit")} />
      <Tool icon="actual" label={t("100 %")} on={!off && tools.fit.value === "actual"} off={off} run={() => (tools.fit.value = "actual")} />
      <Tool icon="full" label={t("Full screen")} off={off} run={() => void tools.toggleFull()} />
      {monitors.length > 1 && <Monitors monitors={monitors} shown={shownMonitors(one)} />}
      <span class="grow" />
      {tools.operating.value && <span class="hint ell">{t("Every key goes to the customer. Ctrl + Alt brings you back.")}</span>}
      <SpecialKeys one={one} tools={tools} />
    </div>
  );
}

function Tool({ icon, label, on, off, run }: { icon: IconName; label: string; on?: boolean; off: boolean; run: () => void }): JSX.Element {
  return (
    <button
      type="button"
      data-tool={icon}
      class={on ? "btn ghost sm on" : "btn ghost sm"}
      aria-pressed={on}
      aria-disabled={off}
      title={off ? t("Works when a picture is shown") : label}
      onClick={() => !off && run()}
    >
      <Icon name={icon} size="s" />
      {label}
    </button>
  );
}

function shownMonitors(one: CaseProps["one"]): readonly number[] {
  return one.snapshot.value.grants.find((grant) => grant.id === one.picture.grant.value)?.scope.monitors ?? [];
}

/** Which monitors there are and which of them are shown; another one is a new request. */
function Monitors({ monitors, shown }: { monitors: readonly MonitorInfo[]; shown: readonly number[] }): JSX.Element {
  return (
    <>
      <span class="vr" />
      {monitors.map(({ number, width, height }) => {
        const on = shown.length === 0 || shown.includes(number);
        const words = on ? t("Monitor {n} is shown, {width} × {height}", { n: number, width, height }) : t("Monitor {n} is not shown", { n: number });
        return (
          <span key={number} class={on ? "monitor on" : "monitor"} role="img" aria-label={words} title={words}>
            <Icon name="monitor" size="s" />
            {number}
          </span>
        );
      })}
    </>
  );
}

const CONTROL = { key: "Control", code: "ControlLeft" };
const ALT = { key: "Alt", code: "AltLeft" };
const META = { key: "Meta", code: "MetaLeft" };

function SpecialKeys({ one, tools }: Props): JSX.Element {
  const desk = useDesk();
  const { canInput, silent } = one.picture.view.value;
  const grant = liveGrant(one.snapshot.value, "screen.control.desktop");
  const off = !grant || grant.csr !== one.snapshot.value.me || !canInput || silent;
  const chord = (id: string, label: string, keys: readonly { key: string; code: string }[]): MenuItem => ({
    id,
    label,
    run: () => tools.input?.chord(keys),
  });
  const paste = async (): Promise<void> => {
    try {
      const text = await navigator.clipboard.readText();
      if (text !== "") tools.input?.text(text);
    } catch {
      desk.note(t("The browser does not give the clipboard. Press Ctrl + Shift + V on the picture."), "bad");
    }
  };
  return (
    <Menu
      place="down-end"
      disabled={off}
      title={off ? t("Needs control") : t("Special keys")}
      items={[
        chord("cad", "Ctrl + Alt + Delete", [CONTROL, ALT, { key: "Delete", code: "Delete" }]),
        chord("alt-tab", "Alt + Tab", [ALT, { key: "Tab", code: "Tab" }]),
        chord("alt-f4", "Alt + F4", [ALT, { key: "F4", code: "F4" }]),
        chord("ctrl-esc", "Ctrl + Esc", [CONTROL, { key: "Escape", code: "Escape" }]),
        chord("meta", t("Windows key"), [META]),
        chord("print", t("Print screen"), [{ key: "PrintScreen", code: "PrintScreen" }]),
        "line",
        { id: "paste", label: t("Type the text of my clipboard"), icon: "clipboard", run: () => void paste() },
      ]}
    >
      <Icon name="keyboard" size="s" />
      {t("Special keys")}
    </Menu>
  );
}
