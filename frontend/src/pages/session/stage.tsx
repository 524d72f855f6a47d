/** Somebody else's screen on the customer's page: the picture, its state in words, and a row of tools. */

import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";

import { isControl } from "../../core/capabilities.ts";
import { t } from "../../core/i18n.ts";
import { controlGrant, PictureKeeper } from "../../core/picture.ts";
import { MarksLayer } from "../../ui/marks-layer.tsx";
import { PictureNote } from "../../ui/picture-note.tsx";
import { Screen } from "../../ui/screen.tsx";
import { StageTools } from "../../ui/stage-tools.ts";
import { WindowsLayer } from "../../ui/windows-layer.tsx";
import type { Model } from "./model.ts";
import { Tools } from "./stage-row.tsx";

import "../../ui/screen.css";
import "./stage.css";

export function Stage({ model }: { model: Model }): JSX.Element {
  const section = useRef<HTMLElement>(null);
  const picture = useMemo(() => new PictureKeeper(model.session, model.clock), [model]);
  const tools = useMemo(() => new StageTools(() => section.current), []);
  useEffect(() => {
    const stops = [picture.watch(), picture.start()];
    return () => {
      for (const stop of stops) stop();
    };
  }, [picture]);
  useEffect(() => tools.start(), [tools]);
  const shown = picture.grant.value;
  // Another share starts with nothing of the one before: no zoom, no tool, no key.
  useEffect(() => {
    tools.setFit("fit");
    tools.tool.value = null;
  }, [shown]);
  const snapshot = model.snapshot.value;
  const grant = snapshot.grants.find((one) => one.id === shown) ?? model.shares.value[0];
  const name = grant === undefined ? "" : model.shortNameOf(grant.owner);
  const control = grant !== undefined && model.shares.value.some((one) => isControl(one.capability) && one.owner === grant.owner);
  const view = picture.view.value;
  const first = view.pictureAt !== null && view.startedAt !== null ? String(Math.round(view.pictureAt - view.startedAt)) : undefined;
  return (
    <section ref={section} class={tools.wide.value ? "share wide" : "share"} aria-label={t("Screen of {name}", { name })}>
      <div class={`stage ${tools.fit.value}`} data-connection-state={shown === null ? "none" : view.state} data-first-picture-ms={first}>
        {shown !== null && (
          <Screen
            key={shown}
            picture={picture}
            snapshot={model.snapshot}
            tools={tools}
            label={t("The picture of the screen of {name}", { name })}
            keysLabel={t("Keys for the computer of {name}. Press and release Ctrl and Alt alone to come back.", { name })}
          >
            <WindowsLayer view={picture.view} />
            <MarksLayer
              picture={picture}
              tools={tools}
              nameOf={(id) => (id === snapshot.me ? t("You") : model.shortNameOf(id))}
              label={t("Drawing on the picture. Arrow keys move, Space sets the pen down and lifts it, Esc leaves.")}
            />
          </Screen>
        )}
        <PictureNote view={view} grant={grant} byOwner={grant !== undefined && model.history.pausedByOwner(grant.id)} name={name} now={model.now.value} />
      </div>
      <Tools picture={picture} tools={tools} operates={controlGrant(snapshot, shown) !== null} control={control} name={name} />
    </section>
  );
}
