/** What the CSR's own system would catch, and what no keyboard can send: only while this CSR has control. */
import type { JSX } from "preact";

import { t } from "../../core/i18n.ts";
import { controlGrant } from "../../core/picture.ts";
import { Icon } from "../../ui/icon.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import type { StageTools } from "../../ui/stage-tools.ts";
import { type CaseProps, useDesk } from "./context.ts";

const ALT = { key: "Alt", code: "AltLeft" };
const CONTROL = { key: "Control", code: "ControlLeft" };
const META = { key: "Meta", code: "MetaLeft" };

type Chord = readonly { key: string; code: string }[];

/** Whether this CSR may operate the shown computer now. */
export function mayOperate({ picture, snapshot }: CaseProps["one"]): boolean {
  const { canInput, silent } = picture.view.value;
  return canInput && !silent && controlGrant(snapshot.value, picture.grant.value) !== null;
}

export function SpecialKeys({ one, tools }: CaseProps & { tools: StageTools }): JSX.Element {
  const desk = useDesk();
  const off = !mayOperate(one);
  const chord = (id: string, label: string, keys: Chord): MenuItem => ({ id, label, run: () => tools.input?.chord(keys) });
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
        { id: "cad", label: "Ctrl + Alt + Delete", run: () => tools.input?.system("secure_attention") },
        { id: "lock", label: t("Lock the screen"), icon: "lock", run: () => tools.input?.system("lock") },
        "line",
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
      <span class="hide-s">{t("Special keys")}</span>
    </Menu>
  );
}
