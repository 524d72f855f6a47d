/**
 * What stands over a shared picture when it is not current, or when the hand does not reach the computer: always in words,
 * the same at both ends. The picture of before stays and is hatched, never a black rectangle.
 */
import type { ComponentChildren, JSX } from "preact";

import { isControl } from "../core/capabilities.ts";
import { t } from "../core/i18n.ts";
import type { ViewerView } from "../core/viewer-state.ts";
import type { Capture, GrantInfo, Held } from "../protocol/generated.ts";
import { Icon, type IconName } from "./icon.tsx";

const SLOW_MS = 6000;

interface Words {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
}

export function StageCard({ icon, title, text, over = false, children }: Words & { readonly over?: boolean; readonly children?: ComponentChildren }): JSX.Element {
  return (
    <div class={over ? "st over" : "st e"} role="status">
      <Icon name={icon} size="l" />
      <b>{title}</b>
      <p>{text}</p>
      {children && <span class="row g2">{children}</span>}
    </div>
  );
}

interface Props {
  readonly view: ViewerView;
  readonly grant: GrantInfo | undefined;
  /** The owner pressed Pause. */
  readonly byOwner: boolean;
  /** The owner of the computer. */
  readonly name: string;
  /** This browser's clock, in ms. */
  readonly now: number;
  /** The way out where the source is gone. */
  readonly instead?: ComponentChildren;
}

export function PictureNote({ view, grant, byOwner, name, now, instead }: Props): JSX.Element | null {
  const words = pictureWords(view, grant, byOwner, name, now);
  if (words !== null) return <StageCard over {...words} />;
  const blocked = captureWords(view.capture, name);
  if (blocked !== null) {
    return (
      <StageCard over {...blocked}>
        {view.capture === "source_lost" && instead}
      </StageCard>
    );
  }
  const held = heldWords(view.held, name);
  if (held === null) return null;
  return (
    <p class="held" role="status">
      <Icon name="pause" size="s" />
      {held}
    </p>
  );
}

/** Why there is no current picture, as far as this end knows it. */
function pictureWords(view: ViewerView, grant: GrantInfo | undefined, byOwner: boolean, name: string, now: number): Words | null {
  const again = grant !== undefined && isControl(grant.capability) ? t("Trying again. Control is off until it is back.") : t("Trying again.");
  const rests = grant?.state === "suspended";
  // First of all: a paused source hangs up, which the viewer takes for a loss.
  if (rests && byOwner) return { icon: "pause", title: t("{name} paused", { name }), text: t("Nothing is sent until {name} presses Continue.", { name }) };
  if (view.wrongKey) return { icon: "alert", title: t("The connection is not safe"), text: t("Its key is not the one that was announced: somebody may stand in between. Nothing is shown.") };
  if (view.lostAt !== null) return { icon: "signal", title: t("Connection lost {n} s ago", { n: Math.max(1, Math.round((now - view.lostAt) / 1000)) }), text: again };
  if (rests) return { icon: "pause", title: t("Paused"), text: t("The connection of {name} was interrupted. It goes on when {name} is back.", { name }) };
  if (view.pictureAt === null) {
    const slow = view.startedAt !== null && now - view.startedAt > SLOW_MS;
    return { icon: "signal", title: t("Connecting"), text: slow ? t("It takes longer than usual. Trying again by itself.") : t("First picture in about 2 seconds.") };
  }
  return view.silent ? { icon: "signal", title: t("No sign from {name}'s computer", { name }), text: again } : null;
}

/** What stands in the way of the picture at its source. */
function captureWords(state: Capture["state"], name: string): Words | null {
  switch (state) {
    case "live":
      return null;
    case "locked":
      return { icon: "lock", title: t("The screen is locked"), text: t("Only {name} can unlock it.", { name }) };
    case "secure_prompt":
      return { icon: "verified", title: t("A secure prompt is open"), text: t("The system hides it from every program. {name} answers it.", { name }) };
    case "protected":
      return { icon: "view-off", title: t("Protected content"), text: t("This program forbids pictures of itself.") };
    case "permission_missing":
      return { icon: "alert", title: t("The system does not allow pictures yet"), text: t("{name}'s Support Manager shows what to switch on.", { name }) };
    case "waiting_for_portal":
      return { icon: "monitor", title: t("The system asks {name} once more", { name }), text: t("{name} chooses the screen in the system's own window.", { name }) };
    case "minimised":
      return { icon: "app-view", title: t("The window is minimised"), text: t("It comes back when {name} opens it.", { name }) };
    case "source_lost":
      return { icon: "alert", title: t("What was shared is gone"), text: t("The window was closed, or the monitor unplugged.") };
  }
}

function heldWords(reason: Held["reason"], name: string): string | null {
  switch (reason) {
    case "none":
    case "not_granted":
      return null;
    case "owner_input":
      return t("{name} uses the mouse or keyboard", { name });
    case "prompt":
      return t("A question is open on the screen. Only {name} can answer it.", { name });
    case "own_window":
      return t("Support Manager's own windows cannot be operated");
    case "connection":
      return t("The connection is uneven. Keys and mouse wait.");
    case "outside":
      return t("Only the shared windows can be operated");
    case "focus":
      return t("{name} works in another window. Click the shared one to go on.", { name });
    case "locked":
      return t("{name}'s screen is locked", { name });
    case "unsupported":
      return t("{name}'s computer does not allow that", { name });
  }
}
