/** The stage: bar, the customer's screen or a named state, the pending request, and the quality line. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { surfaceOf } from "../../core/capabilities.ts";
import { t } from "../../core/i18n.ts";
import { participant } from "../../core/store.ts";
import { MarksLayer } from "../../ui/marks-layer.tsx";
import { Screen } from "../../ui/screen.tsx";
import { StageTools } from "../../ui/stage-tools.ts";
import { WindowsLayer } from "../../ui/windows-layer.tsx";
import { ClipboardCard } from "./clipboard-menu.tsx";
import type { CaseProps } from "./context.ts";
import { ownerOf, shortName } from "./people.ts";
import { PendingBar } from "./pending-bar.tsx";
import { QualityLine } from "./quality.tsx";
import { StageBar } from "./stage-bar.tsx";
import { StageState } from "./stage-state.tsx";

interface Props extends CaseProps {
  /** A window of one monitor, without what belongs to the whole session. */
  alone?: boolean;
  /** One of several, without bar and quality line. */
  compact?: boolean;
}

export function Stage({ one, alone = false, compact = false }: Props): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const tools = useRef<StageTools | null>(null);
  tools.current ??= new StageTools(() => frame.current);
  useEffect(() => tools.current?.start(), []);
  // Before the paint: a grant that comes at once finds the stage watching.
  useLayoutEffect(() => one.picture.watch(), [one]);
  useEffect(() => {
    if (one.picture.grant.value === null && tools.current) tools.current.tool.value = null;
  }, [one.picture.grant.value]);
  const view = one.picture.view.value;
  const grant = one.snapshot.value.grants.find((item) => item.id === one.picture.grant.value);
  const name = ownerOf(one.snapshot.value, grant)?.name ?? t("Customer");
  const shown = one.picture.grant.value !== null;
  // Kept in the document for measurements and tests: what the connection does, and how long the first picture took.
  const first = view.pictureAt !== null && view.startedAt !== null ? String(Math.round(view.pictureAt - view.startedAt)) : undefined;
  return (
    <section class={compact ? "stagewrap compact" : "stagewrap"} data-region="stage" aria-label={t("Customer's desktop")}>
      {!compact && <StageBar one={one} tools={tools.current} alone={alone} />}
      <div
        ref={frame}
        class={`stage ${tools.current.fit.value}`}
        data-connection-state={shown ? view.state : "none"}
        data-first-picture-ms={first}
      >
        {shown && (
          <Screen
            key={one.id}
            picture={one.picture}
            snapshot={one.snapshot}
            tools={tools.current}
            label={grant && surfaceOf(grant.capability) === "application" ? t("An application of {name}", { name }) : t("The desktop of {name}", { name })}
            keysLabel={t("Keys for the computer of {name}. Press and release Ctrl and Alt alone to come back.", { name: shortName(name) })}
          >
            <WindowsLayer view={one.picture.view} />
            <MarksLayer
              picture={one.picture}
              tools={tools.current}
              nameOf={(id) => shortName(participant(one.snapshot.peek(), id)?.name ?? "")}
              label={t("Drawing on the picture. Arrow keys move, Space sets the pen down and lifts it, Esc leaves.")}
            />
          </Screen>
        )}
        <StageState one={one} />
        {!alone && <PendingBar one={one} />}
        {!alone && <ClipboardCard one={one} />}
      </div>
      {!compact && <QualityLine one={one} />}
    </section>
  );
}
