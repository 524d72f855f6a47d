/** The customer's session page. */

import { render } from "preact";

import { canShowScreen, captureScreen, isPhone } from "../../core/capture.ts";
import { systemClock } from "../../core/clock.ts";
import { SessionCommands } from "../../core/commands.ts";
import { findHost } from "../../core/host.ts";
import { startLanguage } from "../../core/i18n.ts";
import { openWebSocket, pageApi, pageLanguage, readBoot } from "../../core/page.ts";
import { LiveSession, tabMemory } from "../../core/session.ts";
import { ScreenSource } from "../../core/source.ts";
import type { SessionSnapshot } from "../../protocol/generated.ts";
import { catalogs } from "virtual:catalog/session";
import { App } from "./app.tsx";
import { followFromHost } from "./embedded.ts";
import { Model } from "./model.ts";

import "./session.css";

const { session: snapshot, origins } = readBoot(document) as { readonly session: SessionSnapshot; readonly origins: readonly string[] };
const host = findHost(document, origins); // before anything is waited for: the page around speaks first
const root = document.getElementById("app");
await startLanguage(pageLanguage(document), catalogs);

const commands = new SessionCommands(pageApi(document), snapshot.id);
const memory = tabMemory(() => sessionStorage);
const session = new LiveSession({ snapshot, commands, clock: systemClock, openSocket: openWebSocket, memory });
const source = new ScreenSource({
  session,
  commands,
  clock: systemClock,
  openPeer: (configuration) => new RTCPeerConnection(configuration),
});
const model = new Model({
  session,
  source,
  clock: systemClock,
  capture: (surface) => captureScreen(navigator.mediaDevices, surface),
  canShow: canShowScreen(navigator),
  phone: isPhone(navigator),
  host,
});
if (root !== null) render(<App model={model} />, root);

if (snapshot.state === "ended") {
  model.history.start();
} else {
  const stop = model.start();
  if (host !== null) followFromHost(model, host);
  window.addEventListener("online", () => session.retryNow());
  // A page in the back-forward cache would keep a dead socket and a running capture.
  window.addEventListener("pagehide", stop, { once: true });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}
