/** Bar over the stage: how the picture is fitted, monitors, pointing and drawing, and what control adds. */
import type { JSX } from "preact";

import { t } from "../../core/i18n.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import type { StageTools } from "../../ui/stage-tools.ts";
import { ClipboardMenu } from "./clipboard-menu.tsx";
import type { CaseProps } from "./context.ts";
import { DrawingTools } from "./drawing-tools.tsx";
import { HandOver } from "./hand-over.tsx";
import { Monitors } from "./monitors.tsx";
import { ScreenshotButton } from "./screenshot.tsx";
import { SpecialKeys } from "./special-keys.tsx";

interface Props extends CaseProps {
  tools: StageTools;
  /** A window of one monitor has no choice of monitors. */
  alone?: boolean;
}

export function StageBar({ one, tools, alone = false }: Props): JSX.Element {
  const off = one.picture.grant.value === null;
  return (
    <div class="stagebar">
      <Tool icon="fit" label={t("Fit")} on={!off && tools.fit.value === "fit"} off={off} run={() => tools.setFit("fit")} />
      <Tool icon="actual" label={t("100 %")} on={!off && tools.fit.value === "actual"} off={off} run={() => tools.setFit("actual")} />
      <Tool icon="full" label={t("Full screen")} off={off} run={() => void tools.toggleFull()} />
      {!alone && <Monitors one={one} />}
      <DrawingTools one={one} tools={tools} />
      <span class="grow" />
      {tools.operating.value && (
        <span class="hint ell" title={t("Every key goes to the customer. Ctrl + Alt brings you back.")}>
          {t("Ctrl + Alt gives you the keys back")}
        </span>
      )}
      {!alone && <HandOver one={one} />}
      <ScreenshotButton one={one} tools={tools} />
      {!alone && <ClipboardMenu one={one} />}
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
      aria-label={label}
      aria-pressed={on}
      aria-disabled={off}
      title={off ? t("Works when a picture is shown") : label}
      onClick={() => !off && run()}
    >
      <Icon name={icon} size="s" />
      <span class="hide-s">{label}</span>
    </button>
  );
}
