/** Puts the tray into its window: styles, language and theme of the page, and the components. */
import { effect } from "@preact/signals";
import { render } from "preact";

import { t } from "../../core/i18n.ts";
import { DeskProvider } from "./context.ts";
import type { Desk } from "./desk.ts";
import { theme } from "./page-actions.ts";
import type { PictureInPicture, TrayPorts } from "./tray.ts";
import { TrayPage } from "./tray-page.tsx";

const NAME = "console-tray";

export function trayPorts(desk: () => Desk): TrayPorts {
  return {
    pictureInPicture: () => (window as { documentPictureInPicture?: PictureInPicture }).documentPictureInPicture,
    popUp: (width, height) => {
      const found = window.open("", NAME, `popup,width=${width},height=${height}`);
      // One that an earlier page left behind is taken over, empty.
      found?.document.body.replaceChildren();
      return found;
    },
    draw: (place) => drawTray(desk(), place),
  };
}

function drawTray(desk: Desk, place: Window): () => void {
  const { document: inside } = place;
  const { documentElement: root, head, body } = inside;
  root.lang = document.documentElement.lang;
  head.replaceChildren(...[...document.querySelectorAll("link[rel=stylesheet],style,meta[name=color-scheme]")].map(copyOf));
  inside.title = `${t("Compact icon tray")} · ${desk.me.site.name}`;
  body.className = "tray-body";
  const { tray } = desk;
  const stops = [
    effect(() => void (root.dataset.theme = theme.value)),
    effect(() => tray.fit(tray.pane.value !== null || (tray.pressed.value && desk.dialog.value !== null))),
    onUse(inside, () => (tray.pressed.value = true)),
    onUse(document, () => (tray.pressed.value = false)),
  ];
  const leave = (): void => place.close();
  window.addEventListener("pagehide", leave);
  render(
    <DeskProvider value={desk}>
      <TrayPage tray={tray} />
    </DeskProvider>,
    body,
  );
  return () => {
    for (const stop of stops) stop();
    window.removeEventListener("pagehide", leave);
    render(null, body);
  };
}

/** Runs at every press and key in a document, before what is pressed does. */
function onUse(place: Document, run: () => void): () => void {
  for (const kind of ["click", "keydown"]) place.addEventListener(kind, run, true);
  return () => {
    for (const kind of ["click", "keydown"]) place.removeEventListener(kind, run, true);
  };
}

/** A style of the page with its nonce, which cloning leaves out. */
function copyOf(element: Element): Element {
  const copy = element.cloneNode(true) as HTMLElement;
  const { nonce } = element as HTMLElement;
  if (nonce) copy.setAttribute("nonce", nonce);
  return copy;
}

/** Opens the tray by a click; where the browser refuses, says what to do. */
export function openTray(desk: Desk): void {
  void desk.tray.open().then((done) => {
    if (!done) desk.note(t("The browser did not open the tray. Allow pop-ups for this page, and try again."), "bad");
  });
}
