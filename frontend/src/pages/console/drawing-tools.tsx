/** Pointer and drawing on the shared picture, without control. */
import type { JSX } from "preact";

import { t } from "../../core/i18n.ts";
import type { MarkKind } from "../../core/marks.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import type { StageTools } from "../../ui/stage-tools.ts";
import type { CaseProps } from "./context.ts";

function list(): readonly { tool: MarkKind; icon: IconName; label: string; key: string }[] {
  return [
    { tool: "pointer", icon: "pointer", label: t("Pointer"), key: "L" },
    { tool: "pen", icon: "pen", label: t("Pen"), key: "P" },
    { tool: "arrow", icon: "arrow", label: t("Arrow"), key: "W" },
    { tool: "box", icon: "box", label: t("Box"), key: "B" },
  ];
}

/** Whether marks can leave now: a picture runs. */
export function canMark(one: CaseProps["one"]): boolean {
  const { state, silent } = one.picture.view.value;
  return state === "live" && !silent;
}

/** Takes everybody's marks away, as a CSR may. */
export function clearMarks(one: CaseProps["one"]): void {
  one.picture.tell({ type: "marks_cleared", participant: null });
}

export function DrawingTools({ one, tools }: CaseProps & { tools: StageTools }): JSX.Element {
  const off = !canMark(one);
  const chosen = tools.tool.value;
  const button = (id: string, icon: IconName, label: string, key: string, on: boolean | undefined, run: () => void): JSX.Element => (
    <button
      key={id}
      type="button"
      data-mark={id}
      class={on ? "btn ghost sm icon on" : "btn ghost sm icon"}
      aria-label={label}
      aria-pressed={on}
      aria-disabled={off}
      aria-keyshortcuts={key}
      title={off ? t("Works when a picture is shown") : t("{tool} (key {key})", { tool: label, key })}
      onClick={() => !off && run()}
    >
      <Icon name={icon} size="s" />
    </button>
  );
  return (
    <>
      <span class="vr" />
      <span class="row tight" role="group" aria-label={t("Point and draw")}>
        {list().map(({ tool, icon, label, key }) => button(tool, icon, label, key, !off && chosen === tool, () => tools.take(tool)))}
        {button("clear", "clear", t("Clear"), "X", undefined, () => clearMarks(one))}
      </span>
    </>
  );
}
