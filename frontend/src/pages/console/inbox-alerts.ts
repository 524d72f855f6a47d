/** What tells a CSR of an offer who looks elsewhere: a sound, a notification of the desktop, a word when it is gone. */
import { effect, signal } from "@preact/signals";

import { t } from "../../core/i18n.ts";
import type { OfferInfo } from "../../protocol/generated.ts";
import type { Desk } from "./desk.ts";

const SOUND_KEY = "console-sound";
const NOTIFY_KEY = "console-notify";
const RING_MS = 2500;
/** The two tones of a ring: Hz, start and length in s. */
const TONES = [
  [880, 0, 0.18],
  [1175, 0.2, 0.28],
] as const;
const LOUDNESS = 0.12;

export const soundOn = signal(true);
export const notifyOn = signal(false);

export const mayNotify = (): boolean => "Notification" in globalThis && Notification.permission !== "denied";

function keep(key: string, on: boolean): void {
  try {
    localStorage.setItem(key, on ? "on" : "off");
  } catch {
    // It lasts as long as the page then.
  }
}

function read(key: string, otherwise: boolean): boolean {
  try {
    const kept = localStorage.getItem(key);
    return kept === null ? otherwise : kept === "on";
  } catch {
    return otherwise;
  }
}

export function setSound(on: boolean): void {
  soundOn.value = on;
  keep(SOUND_KEY, on);
  if (on) ring();
}

/** Asks the browser only when the CSR turns notifications on. */
export async function setNotify(on: boolean): Promise<void> {
  notifyOn.value = on && mayNotify() && (await Notification.requestPermission()) === "granted";
  keep(NOTIFY_KEY, notifyOn.value);
}

let audio: AudioContext | null = null;

function ring(): void {
  audio ??= new AudioContext();
  // Browsers keep sound back until the page has been used; the ring after that is heard.
  if (audio.state === "suspended") void audio.resume();
  for (const [pitch, from, length] of TONES) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const start = audio.currentTime + from;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(LOUDNESS, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + length);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + length);
  }
}

/** Listens until the answer is called. */
export function startAlerts(desk: Desk): () => void {
  soundOn.value = read(SOUND_KEY, true);
  notifyOn.value = read(NOTIFY_KEY, false) && mayNotify() && Notification.permission === "granted";
  const shown = new Map<string, Notification | null>();
  let timer: ReturnType<typeof setInterval> | null = null;
  const stopRinging = (): void => {
    if (timer !== null) clearInterval(timer);
    timer = null;
  };
  const stops = [
    effect(() => {
      const open = desk.inbox.offers;
      for (const offer of open) if (!shown.has(offer.id)) shown.set(offer.id, notify(desk, offer));
      for (const [id, notice] of shown) {
        if (open.some((offer) => offer.id === id)) continue;
        notice?.close();
        shown.delete(id);
      }
      if (open.length === 0 || !soundOn.value) stopRinging();
      else if (timer === null) {
        ring();
        timer = setInterval(ring, RING_MS);
      }
    }),
    tellLost(desk),
  ];
  return () => {
    stopRinging();
    for (const stop of stops) stop();
  };
}

function notify(desk: Desk, offer: OfferInfo): Notification | null {
  if (!notifyOn.peek() || document.hasFocus()) return null;
  const notice = new Notification(t("{name} waits in {queue}", { name: offer.name, queue: offer.queue.name }), { tag: offer.id, requireInteraction: true });
  notice.onclick = () => {
    window.focus();
    desk.show("inbox");
  };
  return notice;
}

/** Says who was faster; the rest stands in the inbox. */
function tellLost(desk: Desk): () => void {
  let last = "";
  return effect(() => {
    const newest = desk.inbox.closed.value[0];
    if (newest === undefined || newest.id === last) return;
    last = newest.id;
    if (newest.state !== "superseded") return;
    desk.note(newest.taken_by === "" ? t("{name} was taken by a colleague", { name: newest.name }) : t("{name} was taken by {csr}", { name: newest.name, csr: newest.taken_by }));
  });
}
