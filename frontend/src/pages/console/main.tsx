/** Entry of the console: reads the boot data, makes the desk, draws. */
import { render } from "preact";

import { systemClock } from "../../core/clock.ts";
import { startLanguage } from "../../core/i18n.ts";
import { openWebSocket, pageApi, pageLanguage, readBoot } from "../../core/page.ts";
import { tabMemory } from "../../core/session.ts";
import { catalogs } from "virtual:catalog/console";

import { App } from "./app.tsx";
import "../../ui/screen.css";
import "./console.css";
import "./console-parts.css";
import "./tray.css";
import { Desk, type PageName } from "./desk.ts";
import { startAlerts } from "./inbox-alerts.ts";
import { startTheme } from "./page-actions.ts";
import { monitorInAddress, Popout } from "./popout.tsx";
import { trayPorts } from "./tray-window.tsx";
import { startShortcuts } from "./shortcuts.ts";
import type { MeInfo } from "./types.ts";

const SESSION_PATH = /^\/console\/s\/([A-Za-z0-9_-]+)\/?$/;

const PAGE_PATH = /^\/console\/(inbox|monitor)\/?$/;

const sessionInAddress = (): string | null => SESSION_PATH.exec(location.pathname)?.[1] ?? null;

await startLanguage(pageLanguage(document), catalogs);
startTheme();

const monitor = monitorInAddress(location.search);

const desk: Desk = new Desk({
  api: pageApi(document),
  clock: systemClock,
  // A window that was opened from the console got a copy of its storage, and must not take over its place.
  memory: monitor === null ? tabMemory(() => sessionStorage) : tabMemory(() => { throw new Error("not kept"); }),
  ...(monitor === null ? {} : { monitors: [monitor] }),
  openSocket: openWebSocket,
  tray: trayPorts(() => desk),
  me: (readBoot(document) as { me: MeInfo }).me,
  visible: () => document.visibilityState === "visible",
  address: (path) => {
    if (location.pathname !== path) history.pushState(null, "", path);
  },
});

function openAddress(): void {
  const page = PAGE_PATH.exec(location.pathname)?.[1];
  if (page !== undefined) desk.show(page as PageName);
  else if (sessionInAddress() !== null || desk.chosen.peek() !== null) desk.choose(sessionInAddress());
  else desk.page.value = "session";
}

const root = document.getElementById("app");
if (!root) throw new Error("the page has no place for the console");
root.replaceChildren();
const first = sessionInAddress();
if (monitor !== null && first !== null) {
  render(<Popout desk={desk} monitor={monitor} />, root);
  desk.startAlone(first);
} else {
  render(<App desk={desk} />, root);
  desk.start();
  startAlerts(desk);
  openAddress();
}

const press = (selector: string): void => document.querySelector<HTMLElement>(selector)?.click();
startShortcuts({
  desk,
  toggleFit: () => press(".stagebar [data-tool][aria-pressed=false]"),
  toggleFull: () => press("[data-tool=full]"),
  mark: (tool) => press(`[data-mark=${tool}]`),
  unmark: () => {
    const chosen = document.querySelector<HTMLElement>("[data-mark][aria-pressed=true]");
    chosen?.click();
    return chosen !== null;
  },
});
addEventListener("popstate", openAddress);
addEventListener("online", () => desk.retryNow());
