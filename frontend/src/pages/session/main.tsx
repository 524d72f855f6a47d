/** The customer's session page. */

import { render } from "preact";

import { systemClock } from "../../core/clock.ts";
import { SessionCommands } from "../../core/commands.ts";
import { startLanguage } from "../../core/i18n.ts";
import { openWebSocket, pageApi, pageLanguage, readBoot } from "../../core/page.ts";
import { LiveSession, tabMemory } from "../../core/session.ts";
import { canShowScreen, captureScreen, isPhone, ScreenSource } from "../../core/source.ts";
import type { SessionSnapshot } from "../../protocol/generated.ts";
import { catalogs } from "virtual:catalog/session";
import { App } from "./app.tsx";
import { Model } from "./model.ts";

import "./session.css";

const { session: snapshot } = readBoot(document) as { readonly session: SessionSnapshot };
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
  capture: () => captureScreen(navigator.mediaDevices),
  canShow: canShowScreen(navigator),
  phone: isPhone(navigator),
});
if (root !== null) render(<App model={model} />, root);

if (snapshot.state === "ended") {
  model.history.start();
} else {
  const stop = model.start();
  window.addEventListener("online", () => session.retryNow());
  // A page in the back-forward cache would keep a dead socket and a running capture.
  window.addEventListener("pagehide", stop, { once: true });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}
