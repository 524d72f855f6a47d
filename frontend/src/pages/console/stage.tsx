/** The stage: bar, the customer's screen or a named state, the pending request, and the quality line. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { t } from "../../core/i18n.ts";
import type { CaseProps } from "./context.ts";
import { PendingBar } from "./pending-bar.tsx";
import { QualityLine } from "./quality.tsx";
import { Screen } from "./screen.tsx";
import { StageBar } from "./stage-bar.tsx";
import { StageState } from "./stage-state.tsx";
import { StageTools } from "./stage-tools.ts";

export function Stage({ one }: CaseProps): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const tools = useRef<StageTools | null>(null);
  tools.current ??= new StageTools(() => frame.current);
  useEffect(() => tools.current?.start(), []);
  const view = one.picture.view.value;
  const shown = one.picture.grant.value !== null;
  // Kept in the document for measurements and tests: what the connection does, and how long the first picture took.
  const first = view.pictureAt !== null && view.startedAt !== null ? String(Math.round(view.pictureAt - view.startedAt)) : undefined;
  return (
    <section class="stagewrap" data-region="stage" aria-label={t("Customer's desktop")}>
      <StageBar one={one} tools={tools.current} />
      <div
        ref={frame}
        class={`stage ${tools.current.fit.value}`}
        data-connection-state={shown ? view.state : "none"}
        data-first-picture-ms={first}
      >
        {shown && <Screen key={one.id} one={one} tools={tools.current} />}
        <StageState one={one} />
        <PendingBar one={one} />
      </div>
      <QualityLine one={one} />
    </section>
  );
}
