/** Keys of the console. Single letters work outside text fields and can be switched off; F6 moves between regions. */
import { signal } from "@preact/signals";

import { liveGrants } from "../../core/store.ts";
import { pressAction } from "./action-button.tsx";
import type { PanelTab, SessionCase } from "./case.ts";
import type { Desk } from "./desk.ts";

const KEY = "console-letters";
const REGIONS = ["rail", "tools", "stage", "panel"] as const;
const FOCUSABLE = "a[href],button:not([tabindex='-1']),textarea:not([tabindex='-1']),input,select,[tabindex='0']";

export const lettersOn = signal(true);

export function setLetters(on: boolean): void {
  lettersOn.value = on;
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {
    // It lasts as long as the page then.
  }
}

function readLetters(): void {
  try {
    lettersOn.value = localStorage.getItem(KEY) !== "off";
  } catch {
    lettersOn.value = true;
  }
}

export interface ShortcutPorts {
  desk: Desk;
  toggleFit: () => void;
  toggleFull: () => void;
}

/** Listens until the answer is called. */
export function startShortcuts(ports: ShortcutPorts): () => void {
  readLetters();
  const listen = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "F6") {
      event.preventDefault();
      moveRegion(event.shiftKey ? -1 : 1);
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || ports.desk.dialog.peek() !== null) return;
    if (!lettersOn.peek() || writes(event.target)) return;
    if (letter(event, ports)) event.preventDefault();
  };
  document.addEventListener("keydown", listen);
  return () => document.removeEventListener("keydown", listen);
}

function writes(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.closest("input,textarea,select,[role=menu]") !== null);
}

function moveRegion(by: 1 | -1): void {
  const all = REGIONS.map((name) => document.querySelector<HTMLElement>(`[data-region=${name}]`)).filter((region) => region !== null);
  if (all.length === 0) return;
  const at = all.findIndex((region) => region.contains(document.activeElement));
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length];
  const goal = next?.querySelector<HTMLElement>("[aria-selected=true],[aria-current=page]") ?? next?.querySelector<HTMLElement>(FOCUSABLE);
  goal?.focus();
}

const PANELS: Readonly<Record<string, PanelTab>> = { c: "chat", n: "notes", u: "people", i: "customer" };

function letter(event: KeyboardEvent, ports: ShortcutPorts): boolean {
  const { desk } = ports;
  if (event.key === "?") {
    desk.dialog.value = "keys";
    return true;
  }
  if (event.key === "[" || event.key === "]") {
    desk.step(event.key === "]" ? 1 : -1);
    return true;
  }
  const place = event.shiftKey ? /^Digit([1-9])$/.exec(event.code)?.[1] : undefined;
  if (place !== undefined) return byPlace(desk, Number(place));
  const one = desk.current.peek();
  return one ? inSession(event, one, ports) : false;
}

function byPlace(desk: Desk, place: number): boolean {
  const row = desk.rows.peek()[place - 1];
  if (row) desk.choose(row.id);
  return row !== undefined;
}

function inSession(event: KeyboardEvent, one: SessionCase, { desk, toggleFit, toggleFull }: ShortcutPorts): boolean {
  const key = event.key.toLowerCase();
  if (key === "s" && event.shiftKey) void stopSharing(desk, one);
  else if (key === "z") (event.shiftKey ? toggleFull : toggleFit)();
  else if (event.shiftKey) return false;
  else if (key === "1" || key === "2") one.chooseTab(key === "1" ? "tools" : "desktop");
  else if (key === "v") void pressAction(desk, one, "screen.view.desktop");
  else if (key === "o") void pressAction(desk, one, "screen.control.desktop");
  else return panel(key, one);
  return true;
}

function panel(key: string, one: SessionCase): boolean {
  const tab = PANELS[key];
  if (tab === undefined) return false;
  one.panel.value = tab;
  const field = tab === "chat" ? "message" : tab === "notes" ? "notes" : "";
  // The pane is drawn with the next frame; then the field is there.
  requestAnimationFrame(() => document.getElementById(field)?.focus());
  return true;
}

async function stopSharing(desk: Desk, one: SessionCase): Promise<void> {
  for (const grant of liveGrants(one.snapshot.peek())) {
    await desk.run(() => one.live.commands.stopGrant(grant.id, "csr_release"));
  }
}
