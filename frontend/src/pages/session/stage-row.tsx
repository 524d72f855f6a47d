/** The row of tools below a shared screen: how it is fitted, pointer and drawing, and the keyboard of a phone. */

import type { JSX } from "preact";

import { t } from "../../core/i18n.ts";
import type { MarkKind } from "../../core/marks.ts";
import type { PictureKeeper } from "../../core/picture.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import type { StageTools } from "../../ui/stage-tools.ts";

interface Props {
  readonly picture: PictureKeeper;
  readonly tools: StageTools;
  /** This person may operate the computer now. */
  readonly operates: boolean;
  /** The share is one to operate, whoever does. */
  readonly control: boolean;
  readonly name: string;
}

interface ToolProps {
  readonly icon: IconName;
  readonly label: string;
  readonly on?: boolean;
  readonly off?: boolean;
  readonly run: () => void;
}

function Tool({ icon, label, on, off = false, run }: ToolProps): JSX.Element {
  return (
    <button type="button" class={on === true ? "btn ghost sm icon on" : "btn ghost sm icon"} data-tool={icon} aria-label={label} title={label} aria-pressed={on} aria-disabled={off} onClick={() => !off && run()}>
      <Icon name={icon} />
    </button>
  );
}

function drawingTools(): readonly { readonly tool: MarkKind; readonly icon: IconName; readonly label: string }[] {
  return [
    { tool: "pointer", icon: "pointer", label: t("Pointer") },
    { tool: "pen", icon: "pen", label: t("Pen") },
    { tool: "arrow", icon: "arrow", label: t("Arrow") },
    { tool: "box", icon: "box", label: t("Box") },
  ];
}

/** The keyboard of a phone or tablet opens with the field; two keys that it lacks stand beside. */
function Keyboard({ tools }: { tools: StageTools }): JSX.Element {
  const press = (key: string): void => tools.input?.chord([{ key, code: key }]);
  // The field must keep the focus while a key beside it is pressed, or the keyboard would close.
  const keep = (event: Event): void => event.preventDefault();
  return (
    <span class="row g1 softkeys" role="group" aria-label={t("Keyboard")}>
      <Tool
        icon="keyboard"
        label={t("Keyboard")}
        on={tools.operating.value}
        run={() => {
          if (document.activeElement === tools.field) tools.field?.blur();
          else tools.field?.focus({ preventScroll: true });
        }}
      />
      {(tools.operating.value ? ["Escape", "Tab"] : []).map((key) => (
        <button key={key} type="button" class="btn ghost sm" onPointerDown={keep} onClick={() => press(key)}>
          {key === "Escape" ? "Esc" : "Tab"}
        </button>
      ))}
    </span>
  );
}

function hint({ tools, operates, control, name }: Props): string {
  if (!operates) return control ? "" : t("You may point and draw. Nothing is operated.");
  if (tools.tool.value !== null) return t("You draw. Put the tool away to operate again.");
  return tools.operating.value ? t("Every key goes to {name}. Ctrl + Alt brings you back.", { name }) : t("Click the picture to operate.");
}

export function Tools(props: Props): JSX.Element {
  const { picture, tools, operates } = props;
  const { state, silent } = picture.view.value;
  const off = state !== "live" || silent;
  const full = tools.full.value || tools.wide.value;
  return (
    <div class="toolrow" role="toolbar" aria-label={t("Tools for the picture")}>
      {operates && <Keyboard tools={tools} />}
      <Tool icon="fit" label={t("Fit")} on={!off && tools.fit.value === "fit" && tools.zoom.value.scale === 1} off={off} run={() => tools.setFit("fit")} />
      <Tool icon="actual" label={t("100 %")} on={!off && tools.fit.value === "actual"} off={off} run={() => tools.setFit("actual")} />
      <Tool icon="full" label={full ? t("Leave full screen") : t("Full screen")} on={full} run={() => void tools.toggleFull()} />
      <span class="vr" />
      <span class="row" role="group" aria-label={t("Point and draw")}>
        {drawingTools().map(({ tool, icon, label }) => (
          <Tool key={tool} icon={icon} label={label} on={!off && tools.tool.value === tool} off={off} run={() => tools.take(tool)} />
        ))}
        <Tool icon="clear" label={t("Clear")} off={off} run={() => picture.tell({ type: "marks_cleared", participant: null })} />
      </span>
      <span class="t12 mute toolhint">{hint(props)}</span>
    </div>
  );
}
