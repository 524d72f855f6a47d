/** Keys of the console. Single letters work outside text fields and can be switched off; F6 moves between regions. */
import { signal } from "@preact/signals";

import { capabilityOf } from "../../core/capabilities.ts";
import type { MarkKind } from "../../core/marks.ts";
import { liveGrants } from "../../core/store.ts";
import { pressAction } from "./action-button.tsx";
import type { PanelTab, SessionCase } from "./case.ts";
import type { Desk } from "./desk.ts";
import { accept, decline } from "./offer-card.tsx";

const KEY = "console-letters";
const REGIONS = ["rail", "tools", "list", "stage", "panel"] as const;
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

const BURST_MS = 1000;
const LEAVING: ReadonlySet<string> = new Set(["Tab", "Escape", "F6", "Control", "Alt"]);

/**
 * Keys that were meant for a field which is gone, because another customer was chosen meanwhile, are no shortcuts: a
 * burst of typing ends with a pause, or with a key that leaves the field.
 */
export class TypingBurst {
  #last = -Infinity;

  /** Tells whether a key that comes at `time` (ms) still belongs to what was typed into a field. */
  holds(key: string, inField: boolean, time: number): boolean {
    if (LEAVING.has(key)) this.#last = -Infinity;
    else if (inField || time - this.#last < BURST_MS) {
      this.#last = time;
      return true;
    }
    return false;
  }

  /** Another customer was chosen at `time`: who was typing just now may not have seen it yet. */
  cut(time: number): void {
    if (time - this.#last < 2 * BURST_MS) this.#last = time;
  }
}

export interface ShortcutPorts {
  desk: Desk;
  toggleFit: () => void;
  toggleFull: () => void;
  /** Takes a tool for pointing and drawing, or puts it away. */
  mark: (tool: MarkKind | "clear") => void;
  /** Puts the tool away; false when there is none. */
  unmark: () => boolean;
}

/** Listens until the answer is called. */
export function startShortcuts(ports: ShortcutPorts): () => void {
  readLetters();
  const burst = new TypingBurst();
  const listen = (event: KeyboardEvent): void => {
    const typed = burst.holds(event.key, writes(event.target), event.timeStamp);
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "F6") {
      event.preventDefault();
      moveRegion(event.shiftKey ? -1 : 1);
      return;
    }
    if (event.key === "Escape" && !writes(event.target) && ports.unmark()) event.preventDefault();
    if (event.ctrlKey || event.altKey || event.metaKey || ports.desk.dialog.peek() !== null) return;
    if (!lettersOn.peek() || typed || writes(event.target)) return;
    if (letter(event, ports)) event.preventDefault();
  };
  const stop = ports.desk.chosen.subscribe(() => burst.cut(performance.now()));
  document.addEventListener("keydown", listen);
  return () => {
    stop();
    document.removeEventListener("keydown", listen);
  };
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

const MARKS: Readonly<Record<string, MarkKind | "clear">> = { p: "pen", l: "pointer", w: "arrow", b: "box", x: "clear" };
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
  if (!event.shiftKey && answerOffer(event.key.toLowerCase(), desk)) return true;
  const place = event.shiftKey ? /^Digit([1-9])$/.exec(event.code)?.[1] : undefined;
  if (place !== undefined) return byPlace(desk, Number(place));
  const one = desk.current.peek();
  return one ? inSession(event, one, ports) : false;
}

/** A and D answer the offer that is soonest over. */
function answerOffer(key: string, desk: Desk): boolean {
  const offer = desk.inbox.offers[0];
  if (offer === undefined || (key !== "a" && key !== "d")) return false;
  void (key === "a" ? accept : decline)(desk, offer);
  return true;
}

function byPlace(desk: Desk, place: number): boolean {
  const id = desk.at(place - 1);
  if (id !== null) desk.choose(id);
  return id !== null;
}

function inSession(event: KeyboardEvent, one: SessionCase, ports: ShortcutPorts): boolean {
  const { desk } = ports;
  const key = event.key.toLowerCase();
  const tab = desk.look.tabs.peek()[Number(key) - 1];
  const mark = MARKS[key];
  if (key === "s" && event.shiftKey) void stopSharing(desk, one);
  else if (key === "z") (event.shiftKey ? ports.toggleFull : ports.toggleFit)();
  else if (event.shiftKey) return false;
  else if (tab) one.chooseTab(tab);
  else if (mark) ports.mark(mark);
  else if (key === "v" || key === "o") void pressAction(desk, one, capabilityOf("screen", key === "v" ? "view" : "control", one.tab.peek() === "application" ? "application" : "desktop"));
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
  for (const grant of liveGrants(one.snapshot.peek())) await one.stop(desk, grant);
}
