/** Entry of the console: reads the boot data, makes the desk, draws. */
import { render } from "preact";

import { systemClock } from "../../core/clock.ts";
import { startLanguage } from "../../core/i18n.ts";
import { openWebSocket, pageApi, pageLanguage, readBoot } from "../../core/page.ts";
import { tabMemory } from "../../core/session.ts";
import { catalogs } from "virtual:catalog/console";

import { App } from "./app.tsx";
import "./console.css";
import "./console-parts.css";
import { Desk } from "./desk.ts";
import { startTheme } from "./page-actions.ts";
import { startShortcuts } from "./shortcuts.ts";
import type { MeInfo } from "./types.ts";

const SESSION_PATH = /^\/console\/s\/([A-Za-z0-9_-]+)\/?$/;

const sessionInAddress = (): string | null => SESSION_PATH.exec(location.pathname)?.[1] ?? null;

await startLanguage(pageLanguage(document), catalogs);
startTheme();

const desk = new Desk({
  api: pageApi(document),
  clock: systemClock,
  memory: tabMemory(() => sessionStorage),
  openSocket: openWebSocket,
  me: (readBoot(document) as { me: MeInfo }).me,
  visible: () => document.visibilityState === "visible",
  address: (session) => {
    const path = session === null ? "/console/" : `/console/s/${session}/`;
    if (location.pathname !== path) history.pushState(null, "", path);
  },
});

const root = document.getElementById("app");
if (!root) throw new Error("the page has no place for the console");
root.replaceChildren();
render(<App desk={desk} />, root);
desk.start();
const first = sessionInAddress();
if (first !== null) desk.choose(first);

const press = (selector: string): void => document.querySelector<HTMLElement>(selector)?.click();
startShortcuts({
  desk,
  toggleFit: () => press(".stagebar [data-tool][aria-pressed=false]"),
  toggleFull: () => press("[data-tool=full]"),
});
addEventListener("popstate", () => desk.choose(sessionInAddress()));
addEventListener("online", () => desk.retryNow());
